"""practice.md: its body, its answer, its checklist."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Activity, Lead
from crm.services import practice
from crm.tests.factories import make_lead

pytestmark = pytest.mark.django_db
URL = "/api/v1/leads"
# practice.md, "Frontend expects"
BODY = {
    "practice_name": "Updated Practice Name",
    "owner_name": "Dr. Updated Owner",
    "practice_phone": "(555) 123-4567",
    "owner_phone": "(555) 987-6543",
    "address": "123 Main Street",
    "city": "Updated City",
    "state": "CA",
    "zip_code": "12345",
    "ein": "12-3456789",
    "npi": "1234567890",
    "entity_type": "Organization",
    "providers": 2,
    "specialties": "Cardiology, Internal Medicine",
    "is_sole_proprietor": False,
}


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def agent():
    return UserFactory(agent=True)


@pytest.fixture
def lead(admin, agent):
    return make_lead(owner=agent, pipeline="practice")


def test_a_put_gives_the_contracts_answer(api, admin, lead):
    answer = api.as_(admin).put(f"{URL}/{lead.pk}", BODY)

    assert answer.status_code == 200
    body = answer.json()
    assert {name: body[name] for name in BODY} == BODY
    assert body["id"] == lead.pk
    assert body["updated_at"].endswith("Z")
    assert list(body)[: len(BODY) + 2] == ["id", *BODY, "updated_at"]
    assert api.as_(admin).get(f"{URL}/{lead.pk}").json() == body


def test_the_contracts_npi_fails_its_check_digit_and_is_a_warning(api, admin, lead):
    assert "check digit" in api.as_(admin).put(f"{URL}/{lead.pk}", BODY).json()["warnings"][0]
    assert "warnings" not in api.as_(admin).put(f"{URL}/{lead.pk}", {"npi": "1234567893"}).json()


def test_what_is_not_sent_stays(api, admin, lead):
    client = api.as_(admin)
    client.put(f"{URL}/{lead.pk}", BODY)
    script = {"practice_name": "Test Updated Practice", "owner_name": "Dr. Test Owner", "city": "Test City"}

    body = client.put(f"{URL}/{lead.pk}", script).json()

    assert {name: body[name] for name in BODY} == BODY | script


def test_a_captured_lead_can_be_sent_back_whole_with_another_status(api, agent):
    """The client's form sends all it shows; DESIGN section 4: this face takes phones of any form."""
    phone = "<test lead: dummy data for phone_number>"
    lead = make_lead(owner=agent, pipeline="practice", full_name="", company="", phone=phone, email="")
    client = api.as_(agent)
    shown = client.get(f"{URL}/{lead.pk}").json()

    answer = client.put(f"{URL}/{lead.pk}", shown | {"status": "CONTACTED"})

    assert answer.status_code == 200, answer.content
    assert answer.json() == shown | {"status": "CONTACTED", "updated_at": answer.json()["updated_at"]}


def test_a_change_leaves_its_history(api, admin, lead):
    api.as_(admin).put(f"{URL}/{lead.pk}", {"city": "Austin"})

    assert Activity.objects.get(lead=lead, title="Practice updated").description == "Changed city"


def test_an_agent_edits_their_own_lead(api, agent, lead):
    assert api.as_(agent).put(f"{URL}/{lead.pk}", {"city": "Austin"}).json()["city"] == "Austin"


@pytest.mark.parametrize("owner", ["nobody", "colleague"])
def test_an_agent_cannot_edit_another_lead_in_the_contracts_words(api, agent, owner):
    owner = UserFactory(agent=True) if owner == "colleague" else None
    other = make_lead(owner=owner, entity=agent.entity, pipeline="practice", company="Old")

    answer = api.as_(agent).put(f"{URL}/{other.pk}", {"practice_name": "New"})

    assert (answer.status_code, answer.json()) == (403, {"detail": "Can only update your assigned leads"})
    other.refresh_from_db()
    assert other.company == "Old"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ein", "123456789"),
        ("npi", "12345"),
        ("npi", "١٢٣٤٥٦٧٨٩٠"),
        ("state", "ZZ"),
        ("state", "California"),
        ("zip_code", "1234"),
        ("zip_code", "12345-67"),
        ("providers", -1),
        ("providers", "two"),
        ("entity_type", "Company"),
        ("is_sole_proprietor", "perhaps"),
        ("practice_name", "x" * 256),
        ("status", "new"),
    ],
)
def test_bad_values_are_422_and_name_their_field(api, admin, lead, field, value):
    answer = api.as_(admin).put(f"{URL}/{lead.pk}", {field: value})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]
    assert set(answer.json()["detail"][0]) == {"loc", "msg", "type"}


@pytest.mark.parametrize("sent", ["[]", "7", "{", "null"])
def test_what_is_no_object_is_the_body_itself(api, admin, lead, sent):
    answer = api.as_(admin).put(f"{URL}/{lead.pk}", sent, content_type="application/json")

    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [["body"]]


def test_it_lists_filters_and_counts(api, admin, agent):
    client = api.as_(admin)
    for state in ("CA", "CA", "TX"):
        client.post(URL, {"practice_name": f"Clinic {state}", "state": state})
    make_lead(owner=agent, pipeline="practice", company="Own Clinic")

    assert [lead["state"] for lead in client.get(URL, {"state": "CA"}).json()] == ["CA", "CA"]
    assert len(client.get(URL, {"assigned_to": agent.pk}).json()) == 1
    assert len(client.get(URL, {"search": "own cl"}).json()) == 1
    page = client.get(URL, {"skip": 1, "limit": 2})
    assert (len(page.json()), page["X-Total-Count"]) == (2, "4")


def test_it_creates_and_deletes(api, admin):
    client = api.as_(admin)
    made = client.post(URL, BODY)

    assert made.status_code == 201
    assert client.delete(f"{URL}/{made.json()['id']}").status_code == 204
    assert not Lead.objects.exists()


def test_the_check_digit():
    assert practice.npi_is_plausible("1234567893")
    assert not practice.npi_is_plausible("1234567890")


def test_the_list_costs_the_same_for_30_as_for_3(api, admin, assert_query_count):
    client = api.as_(admin)

    def make(count):
        for _ in range(count):
            client.post(URL, BODY)

    assert_query_count.flat("practice-leads list", lambda: client.get(f"{URL}?limit=100"), make)
