"""The bell, its list and what comes by mail."""

import json

import pytest
from django.test import Client

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Notification
from betterside.realtime.notifications import Kind, choices_of, notify

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def browser(cp):
    client = Client(SERVER_NAME="localhost")
    client.force_login(cp)
    return client


def told(user, title="Your ads are running", **fields):
    return notify(user=user, kind=Kind.ADS_REQUEST_CHANGED, title=title, **({"url": "/run-ads"} | fields))


def test_the_bell_counts_what_is_unread(browser, cp):
    told(cp)
    told(UserFactory(cp=True))

    page = browser.get("/").content.decode()

    assert 'aria-label="Notifications, 1 unread"' in page
    assert "Your ads are running" in page


def test_a_new_one_is_a_toast_for_its_person_only(browser, cp):
    mine, other = told(cp, "A lead was given to you"), told(UserFactory(cp=True), "Secret")

    answer = browser.get(f"/notifications/bell?new={mine.pk}&new={other.pk}&new=x")

    toast = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert toast == {"message": "A lead was given to you", "level": "info"}
    assert "HX-Trigger" not in browser.get(f"/notifications/bell?new={other.pk}").headers


def test_opening_one_reads_it_and_leads_on(browser, cp):
    notification = told(cp)

    assert browser.post(f"/notifications/{notification.pk}/read").url == "/run-ads"
    notification.refresh_from_db()
    assert notification.read_at


@pytest.mark.parametrize("url", ["//evil.example/", "https://evil.example/", ""])
def test_it_never_leads_away(browser, cp, url):
    assert browser.post(f"/notifications/{told(cp, url=url).pk}/read").url == "/notifications"


@pytest.mark.parametrize(("whose", "status"), [({}, 403), ({"entity__slug": "other"}, 404)])
def test_somebody_elses_stays_unread(browser, whose, status):
    notification = told(UserFactory(cp=True, **whose))

    assert browser.post(f"/notifications/{notification.pk}/read").status_code == status
    assert Notification.objects.unread().count() == 1


def test_all_are_read_at_once_but_only_ones_own(browser, cp):
    told(cp)
    told(cp)
    other = told(UserFactory(cp=True))

    browser.post("/notifications/read")

    assert list(Notification.objects.unread()) == [other]


def test_choices_are_kept(browser, cp):
    browser.post("/profile/notifications", {Kind.LEAD_ASSIGNED: "on"})

    choices = choices_of(cp)
    assert choices.wants_mail(Kind.LEAD_ASSIGNED)
    assert not choices.wants_mail(Kind.FOLLOW_UP_DUE)
    boxes = browser.get("/profile").context["choices_form"].initial
    assert [name for name, wanted in boxes.items() if wanted] == ["lead_assigned"]
