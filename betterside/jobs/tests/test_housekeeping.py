"""What the timetable clears away, and what it leaves."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from betterside.accounts.jobs import forget_expired_sessions, forget_old_logins
from betterside.accounts.models import Login
from betterside.accounts.services import logins
from betterside.accounts.tests.factories import UserFactory
from betterside.api import limits
from betterside.api.jobs import forget_expired_counters, forget_old_answers
from betterside.api.models import IdempotentRequest, RateCounter
from betterside.jobs import defer
from betterside.jobs.checks import every_queue_has_a_lane
from betterside.jobs.jobs import forget_finished_jobs
from betterside.realtime.events import record
from betterside.realtime.jobs import forget_old_events
from betterside.realtime.models import Event

pytestmark = pytest.mark.django_db


def ago(**parts):
    return timezone.now() - timedelta(**parts)


def test_logins_are_kept_ninety_days_after_their_end():
    user = UserFactory()
    for _ in range(4):
        logins.start(user=user)
    open_one, fresh, old, expired = Login.objects.order_by("created_at")
    Login.objects.filter(pk=fresh.pk).update(ended_at=ago(days=89))
    Login.objects.filter(pk=old.pk).update(ended_at=ago(days=91))
    Login.objects.filter(pk=expired.pk).update(created_at=ago(days=130), expires_at=ago(days=100))
    forget_old_logins(timestamp=0)
    assert set(Login.objects.all()) == {open_one, fresh}


def test_sessions_counters_answers_and_events_expire():
    user = UserFactory()
    Session.objects.create(session_key="old", session_data="", expire_date=ago(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=ago(days=-1))
    limits.hit("old", limit=5)
    RateCounter.objects.update(expires_at=ago(seconds=1))
    limits.hit("new", limit=5)
    for key, created_at in (("old", ago(hours=25)), ("new", ago(hours=23))):
        row = IdempotentRequest.objects.create(user=user, entity=user.entity, key=key, fingerprint="")
        IdempotentRequest.objects.filter(pk=row.pk).update(created_at=created_at)
    event = record(entity_id=user.entity_id, kind="lead.created", subject_id=1)
    Event.objects.filter(pk=event.pk).update(created_at=ago(days=8))
    kept = record(entity_id=user.entity_id, kind="lead.created", subject_id=2)
    for job in (forget_expired_sessions, forget_expired_counters, forget_old_answers, forget_old_events):
        job(timestamp=0)
    assert [session.pk for session in Session.objects.all()] == ["new"]
    assert [counter.key.split(":")[0] for counter in RateCounter.objects.all()] == ["new"]
    assert [row.key for row in IdempotentRequest.objects.all()] == ["new"]
    assert list(Event.objects.all()) == [kept]


def test_finished_jobs_go_after_three_days_failed_ones_after_thirty(run_jobs):
    ended = {}
    for status, days in [("succeeded", 2), ("succeeded", 4), ("failed", 29), ("failed", 31)]:
        job = ended[status, days] = defer(forget_expired_sessions, queueing_lock=f"{status} {days}", timestamp=0)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, job])
            cursor.execute(
                "UPDATE procrastinate_events SET at = now() - make_interval(days => %s) WHERE job_id = %s", [days, job]
            )
    defer(forget_finished_jobs, timestamp=0)
    run_jobs()
    kept = set(ProcrastinateJob.objects.filter(pk__in=ended.values()).values_list("pk", flat=True))
    assert kept == {ended["succeeded", 2], ended["failed", 29]}


def test_every_job_is_on_a_queue_that_is_worked_on():
    assert every_queue_has_a_lane(None) == []
    forget_expired_sessions.queue = "nowhere"
    try:
        assert "forget_expired_sessions" in every_queue_has_a_lane(None)[0].msg
    finally:
        forget_expired_sessions.queue = "housekeeping"


def test_the_timetable_names_each_job_once():
    names = [name for name, _id in app.periodic_registry.periodic_tasks]
    assert "betterside.api.jobs.forget_old_answers" in names
    assert len(names) == len(set(names))
