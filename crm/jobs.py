from betterside.errors import NotAllowed
from betterside.jobs import Backoff, every, task

from .models import Export, ReportRun
from .services import export_writing, exports, reminders, report_runs, rollups, schedules, scores, task_reminders

EXPORT_TRIES = 4
REPORT_TRIES = 10


@every("* * * * *")
def remind_of_follow_ups():
    """All whose time has come since they were last looked for, however long ago that was."""
    reminders.remind()


@every("* * * * *")
def remind_of_tasks():
    task_reminders.remind()


@task()
def recount_leads(*, lead_ids):
    """The points of the days on which something happened to these leads; see crm.services.scores."""
    scores.recount_leads(lead_ids)


@every("40 2 * * *", queue="slow")
def recount_everything():
    """What the jobs above could not know: a time zone that was changed, rules of points that were."""
    scores.recount_all()


@every("* * * * *")
def keep_rollups():
    """Fold what changed, and rebuild what a new time zone or another definition of a status made stale."""
    rollups.keep()


@task(queue="slow", retry=Backoff(attempts=EXPORT_TRIES, first=30, never=(NotAllowed,)), pass_context=True)
def write_export(context, *, export_id: int):
    """A large export. Its row says that it failed only when no try is left."""
    export = Export.objects.select_related("entity", "user__entity").get(pk=export_id)
    try:
        export_writing.write(export)
    except Exception as error:
        if context.job.attempts >= EXPORT_TRIES or isinstance(error, NotAllowed):
            export_writing.fail(export, error)
        raise


@every("25 * * * *")
def forget_expired_exports():
    exports.forget_expired()


@every("* * * * *")
def run_due_reports():
    """All whose time has come, however long ago that was: one run each."""
    schedules.run_due()


@every("50 3 * * *")
def forget_old_report_runs():
    report_runs.forget_old()


@task(queue="mail", retry=Backoff(attempts=REPORT_TRIES, first=30, longest=1800), pass_context=True)
def send_report(context, *, run_id: int):
    """Its row says what went wrong, and that it failed only when no try is left."""
    run = ReportRun.objects.select_related("entity", "schedule__template", "schedule__owner__entity").get(pk=run_id)
    try:
        report_runs.send(run)
    except Exception as error:
        (report_runs.fail if context.job.attempts >= REPORT_TRIES else report_runs.note)(run, error)
        raise
