"""A run of a schedule: the report is made once, then mailed to each recipient."""

import json
from datetime import datetime

from django.conf import settings
from django.db import transaction

from betterside import clock
from betterside.errors import DomainError, Invalid, NotAllowed

from ..analytics import report_tables, report_types
from ..models import ReportDelivery, ReportRun, ReportSchedule
from . import access, recipients, report_mails, schedules

AT_ONCE = 200


def send(run: ReportRun) -> None:
    """May run twice: what is made is not made again, and who was mailed is left out.

    OSError when a mail could not be handed over: the rest is for the next try. What makes the report impossible ends
    the run and is said in its row; a schedule whose owner may not make reports any more is paused.
    """
    if run.state not in (ReportRun.State.WAITING, ReportRun.State.RUNNING):
        return
    try:
        if not run.figures_json:
            _make(run)
    except DomainError as refusal:
        if isinstance(refusal, NotAllowed):
            schedules.stop(run.schedule)
        fail(run, refusal)
        return
    _deliver(run)
    _finish(run)


@transaction.atomic
def record(*, schedule: ReportSchedule, planned_at: datetime) -> ReportRun:
    """A run of earlier, for demo data: as it would have been made then, noted as mailed, and mailed to nobody."""
    with clock.at(planned_at):
        run = ReportRun.objects.create(
            entity_id=schedule.entity_id, schedule=schedule, planned_at=planned_at, created_at=planned_at
        )
        _make(run)
        run.deliveries.update(sent_at=planned_at)
        _finish(run)
    ReportSchedule.objects.filter(pk=schedule.pk).update(last_run_at=planned_at)
    return run


def _finish(run: ReportRun) -> None:
    ReportRun.objects.unfinished().filter(pk=run.pk).update(
        state=ReportRun.State.SENT, finished_at=clock.now(), error=""
    )


def note(run: ReportRun, error: Exception) -> None:
    """What went wrong in a try that is not the last."""
    ReportRun.objects.unfinished().filter(pk=run.pk).update(error=_words(error))


def fail(run: ReportRun, error: Exception) -> None:
    done = {"state": ReportRun.State.FAILED, "error": _words(error), "finished_at": clock.now()}
    ReportRun.objects.unfinished().filter(pk=run.pk).update(**done)


def forget_old() -> int:
    """Delete the runs whose time is over, with their figures and deliveries; returns how many. A few at a time: figures
    may be long."""
    count, old = 0, ReportRun.objects.filter(created_at__lt=clock.now() - settings.REPORT_RUNS_KEPT)
    while some := list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        ReportRun.objects.filter(pk__in=some).delete()
        count += len(some)
    return count


@transaction.atomic
def _make(run: ReportRun) -> None:
    schedule = run.schedule
    _require_right(schedule)
    addresses = recipients.permitted(schedule.recipients, entity_id=run.entity_id)
    if not addresses:
        raise Invalid("Nobody is left to whom it may be sent.")
    template = schedule.template
    run.report_type, run.filters = template.report_type, template.filters
    figures = report_types.figures(template.report_type, by=schedule.owner, filters=template.filters)
    run.figures_json = json.dumps(figures)
    run.rows = sum(len(table.rows) for table in report_tables.tables(run.report_type, figures))
    run.state, run.made_at = ReportRun.State.RUNNING, clock.now()
    run.save(update_fields=["report_type", "filters", "figures_json", "rows", "state", "made_at"])
    deliveries = [ReportDelivery(entity_id=run.entity_id, run=run, address=address) for address in addresses]
    ReportDelivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _deliver(run: ReportRun) -> None:
    files = report_mails.files(run)
    for delivery in run.deliveries.filter(sent_at=None):
        report_mails.send(delivery, run, files)
        ReportDelivery.objects.filter(pk=delivery.pk).update(sent_at=clock.now())


def _require_right(schedule: ReportSchedule) -> None:
    owner = schedule.owner
    if schedule.deleted_at:
        raise Invalid("The schedule was deleted.")
    if not owner.is_active or owner.entity_id != schedule.entity_id or not access.may(owner, "reports.manage"):
        raise NotAllowed(f"{owner} may not make reports any more. Resume the schedule in another name.")


def _words(error: Exception) -> str:
    return error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
