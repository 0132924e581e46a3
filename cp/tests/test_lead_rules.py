"""What the channel face takes and refuses, on the server (channel.md, "Leads", "Security & Validation")."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Activity, Lead, StageEntry
from crm.tests.factories import make_lead

from .factories import mapped_project

pytestmark = pytest.mark.django_db
LEAD = {"name": "Asha Rao", "phone": "9876543210"}
# field: values that break its rule
BAD = {
    "phone": [
        "",
        None,
        "987654321",
        "98765432101",
        "98765 43210",
        "+919876543210",
        "987654321a",
        "9876543210\n",
        "٩٨٧٦٥٤٣٢١٠",
        "९८७६५४३२१०",
        "９８７６５４３２１０",
        "98765432¹⁰",
        ["9876543210"],
        {"number": "9876543210"},
        True,
    ],
    "name": ["", "   ", "\t", None, "x" * 201, ["Asha"], {"first": "Asha"}, True],
    "email": ["asha", "asha@", "@mail.example", "a b@mail.example", "x" * 250 + "@a.example", ["a@b.example"], 7, True],
    "source": ["tv", "", "META_ADS", " organic", 1, ["organic"], None],
    "project_id": ["two", "", -1, 0, 1.5, True, [1], {"id": 1}, 2**63, 10**30, "1e3"],
    "notes": ["x" * 10_001, ["x"], {"a": 1}],
}
CASES = [(field, value) for field, values in BAD.items() for value in values]
STATUSES = ["", "won", "NEW", "New", 1, None, ["new"], "called", {"name": "new"}]


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def client(api, cp):
    return api.as_(cp)


def refused(answer, *fields) -> None:
    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert body["code"] == "VALIDATION_ERROR"
    assert set(body["fields"]) == set(fields)


@pytest.mark.parametrize(("field", "value"), CASES)
def test_a_new_lead_with_a_bad_value_is_refused_and_not_written(client, field, value):
    refused(client.post("/api/cp/leads", LEAD | {field: value}), field)
    assert not Lead.with_deleted.exists()
    assert not Activity.objects.exists()


@pytest.mark.parametrize(("field", "value"), [*CASES, *[("status", value) for value in STATUSES]])
def test_a_change_to_a_bad_value_is_refused_and_not_written(client, cp, field, value):
    lead = make_lead(owner=cp, pipeline="channel", source="organic", notes="before")
    before = Lead.objects.values().get(pk=lead.pk)
    refused(client.patch(f"/api/cp/leads/{lead.pk}", {"notes": "after"} | {field: value}), field)
    assert Lead.objects.values().get(pk=lead.pk) == before
    assert Activity.objects.filter(lead=lead).count() == 1


@pytest.mark.parametrize("field", ["name", "phone"])
def test_what_is_required_is_asked_for(client, field):
    refused(client.post("/api/cp/leads", {key: value for key, value in LEAD.items() if key != field}), field)


def test_every_bad_field_is_named_at_once(client):
    refused(
        client.post("/api/cp/leads", {"phone": "1", "email": "x", "source": "tv"}), "name", "phone", "email", "source"
    )


@pytest.mark.parametrize("body", [None, [], [LEAD], "text", 7])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_body_that_is_no_object_is_refused(client, cp, body, method):
    lead = make_lead(owner=cp, pipeline="channel")
    path = "/api/cp/leads" if method == "post" else f"/api/cp/leads/{lead.pk}"
    import json

    answer = getattr(client, method)(path, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert Lead.objects.count() == 1


@pytest.mark.parametrize("whose", ["nobody", "a colleague", "another entity", "archived and unmapped"])
def test_a_project_that_is_not_mine_is_as_good_as_none(client, cp, whose):
    project_id = {
        "nobody": lambda: 10**9,
        "a colleague": lambda: mapped_project(UserFactory(cp=True)).pk,
        "another entity": lambda: mapped_project(UserFactory(cp=True, entity__slug="other")).pk,
        "archived and unmapped": lambda: mapped_project(UserFactory(cp=True), status="archived").pk,
    }[whose]()
    answer = client.post("/api/cp/leads", LEAD | {"project_id": project_id})
    refused(answer, "project_id")
    assert answer.json()["fields"]["project_id"] == "This project does not exist or is not mapped to you."


# --- what is taken ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Ü", "x" * 200, "अ आ", "O'Brien-Smith", "<script>alert(1)</script>", "  Asha  "])
def test_names_are_kept_as_typed_but_for_the_edges(client, name):
    assert client.post("/api/cp/leads", LEAD | {"name": name}).json()["lead"]["name"] == name.strip()


@pytest.mark.parametrize("source", ["meta_ads", "organic", "betterside", "referral", "other"])
def test_every_source_of_the_contract_is_taken(client, source):
    assert client.post("/api/cp/leads", LEAD | {"source": source}).json()["lead"]["source"] == source


@pytest.mark.parametrize("status", ["called_no_answer", "interested", "not_interested", "follow_up", "closed"])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_every_status_of_the_contract_is_taken(client, cp, status, method):
    lead = make_lead(owner=cp, pipeline="channel")
    answer = getattr(client, method)(f"/api/cp/leads/{lead.pk}", {"status": status, "notes": "Called"})
    assert answer.json()["lead"]["status"] == status
    stay = StageEntry.objects.open().get(lead=lead)
    assert (stay.status.name, stay.notes, stay.user) == (status, "Called", cp)


def test_the_same_status_again_is_no_conflict_in_an_update(client, cp):
    lead = make_lead(owner=cp, pipeline="channel")
    answer = client.put(f"/api/cp/leads/{lead.pk}", {"status": "new", "notes": "Called"})
    assert answer.status_code == 200
    assert StageEntry.objects.filter(lead=lead).count() == 1


@pytest.mark.parametrize("empty", ["", None])
def test_an_e_mail_and_a_project_can_be_taken_away(client, cp, empty):
    project = mapped_project(cp)
    lead = make_lead(owner=cp, pipeline="channel", project=project, email="a@b.example")
    answer = client.patch(f"/api/cp/leads/{lead.pk}", {"email": empty, "project_id": None})
    assert (answer.json()["lead"]["email"], answer.json()["lead"]["project_id"]) == (None, None)


CAPTURED = {"phone": "+919865707616", "full_name": "", "source": "Walk-in", "email": ""}


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_captured_lead_can_be_sent_back_whole_with_another_status(client, cp, method):
    lead = make_lead(owner=cp, pipeline="channel", **CAPTURED)
    shown = client.get(f"/api/cp/leads/{lead.pk}").json()["lead"]

    answer = getattr(client, method)(f"/api/cp/leads/{lead.pk}", shown | {"status": "interested", "notes": "Called"})

    assert answer.status_code == 200, answer.content
    same = {name: shown[name] for name in ("name", "phone", "email", "source", "project_id", "cp_id")}
    assert answer.json()["lead"] | same == answer.json()["lead"]
    assert (answer.json()["lead"]["status"], answer.json()["lead"]["notes"]) == ("interested", "Called")


@pytest.mark.parametrize(("field", "value"), [("phone", "+919865707617"), ("name", " "), ("source", "Walk-out")])
def test_a_captured_lead_takes_new_values_by_the_rules_only(client, cp, field, value):
    lead = make_lead(owner=cp, pipeline="channel", **CAPTURED)
    refused(client.put(f"/api/cp/leads/{lead.pk}", {field: value}), field)
    lead.refresh_from_db()
    assert {name: getattr(lead, name) for name in CAPTURED} == CAPTURED


def test_what_is_not_sent_stays(client, cp):
    lead = make_lead(owner=cp, pipeline="channel", notes="before", email="a@b.example")
    client.put(f"/api/cp/leads/{lead.pk}", {"notes": "after"})
    lead.refresh_from_db()
    assert (lead.notes, lead.email) == ("after", "a@b.example")


def test_a_lead_keeps_a_project_that_was_unmapped_meanwhile(client, cp):
    project = mapped_project(cp)
    lead = make_lead(owner=cp, pipeline="channel", project=project)
    project.assignments.all().delete()
    body = {"project_id": project.pk, "notes": "Call"}
    assert client.put(f"/api/cp/leads/{lead.pk}", body).json()["lead"]["project_id"] == project.pk


# Trust 9: what a body may never set.
EXTRA = {
    "id": 7,
    "entity": 1,
    "entity_id": 1,
    "cp_id": 1,
    "assigned_user_id": 1,
    "owner_id": 1,
    "pipeline": "sales",
    "lead_code": "LEAD-2020-000001",
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "deleted_at": "2020-01-01T00:00:00Z",
    "public_id": "00000000-0000-4000-8000-000000000000",
    "score": 99,
    "value": 1_000_000,
    "is_test": True,
    "status_id": 8,
}


def test_extra_fields_are_never_obeyed(client, cp):
    plain = client.post("/api/cp/leads", LEAD).json()["lead"]
    plain_row = Lead.objects.values().get(pk=plain["id"])
    extra = client.post("/api/cp/leads", LEAD | EXTRA | {"status": "closed"}).json()["lead"]
    own = {"id", "public_id", "lead_code", "created_at", "updated_at", "assigned_at", "first_assigned_at"}
    own |= {"status_since"}
    row = Lead.objects.values().get(pk=extra["id"])
    assert {key: row[key] for key in row.keys() - own} == {key: plain_row[key] for key in row.keys() - own}
    assert row["created_at"].year > 2020

    client.patch(f"/api/cp/leads/{extra['id']}", EXTRA)
    assert Lead.objects.values().get(pk=extra["id"]) == row


# --- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("project_id=abc", "project_id"),
        ("project_id=0", "project_id"),
        ("project_id=99999999999999999999", "project_id"),
        ("status=won", "status"),
        ("date=yesterday", "date"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("limit=0", "limit"),
        ("limit=-5", "limit"),
        ("search=" + "x" * 201, "search"),
    ],
)
def test_a_bad_filter_is_refused(client, query, field):
    refused(client.get(f"/api/cp/leads?{query}"), field)


def names(client, query="") -> list[str]:
    return [lead["name"] for lead in client.get(f"/api/cp/leads?{query}").json()["data"]]


def test_filters_by_project_status_and_search(client, cp):
    project = mapped_project(cp)
    make_lead(owner=cp, pipeline="channel", full_name="Asha Rao", project=project)
    make_lead(owner=cp, pipeline="channel", full_name="Bela Mehta", status_name="interested", phone="9123456780")
    make_lead(owner=cp, pipeline="channel", full_name="Cara Nair", project=project, status_name="interested")
    assert names(client) == ["Cara Nair", "Bela Mehta", "Asha Rao"]
    assert names(client, f"project_id={project.pk}") == ["Cara Nair", "Asha Rao"]
    assert names(client, "status=interested") == ["Cara Nair", "Bela Mehta"]
    assert names(client, f"status=interested&project_id={project.pk}") == ["Cara Nair"]
    assert names(client, "search=MEHTA") == ["Bela Mehta"]
    assert names(client, "search=91234") == ["Bela Mehta"]
    assert names(client, "search=%25") == []
    assert names(client, "search=_") == []


def test_a_filter_by_somebody_else_s_project_finds_nothing_and_says_nothing(client, cp):
    foreign = mapped_project(UserFactory(cp=True, entity__slug="other"))
    theirs = client.get(f"/api/cp/leads?project_id={foreign.pk}")
    missing = client.get("/api/cp/leads?project_id=999999999")
    assert theirs.content == missing.content


def test_today_is_the_entity_s_day(client, cp):
    from datetime import timedelta

    from betterside import clock, days

    start = days.start_of(days.today(cp.entity.zone), cp.entity.zone)
    for name, moment in {"before": start - timedelta(seconds=1), "first second": start}.items():
        with clock.at(moment):
            make_lead(owner=cp, pipeline="channel", full_name=name)
    assert names(client, "date=today") == ["first second"]


def test_a_deleted_lead_is_gone_from_list_and_address(client, cp):
    lead = make_lead(owner=cp, pipeline="channel")
    assert client.delete(f"/api/cp/leads/{lead.pk}").status_code == 204
    assert names(client) == []
    assert client.get(f"/api/cp/leads/{lead.pk}").status_code == 404
    assert client.patch(f"/api/cp/leads/{lead.pk}", {"notes": "x"}).status_code == 404
    assert client.delete(f"/api/cp/leads/{lead.pk}").status_code == 404
    assert Lead.with_deleted.filter(pk=lead.pk).exists()


def test_leads_of_other_pipelines_are_not_the_channel_s(client, cp):
    lead = make_lead(owner=cp, pipeline="sales")
    assert names(client) == []
    assert client.get(f"/api/cp/leads/{lead.pk}").status_code == 404


# --- profile ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345"),
        ("phone", "٩٨٧٦٥٤٣٢١٠"),
        ("phone", ""),
        ("city", "221B Baker Street"),
        ("city", ""),
        ("city", "x" * 101),
        ("city", "<b>Pune</b>"),
        ("full_name", ""),
        ("full_name", "x" * 201),
        ("company_name", "x" * 201),
        ("extra_json", []),
        ("extra_json", "text"),
    ],
)
def test_a_bad_profile_is_refused(client, field, value):
    before = client.get("/api/cp/profile").json()
    refused(client.put("/api/cp/profile", {"full_name": "Changed"} | {field: value}), field)
    assert client.get("/api/cp/profile").json() == before


@pytest.mark.parametrize(
    "city", ["Pune", "New Delhi", "St. Thomas", "Cox's Bazar", "Thiruvananthapuram", "पुणे", "São Paulo"]
)
def test_a_city_is_a_name_in_any_script(client, city):
    assert client.put("/api/cp/profile", {"city": city}).json()["profile"]["city"] == city
