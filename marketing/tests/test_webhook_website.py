import hashlib
import hmac
import json

import pytest

from betterside.accounts.tests.factories import EntityFactory
from crm.models import Lead, LeadMeta
from marketing.models import WebsiteIntake

pytestmark = pytest.mark.django_db


def body(**changes) -> dict:
    """sales.md, "Website Landing Page Webhook"."""
    return {
        "platform": "website",
        "entity_id": EntityFactory().pk,
        "page_url": "https://example.com/landing-page",
        "page_id": "landing_page_001",
        "utm": {"source": "google", "medium": "cpc", "campaign": "summer_sale"},
        "answers": {"email": "user@example.com", "phone": "+15551234567", "first_name": "John", "last_name": "Doe"},
    } | changes


def test_it_captures_at_once_and_answers_the_lead_id(api):
    answer = api.post("/api/webhooks/website", body())

    lead = Lead.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"success": True, "lead_id": lead.pk, "message": "Lead received successfully"}
    assert (lead.full_name, lead.email, lead.phone, lead.platform) == (
        "John Doe",
        "user@example.com",
        "+15551234567",
        "website",
    )
    meta = LeadMeta.objects.get()
    assert (meta.utm_source, meta.utm_campaign, meta.page_url) == ("google", "summer_sale", body()["page_url"])


def test_a_double_click_is_one_lead(api):
    first, second = api.post("/api/webhooks/website", body()), api.post("/api/webhooks/website", body())

    assert first.json()["lead_id"] == second.json()["lead_id"]
    assert (second.status_code, Lead.objects.count()) == (200, 1)


def test_unknown_and_inactive_entities_are_refused_in_the_same_words(api):
    unknown = api.post("/api/webhooks/website", body(entity_id=10**9))
    inactive = api.post("/api/webhooks/website", body(entity_id=EntityFactory(slug="gone", is_active=False).pk))

    assert unknown.status_code == inactive.status_code == 400
    assert unknown.json() == inactive.json()
    assert not Lead.objects.exists()


def test_an_entity_can_require_its_form_key(api):
    intake = WebsiteIntake.objects.create(entity=EntityFactory(), requires_key=True)

    assert api.post("/api/webhooks/website", body()).status_code == 401
    assert api.post("/api/webhooks/website", body(form_key="wrong")).status_code == 401
    assert api.post("/api/webhooks/website", body(form_key=intake.form_key)).status_code == 201


def test_it_checks_the_signature_over_the_raw_body(api):
    WebsiteIntake.objects.create(entity=EntityFactory(), hmac_secret="form-secret")
    raw = json.dumps(body()).encode()
    good = "sha256=" + hmac.new(b"form-secret", raw, hashlib.sha256).hexdigest()

    def send(signature):
        return api.post(
            "/api/webhooks/website", raw, content_type="application/json", HTTP_X_FORM_SIGNATURE=signature
        ).status_code

    assert (send(""), send("sha256=é"), send(good)) == (403, 403, 201)


def test_it_refuses_pages_of_other_origins(api):
    WebsiteIntake.objects.create(entity=EntityFactory(), allowed_origins=["https://example.com"])

    assert api.post("/api/webhooks/website", body(), HTTP_ORIGIN="https://evil.example").status_code == 403
    assert api.post("/api/webhooks/website", body(), HTTP_ORIGIN="https://example.com").status_code == 201


def test_a_filled_honeypot_is_a_robot(api):
    answers = body()["answers"] | {"website_url": "https://spam.example"}

    assert api.post("/api/webhooks/website", body(answers=answers)).status_code == 403
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": {}},
        {"answers": None},
        {"answers": {"color": "red"}},
        {"answers": {"email": {"a": 1}}},
        {"entity_id": "x"},
        {"platform": "facebook"},
        {"utm": 3},
        {"page_url": "x" * 600},
    ],
)
def test_bad_input_is_refused_and_writes_nothing(api, changes):
    answer = api.post("/api/webhooks/website", body(**changes))

    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert not Lead.objects.exists()


def test_it_limits_an_address(api, settings):
    answers = [api.post("/api/webhooks/website", body(entity_id=10**9)) for _ in range(61)]

    assert [answer.status_code for answer in answers[:60]] == [400] * 60
    assert answers[60].status_code == 429
    assert 1 <= int(answers[60]["Retry-After"]) <= 60
