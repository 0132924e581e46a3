"""The bell over the API: /api/cp/notifications and /api/cp/notification-choices."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime import notifications
from betterside.realtime.models import Notification
from betterside.realtime.notifications import Kind, notify

pytestmark = pytest.mark.django_db
PATH = "/api/cp/notifications"


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def told(user, title="A lead was given to you", **fields):
    return notify(user=user, kind=Kind.LEAD_ASSIGNED, title=title, url="/leads/7", subject_id=7, **fields)


def test_the_list_has_ones_own_unread_first(api, cp, golden):
    read = told(cp, "Read")
    notifications.mark_read(notification=read)
    told(cp, "Old")
    told(cp, "New", body="Asha Rao")
    told(UserFactory(cp=True), "A colleague's")
    answer = api.as_(cp).get(PATH)
    assert [row["title"] for row in answer.json()["data"]] == ["New", "Old", "Read"]
    golden(answer, "channel/notification-list")


def test_only_the_unread_and_pages(api, cp):
    notifications.mark_read(notification=told(cp, "Read"))
    for title in "abc":
        told(cp, title)
    answer = api.as_(cp).get(f"{PATH}?unread=true&limit=2&page=2").json()
    assert [row["title"] for row in answer["data"]] == ["a"]
    assert answer["meta"] == {"page": 2, "limit": 2, "total": 3, "unread": 3}
    assert api.as_(cp).get(f"{PATH}?unread=perhaps").status_code == 400


def test_one_is_read(api, cp, golden):
    notification = told(cp)
    answer = api.as_(cp).post(f"{PATH}/{notification.pk}/read")
    golden(answer, "channel/notification-read")
    assert api.as_(cp).get(PATH).json()["meta"]["unread"] == 0


def test_all_are_read(api, cp):
    told(cp)
    told(cp)
    theirs = told(UserFactory(cp=True))
    assert api.as_(cp).post(f"{PATH}/read").json() == {"read": 2}
    assert list(Notification.objects.unread()) == [theirs]


def test_nobody_reads_anothers(api, cp):
    theirs = told(UserFactory(cp=True))
    foreign = told(UserFactory(cp=True, entity=EntityFactory(slug="elsewhere")))
    assert api.as_(cp).post(f"{PATH}/{theirs.pk}/read").status_code == 403
    assert api.as_(UserFactory(manager=True)).post(f"{PATH}/{theirs.pk}/read").status_code == 403
    assert api.as_(cp).post(f"{PATH}/{foreign.pk}/read").status_code == 404
    assert Notification.objects.unread().count() == 2


def test_the_list_costs_the_same_for_30_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)
    assert_query_count.flat(
        "cp-notifications list",
        lambda: client.get(f"{PATH}?limit=100"),
        lambda count: [told(cp) for _ in range(count)],
    )


def test_choices_change_what_was_sent_and_nothing_else(api, cp, golden):
    client, path = api.as_(cp), "/api/cp/notification-choices"
    assert set(client.get(path).json()["mail"].values()) == {True}
    golden(client.put(path, {"follow_up_due": False}), "channel/notification-choices")
    assert client.get(path).json()["mail"]["follow_up_due"] is False
    assert client.put(path, {"follow_up_due": True, "lead_assigned": False}).json()["mail"] == {
        kind.value: kind != Kind.LEAD_ASSIGNED for kind in Kind
    }


@pytest.mark.parametrize("body", [{"follow_up_due": "perhaps"}, {"follow_up_due": None}, {"lead_assigned": []}, []])
def test_bad_choices_are_refused(api, cp, body):
    assert api.as_(cp).put("/api/cp/notification-choices", body).status_code == 400
    assert notifications.choices_of(cp).pk is None
