from betterside.jobs import every, task

from .services import reminders, rollups, scores, task_reminders


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
