"""People are reminded of their tasks when these are due, by bell and mail, once (issue 8)."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from procrastinate.contrib.django import app

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Notification
from tests.races import at_once, slowly

from ..models import Task
from ..services import task_reminders, tasks
from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(entity):
    return UserFactory(rep=True, entity=entity)


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


def make(by, due, **kwargs) -> Task:
    return tasks.create(by=by, fields={"title": "Call about the offer"}, due=due, **kwargs)


def remind(moment) -> int:
    with clock.at(moment):
        return task_reminders.remind()


def told(user) -> int:
    return Notification.objects.filter(user=user, kind="task_due").count()


def test_it_says_once_that_one_is_due(rep, now):
    make(rep, now)
    said = []
    for minutes in (-1, 0, 1, 60, 3000):
        remind(now + timedelta(minutes=minutes))
        said.append(told(rep))
    assert said == [0, 1, 1, 1, 1]


def test_it_comes_by_mail_too(rep, now, run_jobs):
    make(rep, now, about=make_lead(owner=rep, full_name="Jane Smith"))
    remind(now)
    run_jobs()
    run_jobs()
    sent = [message for message in mail.outbox if "task" in message.subject]
    assert [(message.subject, message.to) for message in sent] == [("A task is due", [rep.email])]
    assert "Call about the offer (Jane Smith)" in sent[0].body


def test_the_bell_says_what_and_when_in_the_entitys_zone(rep, now):
    rep.entity.timezone = "Asia/Kolkata"
    rep.entity.save()
    task = make(rep, datetime(2026, 3, 10, 20, tzinfo=UTC))
    remind(now + timedelta(days=9999))
    notice = Notification.objects.get(kind="task_due")
    assert notice.body == "Call about the offer\nDue 11 Mar 2026, 01:30 (Asia/Kolkata)"
    assert notice.subject_id == task.pk


def test_of_a_whole_day_it_speaks_in_the_morning(rep):
    rep.entity.timezone = "Asia/Kolkata"
    rep.entity.save()
    make(rep, date(2026, 3, 10))
    assert remind(datetime(2026, 3, 10, 3, 29, tzinfo=UTC)) == 0
    assert remind(datetime(2026, 3, 10, 3, 30, tzinfo=UTC)) == 1  # 09:00 in Kolkata
    assert Notification.objects.get(kind="task_due").body.endswith("Due 10 Mar 2026")


def test_the_owner_of_the_moment_is_told(rep, manager, now):
    task = make(rep, now)
    tasks.update(task=task, by=manager, fields={}, owner=manager)
    remind(now)
    assert (told(rep), told(manager)) == (0, 1)


def test_what_is_done_deleted_or_not_yet_due_is_not_spoken_of(rep, now):
    done, gone = make(rep, now), make(rep, now)
    tasks.update(task=done, by=rep, fields={}, completed=True)
    tasks.delete(task=gone, by=rep)
    make(rep, now + timedelta(seconds=1))
    make(rep, None)
    assert remind(now) == 0


def test_nobody_to_tell_is_no_error(rep, now):
    make(rep, now)
    rep.is_active = False
    rep.save()
    assert remind(now) == 1
    assert remind(now) == 0
    assert told(rep) == 0


def test_a_new_date_is_reminded_of_anew(rep, now):
    task = make(rep, now)
    remind(now)
    later = now + timedelta(hours=3)
    tasks.update(task=task, by=rep, fields={"title": "Call once more"}, due=later)
    remind(now + timedelta(hours=2))
    assert told(rep) == 1
    remind(later)
    assert told(rep) == 2


def test_another_title_is_no_new_occasion(rep, now):
    task = make(rep, now)
    remind(now)
    tasks.update(task=task, by=rep, fields={"title": "Call once more"})
    assert remind(now) == 0


def test_more_than_a_batch_are_all_reminded_of(rep, now, monkeypatch):
    monkeypatch.setattr(task_reminders, "BATCH", 2)
    for _n in range(5):
        make(rep, now - timedelta(days=3))
    assert remind(now) == 5


def test_it_is_on_the_timetable_every_minute():
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["crm.jobs.remind_of_tasks"] == "* * * * *"


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def race(self):
        rep = UserFactory(rep=True)
        for _n in range(3):
            make(rep, timezone.now())
        with slowly(task_reminders, "_about"):
            claimed = at_once([task_reminders.remind] * 3)
        return claimed, told(rep)

    def test_remind_once(self):
        claimed, said = self.race()
        assert (sum(claimed), said) == (3, 3)

    def test_control_without_the_claim_more_is_claimed_than_there_is(self, monkeypatch):
        """The notification's key still stands between the worker and a second mail."""
        monkeypatch.setattr(
            Task.objects.__class__, "to_remind", lambda self, now: self.open().filter(remind_at__lte=now)
        )
        monkeypatch.setattr(task_reminders, "_to_remind", once(task_reminders._to_remind))
        claimed, _said = self.race()
        assert sum(claimed) > 3


def once(find):
    """Each thread finds what there is a single time: without marks it would find it for ever."""
    seen = threading.local()

    def found(now):
        if getattr(seen, "yes", False):
            return Task.objects.none()
        seen.yes = True
        return find(now)

    return found
