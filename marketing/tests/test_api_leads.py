import re

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import Lead
from crm.tests.factories import make_lead

from .factories import CampaignFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/marketing/leads"
# marketing.md, "3. Create Lead"
BODY = {
    "source": "Website Form",
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "phone": "+1-555-0101",
    "company": "Acme Corp",
    "job_title": "CTO",
    "status": "NEW",
    "score": 75,
    "notes": "Interested in enterprise features",
}


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def client(api, manager):
    return api.as_(manager)


def test_it_creates_the_contracts_lead(client, manager):
    campaign = CampaignFactory(name="Q1 Product Launch")

    answer = client.post(URL, BODY | {"campaign_id": f"camp-{campaign.pk}"})

    assert answer.status_code == 201
    data = answer.json()["data"]
    lead = Lead.objects.get()
    times = {"created_at": data["created_at"], "updated_at": data["updated_at"]}
    assert answer.json() == {
        "success": True,
        "data": {
            "id": str(lead.pk),
            "lead_code": lead.lead_code,
            "campaign_id": f"camp-{campaign.pk}",
            "campaign_name": "Q1 Product Launch",
            **BODY,
            **times,
        },
    }
    assert list(data)[:4] == ["id", "lead_code", "campaign_id", "campaign_name"]
    assert data["created_at"].endswith("Z")
    assert len(data["created_at"]) == len("2025-01-05T10:00:00.000Z")


@pytest.mark.parametrize("given", [None, ""])
def test_a_campaign_name_that_says_nothing_is_filled_in(client, given):
    campaign = CampaignFactory(name="Summer")

    data = client.post(URL, {"campaign_id": campaign.pk, "campaign_name": given}).json()["data"]

    assert data["campaign_name"] == "Summer"


def test_a_given_campaign_name_is_kept_and_a_new_campaign_brings_its_own(client):
    first, second = CampaignFactory(name="Summer"), CampaignFactory(name="Winter")
    lead = client.post(URL, {"campaign_id": first.pk, "campaign_name": "My own"}).json()["data"]

    moved = client.patch(f"{URL}/{lead['id']}", {"campaign_id": f"camp-{second.pk}"}).json()["data"]

    assert lead["campaign_name"] == "My own"
    assert (moved["campaign_id"], moved["campaign_name"]) == (f"camp-{second.pk}", "Winter")


@pytest.mark.parametrize("written", ["camp-{}", "{}", 0])
def test_a_campaign_is_named_in_three_ways(client, written):
    campaign = CampaignFactory()
    campaign_id = written.format(campaign.pk) if written else campaign.pk

    data = client.post(URL, {"campaign_id": campaign_id}).json()["data"]

    assert data["campaign_id"] == f"camp-{campaign.pk}"
    assert [lead["id"] for lead in client.get(URL, {"campaign_id": campaign_id}).json()["data"]] == [data["id"]]


def test_an_unknown_and_a_foreign_campaign_are_the_same_400(client):
    foreign = CampaignFactory(entity=EntityFactory(slug="other"))

    answers = [client.post(URL, {"campaign_id": f"camp-{pk}"}).json() for pk in (foreign.pk, 10**9)]

    assert {answer.pop("timestamp") is not None for answer in answers} == {True}
    assert answers[0] == answers[1]
    assert answers[0]["error_code"] == "FOREIGN_KEY_VIOLATION"
    assert not Lead.objects.exists()
    assert client.get(URL, {"campaign_id": f"camp-{foreign.pk}"}).json() == {"success": True, "data": [], "count": 0}


@pytest.mark.parametrize("body", [{}, {"lead_code": None}, {"lead_code": ""}])
def test_a_lead_code_that_is_not_given_is_generated(client, body):
    answer = client.post(URL, body)

    assert answer.status_code == 201
    assert re.fullmatch(r"LEAD-[0-9]{4}-[0-9]{6}", answer.json()["data"]["lead_code"])


def test_a_taken_lead_code_is_a_unique_violation(client):
    assert client.post(URL, {"lead_code": "LEAD-2025-000007"}).status_code == 201

    answer = client.post(URL, {"lead_code": "LEAD-2025-000007"})

    assert (answer.status_code, answer.json()["error_code"]) == (409, "UNIQUE_VIOLATION")
    assert Lead.objects.count() == 1


def test_another_tenants_codes_do_not_matter(api, client):
    other = UserFactory(manager=True, entity__slug="other")
    api.as_(other).post(URL, {"lead_code": "LEAD-2026-000001"})

    assert client.post(URL, {"lead_code": "LEAD-2026-000001"}).status_code == 201


def test_bad_fields_are_named_in_the_contracts_words(client):
    answer = client.post(URL, {"email": "no", "score": 101})

    assert answer.status_code == 400
    body = answer.json()
    assert body.pop("timestamp").endswith("Z")
    assert body == {
        "success": False,
        "message": "Validation error",
        "error_code": "VALIDATION_ERROR",
        "errors": {"email": "Invalid email format", "score": "Score must be between 0 and 100"},
    }


@pytest.mark.parametrize(
    "body", [{"status": "new"}, {"phone": "1" * 21}, {"first_name": "x" * 101}, {"campaign_id": []}, [], {"score": "a"}]
)
def test_it_refuses_bad_input_and_writes_nothing(client, body):
    assert client.post(URL, body).status_code == 400
    assert not Lead.objects.exists()


def test_a_missing_lead_has_the_contracts_answer(client):
    for lead_id in ("999999", "abc", "9" * 30):
        answer = client.get(f"{URL}/{lead_id}")
        body = answer.json()
        assert body.pop("timestamp")
        assert (answer.status_code, body) == (
            404,
            {"success": False, "message": "Lead not found", "error_code": "LEAD_NOT_FOUND"},
        )


def test_it_patches_and_deletes(client):
    lead = make_lead(entity=EntityFactory(), pipeline="marketing")

    patched = client.patch(f"{URL}/{lead.pk}", {"status": "QUALIFIED", "score": 85}).json()["data"]
    gone = client.delete(f"{URL}/{lead.pk}")

    assert (patched["status"], patched["score"]) == ("QUALIFIED", 85)
    assert gone.json() == {"success": True, "message": "Lead deleted successfully"}
    assert client.get(f"{URL}/{lead.pk}").status_code == 404


def test_the_count_is_the_whole_one(client):
    for _ in range(3):
        make_lead(entity=EntityFactory(), pipeline="marketing")
    make_lead(entity=EntityFactory(), pipeline="sales")

    answer = client.get(URL, {"limit": 2}).json()

    assert (len(answer["data"]), answer["count"]) == (2, 3)


def test_a_client_that_knows_no_pages_gets_as_many_as_a_page_holds(client, manager):
    for _ in range(101):
        make_lead(entity=manager.entity, pipeline="marketing")

    answer = client.get(URL).json()

    assert (len(answer["data"]), answer["count"]) == (100, 101)


def test_deleting_a_campaign_keeps_its_leads_and_their_campaign_name(client):
    campaign = CampaignFactory(name="Summer")
    client.post(URL, {"campaign_id": campaign.pk})
    campaign.delete()

    data = client.get(URL).json()["data"][0]

    assert (data["campaign_id"], data["campaign_name"]) == (None, "Summer")


def test_cors_is_exactly_the_contracts(client):
    answer = client.options(URL, HTTP_ORIGIN="http://localhost:5173", HTTP_ACCESS_CONTROL_REQUEST_METHOD="PATCH")

    assert answer["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert answer["Access-Control-Allow-Methods"] == "GET, POST, PATCH, DELETE, OPTIONS"
    assert answer["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert answer["Access-Control-Max-Age"] == "86400"


def test_the_list_costs_the_same_for_30_as_for_3(client, assert_query_count):
    def make(count):
        for _ in range(count):
            client.post(URL, BODY | {"campaign_id": CampaignFactory().pk})

    assert_query_count.flat("marketing-leads list", lambda: client.get(f"{URL}?limit=100"), make)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "QUALIFIED"}, {"Sarah"}),
        ({"source": "Referral"}, {"John", "Sarah"}),
        ({"search": "john"}, {"John"}),
        ({"search": "555-0202"}, {"Jane"}),
        ({"source": "Referral", "status": "NEW"}, {"John"}),
        ({"limit": 1, "offset": 1}, {"Jane"}),
        ({"limit": 1000}, {"John", "Jane", "Sarah"}),
    ],
)
def test_the_list_filters_and_pages(client, query, found):
    for name, source, status, phone in (
        ("John", "Referral", "NEW", "+1-555-0201"),
        ("Jane", "Social Media", "NEW", "+1-555-0202"),
        ("Sarah", "Referral", "QUALIFIED", "+1-555-0203"),
    ):
        client.post(URL, {"first_name": name, "source": source, "status": status, "phone": phone})

    assert {lead["first_name"] for lead in client.get(URL, query).json()["data"]} == found


@pytest.mark.parametrize("query", [{"status": "new"}, {"limit": -1}, {"offset": "a"}])
def test_a_bad_filter_is_refused_in_shape(client, query):
    answer = client.get(URL, query)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
