"""/api/leads in the growth profile (growth.md, section B)."""

import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from tests.races import at_once, statuses

from ..models import Activity, Lead
from ..services import activities, leads
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity(db):
    return EntityFactory(slug="socio", api_profile="growth", main_pipeline="growth")


@pytest.fixture
def rep(entity):
    return UserFactory(rep=True, entity=entity)


@pytest.fixture
def manager(entity):
    return UserFactory(manager=True, entity=entity)


@pytest.fixture
def client(api, rep):
    return api.as_(rep)


def alice(**fields):
    """The contract's sample lead."""
    fields = {
        "full_name": "Alice Johnson",
        "email": "alice@example.com",
        "source": "Facebook Ad",
        "score": 85,
        "value": 1200,
        "phone": "",
        "last_interaction_at": datetime(2024, 3, 10, 10, tzinfo=UTC),
    } | fields
    return make_lead(pipeline="growth", **fields)


# Shapes


def test_list_is_the_contracts(client, rep, golden):
    alice(owner=rep)
    golden(client.get("/api/leads"), "growth/lead-list")


def test_list_of_nothing(client, golden):
    golden(client.get("/api/leads"), "growth/lead-list-empty")


def test_retrieve(client, rep, golden):
    lead = alice(owner=rep, phone="+91 98765 43210", company="Acme", job_title="Buyer")
    golden(client.get(f"/api/leads/{lead.public_id}"), "growth/lead")


def test_create_with_what_is_required(client, golden):
    golden(client.post("/api/leads", {"name": "Bob Ray", "email": "bob@example.com"}), "growth/lead-create-least")
    assert broken() == []


def test_create_with_everything(client, golden):
    body = {
        "name": "Alice Johnson",
        "email": "alice@example.com",
        "phone": "555-0100",
        "company": "Acme",
        "job_title": "Buyer",
        "source": "LinkedIn",
        "score": 85,
        "value": 1200.5,
    }
    golden(client.post("/api/leads", body), "growth/lead-create")


def test_create_with_bad_fields(client, golden):
    bad = {"name": "", "email": "alice", "score": 101, "value": -1, "owner_id": "me", "source": "x" * 256}
    golden(client.post("/api/leads", bad), "growth/lead-create-invalid")
    assert not Lead.objects.exists()


def test_patch_of_the_status(client, rep, golden):
    lead = alice(owner=rep)
    golden(client.patch(f"/api/leads/{lead.public_id}", {"status": "contacted"}), "growth/lead-patch")


def test_activity(client, rep, golden):
    with clock.at(datetime(2024, 3, 9, 10, tzinfo=UTC)):
        lead = alice(owner=rep)
    with clock.at(datetime(2024, 3, 10, 10, tzinfo=UTC)):
        activities.log(
            lead=lead, by=rep, activity_type="email_opened", title="Opened Email", description="Spring offer"
        )
    golden(client.get(f"/api/leads/{lead.public_id}/activity"), "growth/lead-activity")


def test_not_found(client, golden):
    golden(client.get(f"/api/leads/{uuid.uuid4()}"), "growth/lead-not-found")


def test_delete(client, rep, golden):
    lead = alice(owner=rep)
    golden(client.delete(f"/api/leads/{lead.public_id}"), "growth/lead-delete")
    assert not Lead.objects.exists()
    assert client.get(f"/api/leads/{lead.public_id}").status_code == 404


# Reading


def test_an_integer_finds_the_lead_too(client, rep):
    lead = alice(owner=rep)
    by_number = client.get(f"/api/leads/{lead.pk}").json()
    assert by_number == client.get(f"/api/leads/{lead.public_id}").json()
    assert by_number["id"] == str(lead.public_id)


@pytest.mark.parametrize("ref", ["abc", "l-1", "1.5", "9" * 30, "%00", "-1"])
def test_what_is_no_id_is_of_no_lead(client, ref):
    assert client.get(f"/api/leads/{ref}").status_code == 404


def test_last_interaction_is_a_day_in_the_entitys_zone(client, rep):
    alice(owner=rep, last_interaction_at=datetime(2024, 3, 10, 19, tzinfo=UTC))  # 00:30 in Kolkata
    assert client.get("/api/leads").json()[0]["lastInteraction"] == "2024-03-11"


def test_a_lead_that_nobody_spoke_with_has_the_day_it_came(client, rep):
    with clock.at(datetime(2024, 3, 1, 12, tzinfo=UTC)):
        alice(owner=rep, last_interaction_at=None)
    assert client.get("/api/leads").json()[0]["lastInteraction"] == "2024-03-01"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "abc"),
        ("status=new", "ac"),
        ("status=contacted", "b"),
        ("status=", "abc"),
        ("search=ALPHA", "a"),
        ("search=beta-co", "b"),
        ("search=gam@", "c"),
        ("search=nobody", ""),
        ("source=Google", "bc"),
        ("source=google", ""),
        ("owner={rep.pk}", "a"),
        ("owner={manager.pk}", ""),
        ("owner=999999", ""),
        ("status=new&source=Google", "c"),
    ],
)
def test_filters(client, entity, rep, manager, query, names):
    make_lead(pipeline="growth", owner=rep, full_name="Alpha", source="Meta")
    make_lead(
        pipeline="growth", entity=entity, full_name="B", company="Beta-Co", source="Google", status_name="contacted"
    )
    make_lead(pipeline="growth", entity=entity, full_name="C", email="gam@ma.example", source="Google")

    found = client.get("/api/leads?" + query.format(rep=rep, manager=manager)).json()

    assert sorted(lead["name"][0].lower() for lead in found) == list(names)


@pytest.mark.parametrize(
    "query", ["status=hot", "owner=me", "limit=0", "limit=abc", "offset=-1", "limit=99999999999999999999", "owner=0"]
)
def test_bad_queries(client, query):
    answer = client.get(f"/api/leads?{query}")
    if query.startswith("limit=9"):
        assert answer.status_code == 200  # more than 100 is 100
    else:
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_pages_count_and_link(client, rep):
    made = [alice(owner=rep, email=f"a{n}@mail.example").public_id for n in range(7)]

    pages = [client.get(f"/api/leads?search=alice&limit=3&offset={offset}") for offset in (0, 3, 6, 9)]

    assert [page["X-Total-Count"] for page in pages] == ["7"] * 4
    seen = [lead["id"] for page in pages for lead in page.json()]
    assert seen == [str(public_id) for public_id in reversed(made)]
    assert [links(page) for page in pages] == [
        {"first": 0, "last": 6, "next": 3},
        {"first": 0, "last": 6, "next": 6, "prev": 0},
        {"first": 0, "last": 6, "prev": 3},
        {"first": 0, "last": 6, "prev": 6},
    ]


def links(page) -> dict[str, int]:
    """relation → offset, as the header says them; every other parameter stays."""
    found = re.findall(r'<http://localhost/api/leads\?limit=3&offset=(\d+)&search=alice>; rel="(\w+)"', page["Link"])
    return {relation: int(offset) for offset, relation in found}


def test_no_page_is_longer_than_100(client, rep):
    for n in range(101):
        alice(owner=rep, email=f"a{n}@mail.example")
    answer = client.get("/api/leads")
    assert (len(answer.json()), answer["X-Total-Count"]) == (100, "101")


def test_the_list_keeps_to_its_pipeline_and_entity(client, entity, rep):
    make_lead(pipeline="sales", owner=rep)
    make_lead(pipeline="growth", entity=EntityFactory(slug="other"))
    assert client.get("/api/leads").json() == []


def test_the_list_costs_the_same_for_30_as_for_3(client, rep, assert_query_count):
    def make(count):
        for _ in range(count):
            make_lead(pipeline="growth", owner=rep)

    assert_query_count.flat("leads list (growth)", lambda: client.get("/api/leads"), make)


def test_one_lead_and_its_timeline_cost_as_much_as_ever(client, rep, assert_query_count):
    lead = alice(owner=rep)
    with assert_query_count("lead retrieve (growth)"):
        client.get(f"/api/leads/{lead.public_id}")
    with assert_query_count("lead-activity activity"):
        client.get(f"/api/leads/{lead.public_id}/activity")


# Profiles


def test_by_header_a_sales_entity_speaks_growth_and_the_other_way_round(api, client, rep):
    seller = UserFactory(rep=True)
    lead = make_lead(pipeline="sales", owner=seller, full_name="Alice")
    other = api.as_(seller)

    assert other.get(f"/api/leads/{lead.pk}").json()["success"] is True
    as_growth = other.get(f"/api/leads/{lead.pk}", headers={"X-API-Profile": "growth"}).json()
    assert (as_growth["name"], as_growth["id"]) == ("Alice", str(lead.public_id))
    assert other.get("/api/leads", headers={"X-API-Profile": "growth"}).json() == []
    assert client.get("/api/leads", headers={"X-API-Profile": "sales"}).json()["success"] is True
    assert other.get("/api/leads", headers={"X-API-Profile": "other"}).status_code == 400


def test_a_lead_created_by_header_is_a_growth_lead(api):
    seller = UserFactory(rep=True)
    body = {"name": "Bob", "email": "bob@example.com"}
    answer = api.as_(seller).post("/api/leads", body, headers={"X-API-Profile": "growth"})
    assert answer.status_code == 201
    assert Lead.objects.get().pipeline_id == "growth"


# Creating


def test_fields_that_are_nobodys_to_set_are_ignored(client, rep, manager):
    other = EntityFactory(slug="other")
    body = {
        "name": "Bob",
        "email": "bob@example.com",
        "id": str(uuid.uuid4()),
        "entity": other.pk,
        "entity_id": other.pk,
        "owner_id": str(manager.pk),
        "assigned_user_id": manager.pk,
        "status": "closed",
        "lead_code": "LEAD-2020-000001",
        "created_at": "2020-01-01T00:00:00Z",
        "deleted_at": "2020-01-01T00:00:00Z",
    }
    answer = client.post("/api/leads", body).json()
    lead = Lead.objects.get()
    assert (lead.entity, lead.assigned_user, lead.status.name) == (rep.entity, rep, "new")
    assert lead.created_at.year > 2020
    assert lead.lead_code != body["lead_code"]
    assert answer["id"] == str(lead.public_id) != body["id"]


def test_a_manager_chooses_the_owner(api, manager, rep):
    client = api.as_(manager)
    body = {"name": "Bob", "email": "bob@example.com"}
    assert client.post("/api/leads", body | {"owner_id": str(rep.pk)}).json()["owner_id"] == str(rep.pk)
    assert client.post("/api/leads", body | {"email": "b2@example.com"}).json()["owner_id"] is None
    stranger = UserFactory(rep=True)
    refused = client.post("/api/leads", body | {"email": "b3@example.com", "owner_id": stranger.pk})
    missing = client.post("/api/leads", body | {"email": "b3@example.com", "owner_id": 2**40})
    assert refused.status_code == 400
    assert refused.json() == missing.json()
    assert refused.json()["errors"][0]["field"] == "owner_id"
    assert broken() == []


@pytest.mark.parametrize(("sent", "kept"), [(1200, 1200), (0.1 + 0.2, 0.3), (None, 0), (99.999, 100), ("12.5", 12.5)])
def test_values_are_kept_to_the_cent(client, sent, kept):
    answer = client.post("/api/leads", {"name": "Bob", "email": "bob@example.com", "value": sent})
    assert answer.status_code == 201, answer.content
    assert answer.json()["value"] == kept
    assert Lead.objects.get().value == Decimal(str(kept))


@pytest.mark.parametrize("value", ["NaN", "Infinity", True, "lots", 10**15, [1]])
def test_what_is_no_amount_is_refused(client, value):
    answer = client.post("/api/leads", {"name": "Bob", "email": "bob@example.com", "value": value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "value"


# One open lead per e-mail


def test_a_second_open_lead_of_an_email_is_a_conflict(client, golden):
    body = {"name": "Alice", "email": "alice@example.com"}
    assert client.post("/api/leads", body).status_code == 201
    golden(client.post("/api/leads", body | {"email": "ALICE@example.com"}), "growth/lead-email-taken")
    assert Lead.objects.count() == 1


def test_after_closing_the_email_is_free_and_reopening_conflicts(client, golden):
    body = {"name": "Alice", "email": "alice@example.com"}
    first = client.post("/api/leads", body).json()["id"]
    client.patch(f"/api/leads/{first}", {"status": "closed"})
    assert client.post("/api/leads", body).status_code == 201

    golden(client.patch(f"/api/leads/{first}", {"status": "new"}), "growth/lead-email-taken")
    assert Lead.objects.get(public_id=first).status.name == "closed"
    assert broken() == []


def test_an_email_taken_elsewhere_is_free_here(client):
    make_lead(pipeline="growth", entity=EntityFactory(slug="other"), email="alice@example.com")
    assert client.post("/api/leads", {"name": "Alice", "email": "alice@example.com"}).status_code == 201


def test_patch_to_a_taken_email_conflicts(client, rep):
    alice(owner=rep)
    other = alice(owner=rep, email="other@example.com")
    answer = client.patch(f"/api/leads/{other.public_id}", {"email": "alice@example.com"})
    assert answer.status_code == 409


def test_metas_test_leads_take_no_email(entity):
    for _ in range(2):
        make_lead(pipeline="growth", entity=entity, email="test@fb.com", is_test=True)
    assert Lead.with_deleted.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_20_creates_at_once_with_one_email_one_succeeds(api, rep):
    client = api.as_(rep)
    body = {"name": "Alice", "email": "alice@example.com"}
    assert statuses(at_once([lambda: client.post("/api/leads", body)] * 20, threads=8)) == {"201": 1, "409": 19}
    assert Lead.objects.count() == 1


# Changing


@pytest.mark.parametrize("first", ["new", "qualified", "closed"])
def test_any_status_becomes_any_other(client, rep, first):
    lead = alice(owner=rep, status_name=first)
    for word in ("proposal", "new", "closed", "contacted", "closed", "qualified", "new"):
        answer = client.patch(f"/api/leads/{lead.public_id}", {"status": word})
        assert (answer.status_code, answer.json()["status"]) == (200, word)
        lead.refresh_from_db()
        assert (lead.closed_at is not None) == (word == "closed")
    assert broken() == []


def test_the_same_status_again_changes_nothing(client, rep):
    lead = alice(owner=rep)
    assert client.patch(f"/api/leads/{lead.public_id}", {"status": "new"}).status_code == 200
    assert lead.stages.count() == 1


@pytest.mark.parametrize("word", ["hot", "won", "", None, 3, ["new"]])
def test_an_unknown_status_is_refused(client, rep, word):
    lead = alice(owner=rep)
    answer = client.patch(f"/api/leads/{lead.public_id}", {"status": word})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "status"


def test_fields_and_status_change_together(client, rep):
    lead = alice(owner=rep)
    body = {"name": "Alice Ray", "value": 99.9, "score": 12, "company": None, "status": "closed"}
    answer = client.patch(f"/api/leads/{lead.public_id}", body).json()
    assert (answer["name"], answer["value"], answer["score"], answer["status"]) == ("Alice Ray", 99.9, 12, "closed")
    assert answer["company"] is None
    lead.refresh_from_db()
    assert (lead.first_name, lead.last_name) == ("Alice", "Ray")


def test_a_seller_passes_on_their_own_and_claims_what_nobody_owns(client, entity, rep, manager):
    colleague = UserFactory(rep=True, entity=entity)
    mine, nobodys = alice(owner=rep), alice(entity=entity, email="n@example.com")

    passed = client.patch(f"/api/leads/{mine.public_id}", {"owner_id": str(colleague.pk), "score": 50}).json()
    claimed = client.patch(f"/api/leads/{nobodys.public_id}", {"owner_id": str(rep.pk), "status": "contacted"}).json()

    assert (passed["owner_id"], passed["score"]) == (str(colleague.pk), 50)
    assert (claimed["owner_id"], claimed["status"]) == (str(rep.pk), "contacted")
    assert client.patch(f"/api/leads/{mine.public_id}", {"owner_id": str(rep.pk)}).status_code == 403
    assert broken() == []


def test_a_manager_takes_the_owner_away(api, rep, manager):
    lead = alice(owner=rep)
    client = api.as_(manager)
    for nobody in (None, "", None):
        assert client.patch(f"/api/leads/{lead.public_id}", {"owner_id": nobody}).json()["owner_id"] is None
    assert client.patch(f"/api/leads/{lead.public_id}", {"owner_id": rep.pk}).json()["owner_id"] == str(rep.pk)
    assert broken() == []


def test_an_owner_outside_the_entity_does_not_exist(client, rep):
    lead = alice(owner=rep)
    answers = [client.patch(f"/api/leads/{lead.public_id}", {"owner_id": pk}) for pk in (UserFactory().pk, 2**40)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


# The timeline


def test_the_timeline_tells_what_happened_in_the_contracts_types(client, rep):
    lead = alice(owner=rep)
    client.patch(f"/api/leads/{lead.public_id}", {"status": "contacted"})
    for kind in Activity.Type.values:
        activities.log(lead=lead, by=rep, activity_type=kind, description=f"A {kind}\nand more")
    leads.update(lead=lead, by=rep, fields={"score": 3}, status=status("growth", "closed"))

    found = client.get(f"/api/leads/{lead.public_id}/activity").json()

    allowed = {"email_opened", "page_visit", "call", "note_created", "status_change", "meeting"}
    assert {item["type"] for item in found} == allowed
    assert found[0] | {"id": "", "timestamp": ""} == {
        "id": "",
        "title": "contacted → closed",
        "timestamp": "",
        "type": "status_change",
    }
    assert [item["title"] for item in found][-2:] == ["new → contacted", "Lead created"]
    assert "A call" in [item["title"] for item in found]


@pytest.mark.parametrize("kind", ["call", "meeting", "note_created", "email_opened", "page_visit"])
def test_what_is_added_to_the_timeline_is_read_back(client, rep, kind):
    lead = alice(owner=rep)
    body = {"type": kind, "title": "Opened the price list", "description": "Twice"}
    added = client.post(f"/api/leads/{lead.public_id}/activity", body)
    assert added.status_code == 201
    assert client.get(f"/api/leads/{lead.public_id}/activity").json()[0] == added.json()
    assert added.json()["type"] == kind
    lead.refresh_from_db()
    assert lead.last_interaction_at.year > 2024


def test_what_is_no_activity_is_refused(client, rep):
    lead = alice(owner=rep)
    for body in ({"type": "status_change", "title": "x"}, {"type": "call"}, {"title": ""}, {}):
        assert client.post(f"/api/leads/{lead.public_id}/activity", body).status_code == 400


def test_creating_twice_with_one_idempotency_key_makes_one_lead(client):
    body = {"name": "Alice", "email": "alice@example.com"}
    answers = [client.post("/api/leads", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Lead.objects.count() == 1


TYPED = {"full_name": "", "email": "<test lead: dummy data for email>", "phone": "ask for Bob"}


def test_a_captured_lead_can_be_sent_back_whole_with_another_status(client, rep):
    path = f"/api/leads/{alice(owner=rep, **TYPED).public_id}"
    shown = client.get(path).json()

    answer = client.patch(path, shown | {"status": "contacted"})

    assert answer.status_code == 200, answer.content
    changed = {name for name, value in answer.json().items() if value != shown[name]}
    assert changed <= {"status", "updated_at", "lastInteraction", "last_interaction_at"}
    assert answer.json()["status"] == "contacted"


@pytest.mark.parametrize(("field", "value"), [("email", "<test lead>"), ("name", " "), ("email", None)])
def test_a_captured_lead_takes_new_values_by_the_rules_only(client, rep, field, value):
    lead = alice(owner=rep, **TYPED)
    assert client.patch(f"/api/leads/{lead.public_id}", {field: value}).status_code == 400
    lead.refresh_from_db()
    assert {name: getattr(lead, name) for name in TYPED} == TYPED
