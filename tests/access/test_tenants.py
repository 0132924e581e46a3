"""What no row can say: another tenant's data shows nowhere, and a lead's rules hold behind every door (trust 1-9)."""

import json
import re
import uuid

import pytest
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.api.faces import face_of
from cp.services import profiles
from cp.tests.factories import AdsRequestFactory, MarketingCounterFactory, mapped_project
from crm.models import LeadStatus
from crm.services import assignments, contacts, leads, stages, tasks
from crm.tests.factories import make_lead
from marketing.models import Campaign

from .registry import ROWS, Row
from .rows import ROLES
from .world import undone

pytestmark = pytest.mark.django_db
PIPELINES = ["channel", "sales", "growth", "practice", "marketing"]
READS = [row for row in ROWS if row.method == "GET" and not row.page and 200 in row.statuses.values()]
# Answers that differ from one request to the next for reasons of their own.
CHANGING = {"events-ticket"}


def bodies(world, row: Row) -> dict[str, bytes]:
    """The row's answer for each role that it lets in."""
    found = {}
    for role in ROLES:
        if row.statuses[role] == 200 and role != "foreign":
            with undone():
                answer = world.ask(row, role)
            assert answer.status_code == 200, answer.content
            found[role] = answer.getvalue()
    return found


def be_busy(entity) -> None:
    """Everything a tenant can do that could show in another's numbers."""
    manager, cp = UserFactory(manager=True, entity=entity), UserFactory(cp=True, entity=entity)
    project = mapped_project(cp)
    AdsRequestFactory(cp=cp, project=project, status="running")
    MarketingCounterFactory(cp=cp, project=project, creatives_shared=5)
    campaign = Campaign.objects.create(entity=entity, name="Theirs")
    for pipeline in PIPELINES:
        rep = UserFactory(rep=True, entity=entity)
        for after in LeadStatus.objects.of(pipeline).order_by("position")[1:2]:
            lead = make_lead(owner=rep, pipeline=pipeline, campaign=campaign, source="theirs", value=1000)
            stages.move(lead=lead, to=after, by=manager)
            leads.update(lead=lead, by=manager, fields={"notes": "Theirs"})
        contact, _is_new = contacts.convert(lead=lead, by=manager)
        contacts.log(contact=contact, by=manager, activity_type="call", title="Theirs")
        tasks.create(by=manager, fields={"title": "Theirs"}, due=timezone.localdate(), about=lead)
        assignments.unassign(lead=make_lead(owner=rep, pipeline=pipeline), by=manager)


@pytest.fixture(scope="module", autouse=True)
def standing_clock():
    """Hours in a stage grow while the tests run."""
    with clock.at(timezone.now()):
        yield


@pytest.fixture(scope="module")
def before(world):
    for person in (world.cp, world.cp_colleague):
        profiles.of(person)  # else each look makes one
    return {str(row): bodies(world, row) for row in READS if row.name not in CHANGING}


@pytest.fixture(scope="module")
def busy_world(world, before):
    be_busy(world.other_entity)
    return world


@pytest.mark.parametrize("row", [row for row in READS if row.name not in CHANGING], ids=str)
def test_another_tenant_s_work_changes_no_answer(row: Row, before, busy_world):
    assert bodies(busy_world, row) == before[str(row)]


@pytest.mark.parametrize("row", READS, ids=str)
def test_no_answer_holds_a_secret(row: Row, world):
    secrets = [user.password for user in world.people.values()] + list(world.sessions.values())
    for role, body in bodies(world, row).items():
        text = body.decode()
        assert not any(secret in text for secret in secrets), role
        assert not re.search(r'"(password|password_hash|refresh_jti|stamp)"|Traceback|SELECT .+ FROM', text), role


# --- other doors (trust 7) ---------------------------------------------------------------------------

LEADS = ["channel_lead", "sales_lead", "growth_lead", "practice_lead", "marketing_lead"]
OF_A_LEAD = [row for row in ROWS if len(row.on) == 1 and re.fullmatch(r"\w+_lead\.(pk|public_id)", row.on[0])]
ASKED = {(row.name, row.method, row.label): row for row in OF_A_LEAD if not row.page}


@pytest.mark.parametrize("row", ASKED.values(), ids=str)
def test_behind_every_door_a_lead_is_only_for_whom_it_is(row: Row, world):
    """Also a lead of another face, by id and by UUID: an answer of 2xx means that the user may see or change it."""
    part = row.on[0].split(".")[1]
    for name in LEADS:
        lead = getattr(world, name)
        lead.refresh_from_db()
        path = Row("GET", row.name, {}, on=(f"{name}.{part}",)).path(world)
        for role in ROLES[1:]:
            user = world.people[role]
            may = lead.is_visible_to(user) if row.method == "GET" else lead.is_editable_by(user)
            with undone():
                answer = world.ask(row, role, path)
            assert answer.status_code < 500, f"{name} {role}: {answer.content[:300]}"
            assert may or answer.status_code >= 400, f"{role} got {answer.status_code} for {name}"
            if role == "foreign":
                assert answer.status_code in (403, 404)


# --- ids of others as values (trust 2) ---------------------------------------------------------------

IDS = {
    "user": r"(new)?assigned_?user_?ids?|user_?ids?|cp_id|owner_id|agent_ids",
    "project": r"project_?id",
    "campaign": r"campaign_?id",
    "lead": r"lead_?ids?|related_to_id",
}
MISSING = 2**31 - 7


@pytest.fixture(scope="module")
def theirs(world):
    """Objects of the other entity, by kind."""
    cp = UserFactory(cp=True, entity=world.other_entity)
    return {
        "user": UserFactory(rep=True, entity=world.other_entity),
        "project": mapped_project(cp),
        "campaign": Campaign.objects.create(entity=world.other_entity, name="Theirs too"),
        "lead": make_lead(owner=cp, pipeline="channel"),
    }


def kind_of(name: str) -> str | None:
    return next((kind for kind, pattern in IDS.items() if re.fullmatch(pattern, name, re.IGNORECASE)), None)


def insiders(row: Row) -> list[str]:
    return [role for role in ROLES[3:] if row.statuses[role] < 300]


WITH_IDS = [
    (row, key)
    for row in ROWS
    if isinstance(row.body, dict) and not row.page and insiders(row)
    for key in row.body
    if kind_of(key)
]


@pytest.mark.parametrize(("row", "key"), WITH_IDS, ids=lambda value: str(value))
def test_an_id_of_another_tenant_is_as_good_as_none(row: Row, key: str, world, theirs):
    good, foreign = row.payload(world), theirs[kind_of(key)].pk
    answers = [_ask(world, row, good | {key: _like(good[key], value)}) for value in (foreign, MISSING)]
    assert answers[0][0] in (400, 403, 404, 422)
    assert answers[0] == answers[1]


def _like(value, pk: int):
    if isinstance(value, list):
        return [pk]
    return f"camp-{pk}" if str(value).startswith("camp-") else pk


def _ask(world, row: Row, body) -> tuple:
    with undone():
        role = insiders(row)[0]
        client = world._client(role)
        headers = {name: row.fill(value, world) for name, value in row.headers.items()}
        answer = getattr(client, row.method.lower())(row.path(world), body, headers=headers)
    found = json.loads(answer.content)
    found.pop("timestamp", None)
    return answer.status_code, found


def filters() -> list[tuple[Row, str]]:
    from tests.test_garbage import documented_parameters

    named = documented_parameters()
    return [(row, name) for row in READS for name in named.get(row.name, []) if kind_of(name)]


@pytest.mark.parametrize(("row", "name"), filters(), ids=lambda value: str(value))
def test_a_filter_by_another_tenant_s_id_tells_nothing(row: Row, name: str, world, theirs):
    path, role = row.path(world).split("?")[0], insiders(row)[0]
    found = []
    for value in (theirs[kind_of(name)].pk, MISSING):
        with undone():
            answer = world._client(role).get(f"{path}?{name}={value}", headers=row.headers)
        body = json.loads(answer.content)
        if isinstance(body, dict):
            body.pop("filters", None)  # what was asked for
        found.append((answer.status_code, body))
    assert found[0] == found[1]


def test_the_words_for_missing_are_the_same_for_any_id(world):
    """An id that never was, one of another tenant and one that was deleted."""
    gone = make_lead(owner=world.cp, pipeline="channel")
    leads.delete(lead=gone, by=None)
    for path in ("/api/cp/leads/{}", "/api/leads/{}"):
        answers = {
            world._client("manager").get(path.format(pk)).content for pk in (gone.pk, MISSING, uuid.uuid4().int >> 70)
        }
        assert len(answers) == 1
        assert face_of(path)
