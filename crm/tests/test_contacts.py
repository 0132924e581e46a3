"""/api/contacts, and the way there from a lead (growth.md, section C)."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime.models import Event
from tests.races import at_once, locks, slowly, statuses

from ..models import Activity, Contact
from ..services import activities, contacts, leads
from .factories import make_lead
from .invariants import broken

pytestmark = pytest.mark.django_db
TYPES = {"email_opened", "page_visit", "call", "note_created", "status_change", "meeting"}


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


def alice(by, **fields) -> Contact:
    fields = {
        "name": "Alice Johnson",
        "email": "alice@example.com",
        "role": "Head of Sales",
        "company": "Acme",
        "phone": "+91 98765 43210",
        "notes": "Prefers mornings",
    } | fields
    return contacts.create(by=by, fields=fields)


def titles(client, path: str) -> list[str]:
    return [item["title"] for item in client.get(path).json()]


# Shapes


def test_list(client, rep, golden):
    with clock.at(datetime(2024, 3, 9, 10, tzinfo=UTC)):
        alice(rep, last_contacted_at=datetime(2024, 3, 10, 10, tzinfo=UTC))
        alice(rep, phone="", role="", company="")
    golden(client.get("/api/contacts"), "growth/contact-list")


def test_retrieve_has_the_notes(client, rep, golden):
    golden(client.get(f"/api/contacts/{alice(rep).public_id}"), "growth/contact")


def test_create(client, golden):
    body = {
        "name": "Alice Johnson",
        "email": "alice@example.com",
        "role": "Head of Sales",
        "company": "Acme",
        "phone": "+91 98765 43210",
        "notes": "Prefers mornings",
    }
    golden(client.post("/api/contacts", body), "growth/contact-create")


def test_create_with_what_is_required(client, golden):
    golden(client.post("/api/contacts", {"name": "Bob", "email": "bob@example.com"}), "growth/contact-create-least")


def test_create_with_bad_fields(client, golden):
    bad = {"name": "", "email": "alice", "role": "x" * 256, "owner_id": "me", "last_contacted": "yesterday"}
    golden(client.post("/api/contacts", bad), "growth/contact-create-invalid")
    assert not Contact.objects.exists()


def test_patch(client, rep, golden):
    contact = alice(rep)
    golden(client.patch(f"/api/contacts/{contact.public_id}", {"role": "CEO"}), "growth/contact-patch")


def test_delete(client, rep, golden):
    contact = alice(rep)
    golden(client.delete(f"/api/contacts/{contact.public_id}"), "growth/contact-delete")
    golden(client.get(f"/api/contacts/{contact.public_id}"), "growth/contact-not-found")
    assert client.get("/api/contacts").json() == []
    assert Contact.with_deleted.get().deleted_at


def test_history_is_written_as_a_leads_activity(client, rep, golden):
    with clock.at(datetime(2024, 3, 9, 10, tzinfo=UTC)):
        contact = alice(rep)
    with clock.at(datetime(2024, 3, 10, 10, tzinfo=UTC)):
        contacts.log(contact=contact, by=rep, activity_type="email_opened", title="Opened Email")
    golden(client.get(f"/api/contacts/{contact.public_id}/history"), "growth/contact-history")


def test_convert(client, rep, golden):
    lead = make_lead(
        pipeline="growth",
        owner=rep,
        full_name="Alice Johnson",
        email="alice@example.com",
        phone="555-0100",
        job_title="Buyer",
        company="Acme",
        notes="Met at the fair",
    )
    golden(client.post(f"/api/leads/{lead.public_id}/convert"), "growth/lead-convert")


# Reading


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "cba"),
        ("search=ALPHA", "a"),
        ("search=beta-co", "b"),
        ("search=gam@", "c"),
        ("search=9876543210", "a"),
        ("search=buyer", "b"),
        ("search=nobody", ""),
        ("search=", "cba"),
        ("owner={rep.pk}", "a"),
        ("owner=999999", ""),
        ("limit=1&offset=1", "b"),
    ],
)
def test_filters(client, rep, manager, query, names):
    alice(rep, name="Alpha")
    alice(manager, name="B", company="Beta-Co", role="Buyer", phone="")
    alice(manager, name="C", email="gam@ma.example", phone="")
    found = client.get("/api/contacts?" + query.format(rep=rep)).json()
    assert [contact["name"][0].lower() for contact in found] == list(names)


def test_pages_count_and_link(client, rep):
    for n in range(3):
        alice(rep, name=f"A{n}")
    answer = client.get("/api/contacts?limit=2")
    assert answer["X-Total-Count"] == "3"
    assert '<http://localhost/api/contacts?limit=2&offset=2>; rel="next"' in answer["Link"]


def test_the_list_costs_the_same_for_30_as_for_3(client, rep, assert_query_count):
    def make(count):
        for _ in range(count):
            alice(rep)

    assert_query_count.flat("contacts list", lambda: client.get("/api/contacts"), make)


def test_one_contact_and_its_history_cost_as_much_as_ever(client, rep, assert_query_count):
    contact, _new = contacts.convert(lead=make_lead(pipeline="growth", owner=rep), by=rep)
    with assert_query_count("contact retrieve"):
        client.get(f"/api/contacts/{contact.public_id}")
    with assert_query_count("contact-history history"):
        client.get(f"/api/contacts/{contact.public_id}/history")


@pytest.mark.parametrize("ref", ["abc", "1", "1.5", "9" * 30, "%00", str(uuid.UUID(int=7))])
def test_what_is_no_id_is_of_no_contact(client, ref):
    for path in (f"/api/contacts/{ref}", f"/api/contacts/{ref}/history"):
        assert client.get(path).status_code == 404


# Who may


def test_another_entitys_contacts_are_not_there(api, client, rep):
    theirs = alice(UserFactory(manager=True, entity=EntityFactory(slug="other")))
    path = f"/api/contacts/{theirs.public_id}"
    missing = client.get(f"/api/contacts/{uuid.uuid4()}").json()
    calls = [client.get(path), client.patch(path, {"name": "X"}), client.delete(path), client.get(f"{path}/history")]
    calls.append(client.post(f"{path}/history", {"title": "X"}))
    assert [answer.status_code for answer in calls] == [404] * 5
    assert all(answer.json() == missing for answer in calls)
    theirs.refresh_from_db()
    assert (theirs.name, theirs.deleted_at) == ("Alice Johnson", None)
    assert client.get("/api/contacts").json() == []


def test_a_seller_reads_a_colleagues_contact_and_changes_only_their_own(client, entity):
    colleague = UserFactory(rep=True, entity=entity)
    contact = alice(colleague)
    path = f"/api/contacts/{contact.public_id}"
    assert client.get(path).status_code == 200
    refused = [client.patch(path, {"name": "X"}), client.delete(path), client.post(f"{path}/history", {"title": "X"})]
    assert [answer.status_code for answer in refused] == [403] * 3
    assert Activity.objects.of_contact(contact).count() == 1


def test_a_cp_sees_their_own_contacts_only(api, entity):
    cp, colleague = UserFactory(cp=True, entity=entity), UserFactory(cp=True, entity=entity)
    own, other = alice(cp), alice(colleague)
    client = api.as_(cp)
    assert [contact["id"] for contact in client.get("/api/contacts").json()] == [str(own.public_id)]
    assert client.get(f"/api/contacts/{other.public_id}").status_code == 403


# Writing


def test_fields_that_are_nobodys_to_set_are_ignored(client, rep, manager):
    other = EntityFactory(slug="other")
    lead = make_lead(pipeline="growth", entity=rep.entity)
    body = {
        "name": "Bob",
        "email": "bob@example.com",
        "id": str(uuid.uuid4()),
        "entity_id": other.pk,
        "entity": other.pk,
        "owner": manager.pk,
        "owner_id": str(manager.pk),
        "lead_id": str(lead.public_id),
        "lead": lead.pk,
        "created_at": "2020-01-01T00:00:00Z",
        "deleted_at": "2020-01-01T00:00:00Z",
    }
    answer = client.post("/api/contacts", body)
    assert answer.status_code == 201
    contact = Contact.objects.get()
    assert (contact.entity, contact.owner, contact.lead) == (rep.entity, rep, None)
    assert contact.created_at.year > 2020
    assert answer.json()["id"] == str(contact.public_id) != body["id"]


def test_a_manager_chooses_the_owner_and_is_it_else(api, manager, rep):
    client = api.as_(manager)
    body = {"name": "Bob", "email": "bob@example.com"}
    assert client.post("/api/contacts", body | {"owner_id": str(rep.pk)}).json()["owner_id"] == str(rep.pk)
    assert client.post("/api/contacts", body).json()["owner_id"] == str(manager.pk)
    foreign, missing = [client.post("/api/contacts", body | {"owner_id": pk}) for pk in (UserFactory().pk, 2**40)]
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (400, "owner_id")
    assert foreign.json() == missing.json()


def test_a_buyer_cannot_own_a_contact(api, manager, entity):
    buyer = UserFactory(buyer=True, entity=entity)
    body = {"name": "Bob", "email": "bob@example.com", "owner_id": buyer.pk}
    assert api.as_(manager).post("/api/contacts", body).status_code == 400
    assert not Contact.objects.exists()


def test_a_seller_passes_on_their_own(client, rep, entity):
    colleague = UserFactory(rep=True, entity=entity)
    contact = alice(rep)
    path = f"/api/contacts/{contact.public_id}"
    assert client.patch(path, {"owner_id": str(colleague.pk)}).json()["owner_id"] == str(colleague.pk)
    assert client.patch(path, {"owner_id": str(rep.pk)}).status_code == 403
    for nobody in (None, "", 0):
        assert client.patch(path, {"owner_id": nobody}).status_code == 400


def test_a_cp_passes_nothing_on(api, entity):
    cp, colleague = UserFactory(cp=True, entity=entity), UserFactory(cp=True, entity=entity)
    contact = alice(cp)
    answer = api.as_(cp).patch(f"/api/contacts/{contact.public_id}", {"owner_id": colleague.pk})
    assert answer.status_code == 403
    contact.refresh_from_db()
    assert contact.owner == cp


def test_patch_changes_what_is_sent_and_says_so(client, rep):
    contact = alice(rep)
    body = {"notes": "Prefers evenings", "phone": None, "last_contacted": "2024-03-10T10:00:00Z"}
    answer = client.patch(f"/api/contacts/{contact.public_id}", body).json()
    assert (answer["notes"], answer["phone"], answer["name"]) == ("Prefers evenings", None, "Alice Johnson")
    assert answer["last_contacted"] == "2024-03-10T10:00:00Z"
    latest = Activity.objects.of_contact(contact)[0]
    assert (latest.title, latest.description) == ("Contact updated", "Changed phone, notes, last contacted")


def test_a_contact_made_of_a_captured_lead_can_be_sent_back_whole(client, rep):
    lead = make_lead(owner=rep, pipeline="growth", full_name="", email="<test lead: dummy data for email>")
    path = f"/api/contacts/{client.post(f'/api/leads/{lead.public_id}/convert').json()['id']}"
    shown = client.get(path).json()

    answer = client.patch(path, shown | {"notes": "Nobody there"})

    assert answer.status_code == 200, answer.content
    assert answer.json() == shown | {"notes": "Nobody there", "updated_at": answer.json()["updated_at"]}
    assert client.patch(path, {"email": "<test lead>"}).status_code == 400


def test_a_patch_that_changes_nothing_leaves_no_trace(client, rep):
    contact = alice(rep)
    before = Event.objects.count()
    assert client.patch(f"/api/contacts/{contact.public_id}", {"name": "Alice Johnson"}).status_code == 200
    assert Activity.objects.of_contact(contact).count() == 1
    assert Event.objects.count() == before


@pytest.mark.parametrize("kind", sorted(TYPES - {"status_change"}))
def test_what_is_added_to_the_history_is_read_back(client, rep, kind):
    contact = alice(rep)
    path = f"/api/contacts/{contact.public_id}/history"
    added = client.post(path, {"type": kind, "title": "Asked for a price", "description": "By phone"})
    assert (added.status_code, added.json()["type"]) == (201, kind)
    assert client.get(path).json()[0] == added.json()
    contact.refresh_from_db()
    assert (contact.last_contacted_at is not None) == (kind in ("call", "meeting"))


def test_what_is_no_activity_is_refused(client, rep):
    path = f"/api/contacts/{alice(rep).public_id}/history"
    for body in ({"type": "status_change", "title": "x"}, {"type": "call"}, {"title": ""}, {}):
        assert client.post(path, body).status_code == 400


# From a lead


def test_a_converted_leads_timeline_goes_on(client, rep):
    lead = make_lead(pipeline="growth", owner=rep)
    client.post(f"/api/leads/{lead.public_id}/activity", {"type": "meeting", "title": "Met at the fair"})
    before = titles(client, f"/api/leads/{lead.public_id}/activity")

    contact = client.post(f"/api/leads/{lead.public_id}/convert").json()
    path = f"/api/contacts/{contact['id']}/history"

    assert titles(client, path) == ["Converted to a contact", *before]
    assert contact["last_contacted"] == client.get(path).json()[1]["timestamp"]

    # What happens to either from now on is in it too.
    client.post(path, {"type": "call", "title": "Said hello"})
    client.post(f"/api/leads/{lead.public_id}/activity", {"type": "call", "title": "Talked about the deal"})
    client.patch(f"/api/leads/{lead.public_id}", {"status": "closed"})
    assert titles(client, path)[:3] == ["new → closed", "Talked about the deal", "Said hello"]
    assert {item["type"] for item in client.get(path).json()} <= TYPES
    assert client.get(path)["X-Total-Count"] == "6"


def test_the_lead_stays_where_it_is(client, rep):
    lead = make_lead(pipeline="growth", owner=rep, status_name="qualified")
    client.post(f"/api/leads/{lead.public_id}/convert")
    lead.refresh_from_db()
    assert (lead.status.name, lead.assigned_user, lead.deleted_at) == ("qualified", rep, None)
    assert broken() == []


def test_a_call_to_the_lead_is_one_to_the_contact(client, rep):
    lead = make_lead(pipeline="growth", owner=rep)
    contact, _new = contacts.convert(lead=lead, by=rep)
    assert contact.last_contacted_at is None
    moment = timezone.now() + timedelta(minutes=1)
    with clock.at(moment):
        activities.log(lead=lead, by=rep, activity_type="call", description="Called")
    with clock.at(moment + timedelta(minutes=1)):
        activities.log(lead=lead, by=rep, activity_type="note", description="Thought about it")
    contact.refresh_from_db()
    assert contact.last_contacted_at == moment


def test_a_lead_has_one_contact(client, rep):
    lead = make_lead(pipeline="growth", owner=rep)
    first, again = [client.post(f"/api/leads/{lead.public_id}/convert") for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    client.delete(f"/api/contacts/{first.json()['id']}")
    assert client.post(f"/api/leads/{lead.public_id}/convert").status_code == 201


def test_the_history_outlives_the_lead(client, rep):
    lead = make_lead(pipeline="growth", owner=rep)
    contact = client.post(f"/api/leads/{lead.public_id}/convert").json()
    leads.delete(lead=lead, by=rep)
    assert titles(client, f"/api/contacts/{contact['id']}/history")[-1] == "Lead created"
    assert client.post(f"/api/leads/{lead.public_id}/convert").status_code == 404


def test_the_contact_of_an_unowned_lead_belongs_to_whoever_converts_it(api, manager, entity):
    lead = make_lead(pipeline="growth", entity=entity)
    answer = api.as_(manager).post(f"/api/leads/{lead.public_id}/convert")
    assert (answer.status_code, answer.json()["owner_id"]) == (201, str(manager.pk))


def test_who_may_not_change_the_lead_may_not_convert_it(api, entity, rep):
    lead = make_lead(pipeline="growth", owner=rep)
    for other in (UserFactory(rep=True, entity=entity), UserFactory(support=True, entity=entity)):
        assert api.as_(other).post(f"/api/leads/{lead.public_id}/convert").status_code == 403
    stranger = UserFactory(manager=True, entity=EntityFactory(slug="other"))
    assert api.as_(stranger).post(f"/api/leads/{lead.public_id}/convert").status_code == 404
    assert not Contact.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTwoConversionsOfOneLead:
    def race(self, api) -> dict:
        rep = UserFactory(rep=True)
        lead = make_lead(pipeline="growth", owner=rep)
        client = api.as_(rep)
        with slowly(contacts, "_contacted"):
            return statuses(at_once([lambda: client.post(f"/api/leads/{lead.public_id}/convert")] * 4))

    def test_make_one_contact(self, api):
        assert self.race(api) == {"201": 1, "200": 3}
        assert Contact.objects.count() == 1

    def test_control_without_the_lock_the_database_refuses_the_second(self, api):
        with locks["control: locks off"]():
            found = self.race(api)
        assert found["500"] >= 1
        assert Contact.objects.count() == 1


# One timeline in one table


def test_an_activity_belongs_to_a_lead_or_a_contact(rep):
    lead, contact = make_lead(owner=rep), alice(rep)
    for of in ({}, {"lead": lead, "contact": contact}):
        with pytest.raises(IntegrityError, match="activity_of_lead_or_contact"), transaction.atomic():
            Activity.objects.create(entity=rep.entity, activity_type="note", **of)


def test_the_sales_face_knows_leads_only(api, manager, rep):
    contact = alice(rep)
    contacts.log(contact=contact, by=rep, activity_type="call", title="Called")
    client = api.as_(manager)
    assert client.get("/api/activities/entity").json()["total"] == 0
    assert client.get("/api/analytics/activities").json()["data"]["total_activities"] == 0
    assert not Activity.objects.visible_to(manager).exists()


# Live updates


def test_each_change_is_told(client, rep, entity):
    colleague = UserFactory(rep=True, entity=entity)
    contact = client.post("/api/contacts", {"name": "Bob", "email": "bob@example.com"}).json()
    path = f"/api/contacts/{contact['id']}"
    client.post(f"{path}/history", {"type": "call", "title": "Called"})
    client.patch(path, {"owner_id": str(colleague.pk)})
    found = list(Event.objects.order_by("pk").values_list("kind", "user_id", "data__public_id", "data__previous"))
    assert found == [
        ("contact.created", rep.pk, contact["id"], None),
        ("activity.logged", rep.pk, contact["id"], None),
        ("contact.updated", colleague.pk, contact["id"], rep.pk),
    ]


def test_creating_twice_with_one_idempotency_key_makes_one_contact(client):
    body = {"name": "Alice", "email": "alice@example.com"}
    answers = [client.post("/api/contacts", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Contact.objects.count() == 1


# For staff


def test_staff_find_contacts_in_the_admin_with_their_history(client, rep):
    contact = alice(rep)
    contacts.log(contact=contact, by=rep, activity_type="call", title="Called about the offer")
    browser = Client()
    browser.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))

    found = browser.get("/admin/crm/contact/", {"q": "9876543210"})
    page = browser.get(f"/admin/crm/contact/{contact.pk}/change/")

    assert "Alice Johnson" in found.content.decode()
    assert "Called about the offer" in page.content.decode()
    assert browser.get("/admin/crm/activity/").status_code == 200
