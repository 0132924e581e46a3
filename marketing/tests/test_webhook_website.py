import hashlib
import hmac
import json

import pytest
from django.db.models import F

from betterside.accounts.tests.factories import EntityFactory
from crm.models import Lead, LeadMeta
from crm.services import erasure
from crm.tests.factories import make_lead
from marketing.models import InboxEntry, WebsiteIntake
from marketing.services import website

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
        {"answers": {"email": [["a"]]}},
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


def test_over_long_values_never_lose_the_lead(api):
    changes = {
        "page_id": "p" * 100,
        "page_url": "https://example.com/?fbclid=" + "x" * 3000,
        "utm": {"source": "s" * 900},
    }
    answer = api.post("/api/webhooks/website", body(**changes, answers={"email": "a@b.example", "phone": "9" * 500}))

    assert answer.status_code == 201
    meta = LeadMeta.objects.get()
    assert (len(meta.page_url), len(meta.page_id), len(meta.utm_source)) == (512, 64, 100)
    assert Lead.objects.get().raw_field_data["phone"] == "9" * 500


def test_several_values_of_one_answer_are_joined(api):
    api.post(
        "/api/webhooks/website", body(answers={"email": "a@b.example", "wants": ["2 BHK", "", "3 BHK"], "rooms": 0})
    )

    assert Lead.objects.get().raw_field_data == {"email": "a@b.example", "wants": "2 BHK, 3 BHK", "rooms": "0"}


@pytest.mark.parametrize("name", ["E-mail", "work_email", "mobile", "Your Name", "phone_number"])
def test_a_contact_is_known_by_the_names_that_forms_give_it(api, name):
    assert api.post("/api/webhooks/website", body(answers={name: "1234567890"})).status_code == 201


def test_empty_optional_parts_may_be_null(api):
    assert api.post("/api/webhooks/website", body(page_url=None, page_id=None, utm=None)).status_code == 201


def test_browsers_on_any_site_may_send_and_no_other_path_opens(api):
    asked = {"HTTP_ORIGIN": "https://shop.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}

    door = api.options("/api/webhooks/website", HTTP_ACCESS_CONTROL_REQUEST_HEADERS="content-type", **asked)
    sent = api.post("/api/webhooks/website", body(), HTTP_ORIGIN="https://shop.example")
    other = api.options("/api/leads", **asked)

    assert door["Access-Control-Allow-Origin"] == sent["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Credentials" not in sent
    assert "Access-Control-Allow-Origin" not in other


# --- whom the entity knows and rejects ---------------------------------------------------------------


@pytest.fixture
def rejecting():
    """An entity that has the person of `body` already."""
    entity = EntityFactory(duplicate_policy="reject")
    make_lead(entity=entity, email=body()["answers"]["email"])
    return entity


def test_it_is_kept_in_the_inbox_with_the_reason(api, rejecting):
    for _ in range(2):
        api.post("/api/webhooks/website", body(page_id="two"))

    row = InboxEntry.objects.get()
    assert (row.platform, row.state, row.reason) == ("website", "duplicate", "This person is a lead already.")
    assert (row.entity, row.page_id, row.change["answers"]["email"]) == (rejecting, "two", "user@example.com")
    assert Lead.objects.count() == 1


def test_a_visitor_cannot_tell_it_from_an_accepted_one(api, rejecting, golden):
    """Sent once, and again at once, and with something changed."""
    known, unknown = body(), body(answers=body()["answers"] | {"email": "new@example.com", "phone": "+15557654321"})
    answers = {}
    for name, sent in (("known", known), ("unknown", unknown)):
        changed = sent | {"answers": sent["answers"] | {"message": "Hello?"}, "page_id": "another"}
        answers[name] = [api.post("/api/webhooks/website", one) for one in (sent, sent, changed)]

    for first, second, third in answers.values():
        golden(first, "sales/webhook-website")
        assert (second.status_code, second.json()) == (200, first.json())
        golden(third, "sales/webhook-website")
        assert third.json()["lead_id"] > first.json()["lead_id"]
    assert [set(one.headers) for one in answers["known"]] == [set(one.headers) for one in answers["unknown"]]
    ids = [answer.json()["lead_id"] for pair in answers.values() for answer in pair]
    assert len({*ids}) == 4
    assert sorted(ids) == ids


def test_its_id_is_of_no_lead_and_never_will_be(api, rejecting):
    lead_id = api.post("/api/webhooks/website", body()).json()["lead_id"]

    assert not Lead.with_deleted.filter(pk=lead_id).exists()
    assert make_lead(entity=rejecting).pk > lead_id


def test_the_same_again_after_the_double_clicks_time_is_another_submission(api, rejecting):
    first = api.post("/api/webhooks/website", body()).json()["lead_id"]
    InboxEntry.objects.update(processed_at=F("processed_at") - website.DOUBLE_CLICK)
    again = api.post("/api/webhooks/website", body())

    assert again.status_code == 201
    assert again.json()["lead_id"] > first
    assert InboxEntry.objects.count() == 1


def test_a_form_that_signs_is_told(api, rejecting):
    """Its answer goes to the site's own server."""
    WebsiteIntake.objects.create(entity=rejecting, hmac_secret="form-secret")
    raw = json.dumps(body()).encode()
    signature = "sha256=" + hmac.new(b"form-secret", raw, hashlib.sha256).hexdigest()
    answer = api.post("/api/webhooks/website", raw, content_type="application/json", HTTP_X_FORM_SIGNATURE=signature)

    assert answer.status_code == 409
    assert answer.json() == {"success": False, "message": "This person is a lead already."}
    assert InboxEntry.objects.count() == 1


def test_what_the_inbox_keeps_of_a_rejected_person_is_erased_with_them(api):
    entity = EntityFactory(duplicate_policy="reject")
    for page in ("one", "two"):
        api.post("/api/webhooks/website", body(page_id=page))
    erasure.erase(entity=entity, by=None, email="user@example.com")

    assert InboxEntry.objects.get().change == {}
