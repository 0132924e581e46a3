"""Schedules of reports: made, changed, paused, and run when their time has come (sales.md, "Scheduled Reports")."""

from django.db import transaction
from django.db.models import F

from betterside import clock
from betterside.errors import Invalid, NotFound
from betterside.jobs import defer

from .. import jobs
from ..models import ReportRun, ReportSchedule, ReportTemplate
from . import access, recipients, recurrence

Frequency, Status = ReportSchedule.Frequency, ReportSchedule.Status
DAYS = {Frequency.WEEKLY: "day_of_week", Frequency.MONTHLY: "day_of_month"}
# Entities have dozens, not thousands: each costs a report.
MOST = 200
BATCH = 100


class ScheduleNotFound(NotFound):
    message = "Schedule not found"


@transaction.atomic
def create(*, template: ReportTemplate, by, fields: dict) -> ReportSchedule:
    """`fields`: frequency, and any of time (09:00), day_of_week and day_of_month (the first), format, name (the
    template's), recipients (the user). Raises NotAllowed, Invalid."""
    access.require(by, "reports.manage")
    if ReportSchedule.objects.in_entity_of(by).living().count() >= MOST:
        raise Invalid(f"An entity can have {MOST} schedules. Delete one that is not needed any more.")
    if "frequency" not in fields:
        raise Invalid(fields={"frequency": "This field is required."})
    schedule = ReportSchedule(entity_id=by.entity_id, template=template, name=template.name, recipients=[by.email])
    _apply(schedule, by, fields)
    schedule.save()
    return schedule


@transaction.atomic
def update(*, schedule: ReportSchedule, by, fields: dict) -> ReportSchedule:
    """Any of the fields of `create`. Raises NotAllowed, ScheduleNotFound, Invalid."""
    schedule = _locked(schedule, by)
    _apply(schedule, by, fields)
    schedule.save()
    return schedule


@transaction.atomic
def pause(*, schedule: ReportSchedule, by) -> ReportSchedule:
    """A schedule that is paused stays so."""
    schedule = _locked(schedule, by)
    stop(schedule)
    return schedule


@transaction.atomic
def resume(*, schedule: ReportSchedule, by) -> ReportSchedule:
    """From now on: what was due meanwhile is not made up for. It reads with this user's rights from now on."""
    schedule = _locked(schedule, by)
    if schedule.status == Status.PAUSED:
        schedule.status = Status.ACTIVE
        _apply(schedule, by, {})
        schedule.save()
    return schedule


@transaction.atomic
def delete(*, schedule: ReportSchedule, by) -> None:
    schedule = _locked(schedule, by)
    stop(schedule)
    schedule.deleted_at = clock.now()
    schedule.save(update_fields=["deleted_at"])


def stop(schedule: ReportSchedule) -> None:
    schedule.status, schedule.next_run_at, schedule.updated_at = Status.PAUSED, None, clock.now()
    schedule.save(update_fields=["status", "next_run_at", "updated_at"])


def run_due() -> int:
    """Begin a run of every schedule whose time has come, however many of its times were missed; returns how many."""
    _follow_the_zones()
    begun, now = 0, clock.now()
    while due := list(ReportSchedule.objects.due(now).select_related("entity")[:BATCH]):
        begun += sum(_begin(schedule, now) for schedule in due)
    return begun


@transaction.atomic
def _begin(schedule: ReportSchedule, now) -> bool:
    """Claim the run by moving the schedule on; False when somebody else did, or changed it, since it was read.

    The claim joins nothing: after waiting for the row PostgreSQL would not look at a joined condition again.
    """
    planned, zone = schedule.next_run_at, schedule.entity.zone
    same = ReportSchedule.objects.active().filter(pk=schedule.pk, next_run_at=planned)
    next_run_at = recurrence.next_run(schedule, after=now, zone=zone)
    if same.update(next_run_at=next_run_at, last_run_at=now) != 1:
        return False
    run = ReportRun.objects.create(entity_id=schedule.entity_id, schedule=schedule, planned_at=planned, created_at=now)
    defer(jobs.send_report, run_id=run.pk)
    return True


def _follow_the_zones() -> None:
    """Work out anew when schedules run whose entity has moved to another time zone."""
    for schedule in ReportSchedule.objects.active().exclude(zone=F("entity__timezone")).select_related("entity"):
        at = recurrence.next_run(schedule, after=clock.now(), zone=schedule.entity.zone)
        same = ReportSchedule.objects.active().filter(pk=schedule.pk, zone=schedule.zone)
        same.update(zone=schedule.entity.timezone, next_run_at=at)


def _apply(schedule: ReportSchedule, by, fields: dict) -> None:
    for name, value in fields.items():
        setattr(schedule, name, value)
    for frequency, day in DAYS.items():
        setattr(schedule, day, (getattr(schedule, day) or 1) if schedule.frequency == frequency else None)
    if "recipients" in fields:
        schedule.recipients = recipients.checked(schedule.recipients, entity_id=by.entity_id)
    schedule.owner, schedule.zone, schedule.updated_at = by, by.entity.timezone, clock.now()
    if schedule.status == Status.ACTIVE:
        schedule.next_run_at = recurrence.next_run(schedule, after=clock.now(), zone=by.entity.zone)


def _locked(schedule: ReportSchedule, by) -> ReportSchedule:
    access.require(by, "reports.manage")
    found = ReportSchedule.objects.in_entity_of(by).living().select_for_update().filter(pk=schedule.pk).first()
    if found is None:
        raise ScheduleNotFound
    return found
