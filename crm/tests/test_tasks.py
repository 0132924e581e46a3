"""/api/tasks (growth.md, section E)."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime.models import Event
from marketing.tests.factories import CampaignFactory

from ..models import Task
from ..services import leads, tasks
from .factories import make_lead

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)  # a Tuesday, 12:00 in Kolkata


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


@pytest.fixture
def lead(rep):
    return make_lead(pipeline="growth", owner=rep)


def make(by, title="Call Alice", **kwargs) -> Task:
    return tasks.create(by=by, fields={"title": title}, **kwargs)


def asked(client, query: str) -> list[str]:
    answer = client.get(f"/api/tasks?{query}")
    assert answer.status_code == 200, answer.content
    return [task["title"] for task in answer.json()]


# Shapes


def test_list(client, rep, lead, golden):
    make(rep, "Some day")
    make(rep, "Call Alice", due=date(2026, 3, 11), about=lead)
    make(rep, "Look at the spend", due=NOON, about=CampaignFactory(entity=rep.entity))
    make(rep, "Done", due=date(2026, 3, 1), completed=True)
    golden(client.get("/api/tasks"), "growth/task-list")


def test_create(client, lead, golden):
    body = {
        "title": "Call Alice",
        "description": "About the offer",
        "due_date": "2026-12-24",
        "priority": "high",
        "completed": False,
        "related_to_type": "lead",
        "related_to_id": str(lead.public_id),
    }
    golden(client.post("/api/tasks", body), "growth/task-create")
    assert Task.objects.get().lead == lead


def test_create_with_what_is_required(client, golden):
    golden(client.post("/api/tasks", {"title": "Call Alice"}), "growth/task-create-least")


def test_create_with_bad_fields(client, golden):
    bad = {
        "title": "",
        "due_date": "tomorrow",
        "priority": "urgent",
        "completed": "perhaps",
        "related_to_type": "contact",
        "owner_id": "me",
    }
    golden(client.post("/api/tasks", bad), "growth/task-create-invalid")
    assert not Task.objects.exists()


def test_retrieve(client, rep, golden):
    golden(client.get(f"/api/tasks/{make(rep).public_id}"), "growth/task")


def test_patch_toggles_completion(client, rep, golden):
    path = f"/api/tasks/{make(rep).public_id}"
    golden(client.patch(path, {"completed": True}), "growth/task-patch")
    assert Task.objects.get().completed_at
    assert client.patch(path, {"completed": False}).json()["completed"] is False
    assert Task.objects.get().completed_at is None


def test_delete(client, rep, golden):
    task = make(rep)
    golden(client.delete(f"/api/tasks/{task.public_id}"), "growth/task-delete")
    golden(client.get(f"/api/tasks/{task.public_id}"), "growth/task-not-found")
    assert client.get("/api/tasks").json() == []
    assert Task.with_deleted.get().deleted_at


# Due dates


@pytest.mark.parametrize(
    ("sent", "told", "day"),
    [
        ("2026-12-24", "2026-12-24", date(2026, 12, 24)),
        ("2026-12-24T20:00:00Z", "2026-12-24T20:00:00Z", date(2026, 12, 25)),  # 01:30 in Kolkata
        ("2026-12-24T20:00:00+05:30", "2026-12-24T14:30:00Z", date(2026, 12, 24)),
        (None, None, None),
        ("", None, None),
    ],
)
def test_a_day_stays_a_day_and_a_time_a_time(client, sent, told, day):
    assert client.post("/api/tasks", {"title": "Call", "due_date": sent}).json()["due_date"] == told
    assert Task.objects.get().due_date == day


@pytest.mark.parametrize("sent", ["2026-02-30", "24.12.2026", "0001-01-01", "9999-12-31T00:00:00Z", 5, True, ["x"], {}])
def test_what_is_no_date_is_refused(client, sent):
    answer = client.post("/api/tasks", {"title": "Call", "due_date": sent})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "due_date"


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("due=today", ["past hour", "evening", "today", "today done"]),
        ("due=week", ["past hour", "evening", "today", "monday", "today done"]),
        ("due=overdue", ["yesterday", "past hour"]),
        ("due=2026-03-17", ["next tuesday"]),
        ("due=today&completed=true", ["today done"]),
        ("due=today&completed=false", ["past hour", "evening", "today"]),
        ("due=", ["yesterday", "past hour", "evening", "today", "monday", "next tuesday", "never", "today done"]),
    ],
)
def test_due(client, rep, query, titles):
    """A whole day is over when it ends, a time when it has come; days are those of the entity's zone."""
    with clock.at(NOON):
        make(rep, "never")
        make(rep, "next tuesday", due=date(2026, 3, 17))
        make(rep, "monday", due=date(2026, 3, 16))
        make(rep, "today", due=date(2026, 3, 10))
        make(rep, "evening", due=datetime(2026, 3, 10, 18, tzinfo=UTC))  # 23:30 in Kolkata
        make(rep, "past hour", due=datetime(2026, 3, 10, 6, tzinfo=UTC))
        make(rep, "yesterday", due=date(2026, 3, 9))
        make(rep, "today done", due=date(2026, 3, 10), completed=True)
        assert asked(client, query) == titles


# Other filters


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("completed=true", "d"),
        ("completed=false", "cba"),
        ("completed=", "cbad"),
        ("priority=high", "a"),
        ("priority=medium", "cbd"),
        ("related_to_type=lead", "b"),
        ("related_to_type=campaign", "c"),
        ("related_to_type=general", "ad"),
        ("related_to_id={lead.public_id}", "b"),
        ("related_to_id={lead.pk}", "b"),
        ("related_to_id={campaign.public_id}", "c"),
        ("related_to_id={campaign.public_id}&related_to_type=lead", ""),
        ("owner={rep.pk}", "cba"),
        ("owner={manager.pk}", "d"),
        ("owner=99999999", ""),
        ("limit=2&offset=1", "ba"),
    ],
)
def test_filters(client, rep, manager, lead, query, titles):
    campaign = CampaignFactory(entity=rep.entity)
    tasks.create(by=rep, fields={"title": "a", "priority": "high"})
    make(rep, "b", about=lead)
    make(rep, "c", about=campaign)
    make(manager, "d", completed=True)
    assert "".join(asked(client, query.format(lead=lead, campaign=campaign, rep=rep, manager=manager))) == titles


@pytest.mark.parametrize(
    "query",
    ["completed=perhaps", "priority=urgent", "due=soon", "due=2026-02-30", "related_to_type=contact", "owner=me"],
)
def test_bad_queries(client, query):
    answer = client.get(f"/api/tasks?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_foreign_id_matches_nothing_as_one_that_never_was(client):
    stranger = UserFactory(rep=True, entity=EntityFactory(slug="other"))
    theirs = make_lead(pipeline="growth", owner=stranger)
    make(stranger, about=theirs)
    assert asked(client, f"related_to_id={theirs.public_id}") == asked(client, f"related_to_id={uuid.uuid4()}") == []


def test_the_list_costs_the_same_for_30_as_for_3(client, rep, assert_query_count):
    def more(count):
        for n in range(count):
            about = make_lead(pipeline="growth", owner=rep) if n % 2 else CampaignFactory(entity=rep.entity)
            make(rep, about=about)

    assert_query_count.flat("tasks list", lambda: client.get("/api/tasks"), more)


def test_one_task_costs_as_much_as_ever(client, rep, lead, assert_query_count):
    task = make(rep, about=lead)
    with assert_query_count("task retrieve"):
        client.get(f"/api/tasks/{task.public_id}")


def test_pages_count_and_link(client, rep):
    for _ in range(3):
        make(rep)
    answer = client.get("/api/tasks?limit=2")
    assert answer["X-Total-Count"] == "3"
    assert '<http://localhost/api/tasks?limit=2&offset=2>; rel="next"' in answer["Link"]


# What a task is about


def refusal(client, kind: str, ref) -> tuple:
    answer = client.post("/api/tasks", {"title": "Call", "related_to_type": kind, "related_to_id": ref})
    return answer.status_code, answer.json()


@pytest.mark.parametrize("kind", ["lead", "campaign"])
def test_foreign_missing_deleted_and_senseless_ids_do_not_exist(client, rep, lead, kind):
    other = EntityFactory(slug="other")
    foreign = make_lead(pipeline="growth", entity=other) if kind == "lead" else CampaignFactory(entity=other)
    refs = [str(foreign.public_id), foreign.pk, str(uuid.uuid4()), 2**40, "l-1", "9" * 30]
    if kind == "lead":
        leads.delete(lead=lead, by=rep)
        refs.append(str(lead.public_id))
    answers = [refusal(client, kind, ref) for ref in refs]
    assert answers[0] == (
        400,
        {
            "success": False,
            "message": f"This {kind} does not exist.",
            "errors": [{"field": "related_to_id", "message": f"This {kind} does not exist."}],
        },
    )
    assert all(answer == answers[0] for answer in answers)
    assert not Task.objects.exists()


def test_a_cp_relates_only_to_what_they_see(api, entity, lead):
    cp = UserFactory(cp=True, entity=entity)
    client, own = api.as_(cp), make_lead(pipeline="growth", owner=cp)
    assert refusal(client, "lead", str(lead.public_id)) == refusal(client, "lead", str(uuid.uuid4()))
    assert refusal(client, "campaign", str(CampaignFactory(entity=entity).public_id))[0] == 400
    assert refusal(client, "lead", str(own.public_id))[0] == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"related_to_type": "lead"}, "related_to_id"),
        ({"related_to_type": "lead", "related_to_id": None}, "related_to_id"),
        ({"related_to_type": "general", "related_to_id": "x"}, "related_to_type"),
        ({"related_to_id": "x"}, "related_to_type"),
        ({"related_to_type": "lead", "related_to_id": ["x"]}, "related_to_id"),
        ({"related_to_type": None}, "related_to_type"),
    ],
)
def test_half_a_relation_is_refused(client, body, field):
    answer = client.post("/api/tasks", {"title": "Call"} | body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_task_can_come_to_be_about_something_else(client, rep, lead):
    path = f"/api/tasks/{make(rep, about=lead).public_id}"
    campaign, other = CampaignFactory(entity=rep.entity), make_lead(pipeline="growth", owner=rep)

    def about(body):
        answer = client.patch(path, body)
        assert answer.status_code == 200, answer.content
        return answer.json()["related_to_type"], answer.json()["related_to_id"]

    assert about({"title": "Call again"}) == ("lead", str(lead.public_id))
    assert about({"related_to_type": "lead"}) == ("lead", str(lead.public_id))
    assert about({"related_to_id": str(other.public_id)}) == ("lead", str(other.public_id))
    assert about({"related_to_type": "campaign", "related_to_id": str(campaign.public_id)}) == (
        "campaign",
        str(campaign.public_id),
    )
    assert about({"related_to_type": "general"}) == ("general", None)
    assert about({"related_to_type": "lead", "related_to_id": lead.pk}) == ("lead", str(lead.public_id))
    assert about({"related_to_id": None}) == ("general", None)
    assert client.patch(path, {"related_to_type": "campaign"}).status_code == 400


def test_a_task_is_about_one_thing_at_most(rep, lead):
    with pytest.raises(IntegrityError, match="task_related_to_one"), transaction.atomic():
        Task.objects.create(entity=rep.entity, owner=rep, title="x", lead=lead, campaign=CampaignFactory())


# Who may


def test_another_entitys_tasks_are_not_there(api, client):
    theirs = make(UserFactory(manager=True, entity=EntityFactory(slug="other")))
    path = f"/api/tasks/{theirs.public_id}"
    missing = client.get(f"/api/tasks/{uuid.uuid4()}").json()
    answers = [client.get(path), client.patch(path, {"completed": True}), client.delete(path)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert all(answer.json() == missing for answer in answers)
    theirs.refresh_from_db()
    assert (theirs.completed, theirs.deleted_at) == (False, None)
    assert client.get("/api/tasks").json() == []


@pytest.mark.parametrize("ref", ["abc", "1", "t-1", "9" * 30, "%00"])
def test_what_is_no_id_is_of_no_task(client, ref):
    assert client.get(f"/api/tasks/{ref}").status_code == 404


def test_a_seller_reads_a_colleagues_task_and_changes_only_their_own(client, manager):
    path = f"/api/tasks/{make(manager).public_id}"
    assert client.get(path).status_code == 200
    assert client.patch(path, {"completed": True}).status_code == 403
    assert client.delete(path).status_code == 403
    assert not Task.objects.get().completed


def test_fields_that_are_nobodys_to_set_are_ignored(client, rep, manager):
    body = {
        "title": "Call",
        "id": str(uuid.uuid4()),
        "entity_id": EntityFactory(slug="other").pk,
        "owner_id": str(manager.pk),
        "owner": manager.pk,
        "created_by": manager.pk,
        "completed_at": "2020-01-01T00:00:00Z",
        "deleted_at": "2020-01-01T00:00:00Z",
        "reminded_at": "2020-01-01T00:00:00Z",
    }
    assert client.post("/api/tasks", body).status_code == 201
    task = Task.objects.get()
    assert (task.entity, task.owner, task.created_by) == (rep.entity, rep, rep)
    assert (task.completed_at, task.reminded_at) == (None, None)


def test_a_manager_gives_tasks_and_a_seller_passes_on_their_own(api, client, manager, rep, entity):
    colleague = UserFactory(rep=True, entity=entity)
    made = api.as_(manager).post("/api/tasks", {"title": "Call", "owner_id": str(rep.pk)}).json()
    path = f"/api/tasks/{made['id']}"
    assert made["owner_id"] == str(rep.pk)
    assert client.patch(path, {"owner_id": colleague.pk}).json()["owner_id"] == str(colleague.pk)
    assert client.patch(path, {"owner_id": rep.pk}).status_code == 403
    foreign, missing = [api.as_(manager).patch(path, {"owner_id": pk}) for pk in (UserFactory().pk, 2**40)]
    assert (foreign.status_code, foreign.json()) == (400, missing.json())


def test_a_patch_that_changes_nothing_leaves_no_trace(client, rep, lead):
    task = make(rep, due=NOON, about=lead, completed=True)
    before = Event.objects.count()
    body = {"completed": True, "title": "Call Alice", "due_date": NOON.isoformat(), "related_to_type": "lead"}
    assert client.patch(f"/api/tasks/{task.public_id}", body).status_code == 200
    assert Event.objects.count() == before
    assert Task.objects.get().completed_at == task.completed_at


def test_each_change_is_told(client, rep, entity):
    colleague = UserFactory(rep=True, entity=entity)
    made = client.post("/api/tasks", {"title": "Call"}).json()
    client.patch(f"/api/tasks/{made['id']}", {"completed": True})
    client.patch(f"/api/tasks/{made['id']}", {"owner_id": colleague.pk})
    found = Event.objects.order_by("pk").values_list("kind", "user_id", "data__public_id", "data__previous")
    assert list(found) == [
        ("task.created", rep.pk, made["id"], None),
        ("task.updated", rep.pk, made["id"], None),
        ("task.updated", colleague.pk, made["id"], rep.pk),
    ]


def test_creating_twice_with_one_idempotency_key_makes_one_task(client):
    answers = [client.post("/api/tasks", {"title": "Call"}, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Task.objects.count() == 1
