"""Owners are reminded of follow-ups (issue 3): when one falls due and when it is overdue, by bell and mail, once each."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django import app

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Notification
from tests.races import at_once, slowly

from ..models import Activity
from ..services import activities, assignments, leads, reminders
from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def lead(rep):
    return make_lead(owner=rep, full_name="Jane Smith")


def plan(lead, by, due, text="Call about the offer") -> Activity:
    return activities.log(lead=lead, by=by, activity_type="call", description=text, next_follow_up_date=due)


def remind(moment) -> int:
    with clock.at(moment):
        return reminders.remind()


def told(user) -> list[str]:
    kinds = ["follow_up_due", "follow_up_overdue"]
    found = Notification.objects.filter(user=user, kind__in=kinds).order_by("pk")
    return list(found.values_list("kind", flat=True))


def test_it_says_when_one_falls_due_and_when_it_is_overdue_once_each(lead, rep, now):
    plan(lead, rep, now)
    said = []
    for minutes in (-1, 0, 1, 59, 60, 61, 300):
        remind(now + timedelta(minutes=minutes))
        said.append(len(told(rep)))
    assert said == [0, 1, 1, 1, 2, 2, 2]
    assert told(rep) == ["follow_up_due", "follow_up_overdue"]


def test_it_comes_by_mail_too(lead, rep, now, run_jobs):
    plan(lead, rep, now)
    remind(now)
    run_jobs()
    run_jobs()
    sent = [message for message in mail.outbox if "follow-up" in message.subject]
    assert [(message.subject, message.to) for message in sent] == [("A follow-up is due", [rep.email])]
    assert "Jane Smith: Call about the offer" in sent[0].body


def test_the_bell_says_what_and_when_in_the_entitys_zone(lead, rep, now):
    rep.entity.timezone = "Asia/Kolkata"
    rep.entity.save()
    plan(lead, rep, now)
    remind(now)
    notice = Notification.objects.get(kind="follow_up_due")
    local = now.astimezone(rep.entity.zone)
    assert notice.body == f"Jane Smith: Call about the offer\nPlanned for {local:%d %b %Y, %H:%M} (Asia/Kolkata)"
    assert notice.subject_id == lead.pk


def test_the_owner_is_told_whoever_planned_it(lead, rep, manager, colleague, now):
    plan(lead, manager, now)
    assignments.reassign(lead=lead, to=colleague, by=manager)
    remind(now)
    assert (told(colleague), told(rep), told(manager)) == (["follow_up_due"], [], [])


def test_of_a_lead_that_nobody_owns_the_one_who_planned_it_is_told(manager, now):
    plan(make_lead(entity=manager.entity), manager, now)
    remind(now)
    assert told(manager) == ["follow_up_due"]


def test_nobody_to_tell_is_no_error(now, lead, rep):
    plan(lead, None, now)
    rep.is_active = False
    rep.save()
    assert remind(now) == 1
    assert remind(now) == 0
    assert told(rep) == []


def test_what_is_done_dropped_deleted_or_not_yet_due_is_not_spoken_of(lead, rep, now):
    done, dropped = plan(lead, rep, now), plan(lead, rep, now)
    activities.set_status(pk=done.pk, status="completed", by=rep)
    activities.set_status(pk=dropped.pk, status="cancelled", by=rep)
    gone = make_lead(owner=rep)
    plan(gone, rep, now)
    leads.delete(lead=gone, by=rep)
    plan(lead, rep, now + timedelta(seconds=1))
    assert remind(now) == 0
    assert told(rep) == []


def test_a_new_date_is_reminded_of_anew(lead, rep, now):
    activity = plan(lead, rep, now)
    remind(now)
    later = now + timedelta(hours=3)
    activities.move_follow_ups(ids=[activity.pk], to=later, by=rep)
    remind(now + timedelta(hours=2))
    assert told(rep) == ["follow_up_due"]
    remind(later)
    assert told(rep) == ["follow_up_due"] * 2


def test_a_run_that_comes_late_makes_up_for_all_it_missed(lead, rep, now):
    """And of those that are overdue by then it says only that."""
    plan(lead, rep, now - timedelta(days=3), "long ago")
    plan(lead, rep, now - timedelta(minutes=5), "just now")
    assert remind(now) == 2
    assert told(rep) == ["follow_up_overdue", "follow_up_due"]


def test_more_than_a_batch_are_all_reminded_of(lead, rep, now, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    for _n in range(5):
        plan(lead, rep, now)
    assert remind(now) == 5


def test_it_is_on_the_timetable_every_minute():
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["crm.jobs.remind_of_follow_ups"] == "* * * * *"


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def race(self):
        rep = UserFactory(rep=True)
        lead = make_lead(owner=rep)
        due = timezone.now()
        for _n in range(3):
            plan(lead, rep, due)
        with slowly(reminders, "_whom"):
            claimed = at_once([reminders.remind] * 3)
        return claimed, told(rep)

    def test_remind_once(self):
        claimed, said = self.race()
        assert sum(claimed) == 3
        assert said == ["follow_up_due"] * 3

    def test_control_without_the_claim_more_is_claimed_than_there_is(self, monkeypatch):
        """The notification's key still stands between the worker and a second mail."""
        monkeypatch.setattr(reminders, "_unmarked", lambda kind: reminders.Q())
        monkeypatch.setattr(reminders, "_to_remind", once(reminders._to_remind))
        claimed, _said = self.race()
        assert sum(claimed) > 3


def once(find):
    """Each thread finds what there is a single time: without marks it would find it for ever."""
    seen = threading.local()

    def found(kind, now):
        if kind in getattr(seen, "kinds", set()):
            return Activity.objects.none()
        seen.kinds = getattr(seen, "kinds", set()) | {kind}
        return find(kind, now)

    return found
