"""Ads requests: what a CP may ask and change, and the steps that staff take (channel.md, "Run Ads")."""

from decimal import Decimal

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import InvalidTransition, NotAllowed
from betterside.realtime.models import Event, Notification

from ..models import AdsRequest
from ..services import ads_requests
from .factories import AdsRequestFactory, mapped_project

pytestmark = pytest.mark.django_db
PATH = "/api/cp/ads-requests"


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def client(api, cp):
    return api.as_(cp)


@pytest.fixture
def staff():
    return UserFactory(admin=True, is_staff=True, entity=EntityFactory(slug="betterside"))


@pytest.fixture
def body(cp):
    return {
        "project_id": mapped_project(cp).pk,
        "objective": "site_visits",
        "budget_inr": 15000.5,
        "duration_days": 14,
        "notes": "Weekends only",
    }


def test_a_cp_asks_for_ads_and_finds_the_request_in_the_list(client, cp, body):
    created = client.post(PATH, body)
    assert created.status_code == 201, created.content
    stored = AdsRequest.objects.get()
    assert (stored.cp, stored.entity, stored.status, stored.budget_inr) == (
        cp,
        cp.entity,
        "requested",
        Decimal("15000.50"),
    )
    assert [(step.from_status, step.to_status, step.by) for step in stored.steps.all()] == [("", "requested", cp)]
    assert client.get(PATH).json()["data"] == [created.json()["ad_request"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project_id", None),
        ("project_id", "two"),
        ("project_id", 10**9),
        ("objective", "fame"),
        ("objective", ["awareness"]),
        ("budget_inr", 0),
        ("budget_inr", -5),
        ("budget_inr", 0.001),
        ("budget_inr", "NaN"),
        ("budget_inr", "Infinity"),
        ("budget_inr", 10**10),
        ("budget_inr", "9" * 2000),
        ("budget_inr", True),
        ("duration_days", 0),
        ("duration_days", 366),
        ("duration_days", 1.5),
        ("duration_days", 10**30),
        ("notes", "x" * 10_001),
        ("notes", {}),
    ],
)
def test_it_refuses_a_bad_value_and_stores_nothing(client, body, field, value):
    answer = client.post(PATH, body | {field: value})
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert set(answer.json()["fields"]) == {field}
    assert not AdsRequest.objects.exists()


@pytest.mark.parametrize("missing", ["project_id", "objective", "budget_inr", "duration_days"])
def test_it_names_what_is_missing(client, body, missing):
    del body[missing]
    assert set(client.post(PATH, body).json()["fields"]) == {missing}


def test_a_colleagues_project_is_refused_like_one_that_never_was(client, body):
    theirs = mapped_project(UserFactory(cp=True))
    foreign = client.post(PATH, body | {"project_id": theirs.pk})
    missing = client.post(PATH, body | {"project_id": 10**9})
    assert foreign.status_code == 400
    assert foreign.json() == missing.json()


def test_status_owner_and_entity_come_from_nobodys_body(client, cp, body):
    other = UserFactory(cp=True)
    client.post(PATH, body | {"status": "running", "cp_id": other.pk, "entity_id": 1, "created_at": "2020-01-01"})
    stored = AdsRequest.objects.get()
    assert (stored.status, stored.cp, stored.entity) == ("requested", cp, cp.entity)
    assert stored.created_at.year > 2020


def test_the_list_filters_and_pages(client, cp):
    first, second = mapped_project(cp), mapped_project(cp)
    mine = [
        AdsRequestFactory(cp=cp, project=project, status=status).pk
        for project, status in [(first, "requested"), (first, "running"), (second, "running")]
    ]
    AdsRequestFactory(cp=UserFactory(cp=True), status="running")

    def ids(query):
        answer = client.get(f"{PATH}?{query}").json()
        return [row["id"] for row in answer["data"]], answer["meta"]["total"]

    assert ids("") == (mine[::-1], 3)
    assert ids("status=running") == ([mine[2], mine[1]], 2)
    assert ids(f"status=running&project_id={first.pk}") == ([mine[1]], 1)
    assert ids("page=2&limit=2") == ([mine[0]], 3)
    assert ids("project_id=999999") == ([], 0)
    assert client.get(f"{PATH}?status=fast").status_code == 400
    assert client.get(f"{PATH}?limit=0").status_code == 400


def test_a_cp_edits_the_notes(client, cp):
    request = AdsRequestFactory(cp=cp, status="running")
    answer = client.put(f"{PATH}/{request.pk}", {"notes": "Evenings too"})
    assert answer.status_code == 200
    assert answer.json()["ad_request"]["notes"] == "Evenings too"
    assert answer.json()["ad_request"]["status"] == "running"
    assert not request.steps.exists()


def test_a_cp_cancels_and_the_step_is_remembered(client, cp):
    request = AdsRequestFactory(cp=cp, status="in_discussion")
    answer = client.put(f"{PATH}/{request.pk}", {"status": "cancelled", "notes": "Sold out"})
    assert answer.json()["ad_request"]["status"] == "cancelled"
    step = request.steps.get()
    assert (step.from_status, step.to_status, step.by) == ("in_discussion", "cancelled", cp)
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"status": "running"},
        {"status": "requested"},
        {"status": "completed"},
        {"status": None},
        {"status": "cancelled", "budget_inr": 5},
        {"budget_inr": 5},
        {"duration_days": 5},
        {"objective": "awareness"},
        {"project_id": 1},
        {"cp_id": 1},
        {"id": 1},
        {"notes": ["x"]},
        [],
    ],
)
def test_a_cp_changes_nothing_else(client, cp, change):
    request = AdsRequestFactory(cp=cp, notes="Before", status="in_discussion")
    before = AdsRequest.objects.values().get()
    assert client.put(f"{PATH}/{request.pk}", change).status_code == 400
    assert AdsRequest.objects.values().get() == before
    assert not Event.objects.exists()


@pytest.mark.parametrize("change", [{"notes": "Evenings"}, {"status": "cancelled"}])
def test_a_client_may_send_the_whole_request_back(client, cp, change):
    request = AdsRequestFactory(cp=cp, status="running", budget_inr=Decimal("15000.55"))
    shown = client.get(f"{PATH}/{request.pk}").json()["ad_request"]

    answer = client.put(f"{PATH}/{request.pk}", shown | change)

    assert answer.status_code == 200, answer.content
    found = answer.json()["ad_request"]
    assert found == shown | change | {"updated_at": found["updated_at"]}


@pytest.mark.parametrize("status", ["completed", "cancelled"])
@pytest.mark.parametrize("change", [{"notes": "Late"}, {"status": "cancelled"}])
def test_a_request_that_is_over_stays_as_it_is(client, cp, status, change):
    request = AdsRequestFactory(cp=cp, status=status)
    answer = client.put(f"{PATH}/{request.pk}", change)
    assert answer.status_code == 409
    assert answer.json()["code"] == "CONFLICT"
    request.refresh_from_db()
    assert (request.status, request.notes) == (status, "")


def test_staff_take_it_from_step_to_step_and_the_cp_is_told_each_time(cp, staff):
    request = AdsRequestFactory(cp=cp, project=mapped_project(cp, title="Skyline"))
    for status in ("in_discussion", "running", "completed"):
        request = ads_requests.advance(ads_request=request, to=status, by=staff, notes=f"Now {status}")
    assert [(step.from_status, step.to_status) for step in request.steps.all()] == [
        ("requested", "in_discussion"),
        ("in_discussion", "running"),
        ("running", "completed"),
    ]
    told = Notification.objects.visible_to(cp).order_by("id")
    assert [notification.title for notification in told] == [
        "Your ads request for Skyline is in discussion",
        "Your ads for Skyline are running",
        "Your ads for Skyline have ended",
    ]
    assert {notification.subject_id for notification in told} == {request.pk}
    assert Event.objects.filter(kind="ads_request.moved", user=cp).count() == 3


@pytest.mark.parametrize(
    ("status", "to"),
    [
        ("requested", "running"),
        ("requested", "requested"),
        ("running", "in_discussion"),
        ("completed", "cancelled"),
        ("cancelled", "requested"),
        ("running", "finished"),
    ],
)
def test_no_step_is_skipped_or_taken_back(staff, status, to):
    request = AdsRequestFactory(status=status)
    with pytest.raises(InvalidTransition, match=status):
        ads_requests.advance(ads_request=request, to=to, by=staff)
    request.refresh_from_db()
    assert request.status == status
    assert not Notification.objects.exists()


@pytest.mark.parametrize("status", ["requested", "in_discussion", "running"])
def test_staff_cancel_an_open_request(staff, status):
    request = ads_requests.advance(ads_request=AdsRequestFactory(status=status), to="cancelled", by=staff)
    assert request.status == "cancelled"
    assert Notification.objects.filter(user=request.cp, title__contains="was cancelled").count() == 1


def test_only_staff_take_steps(cp):
    for user in (cp, UserFactory(manager=True)):
        with pytest.raises(NotAllowed):
            ads_requests.advance(ads_request=AdsRequestFactory(cp=cp), to="in_discussion", by=user)
