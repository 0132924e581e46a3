"""Housekeeping of the jobs themselves."""

from procrastinate.builtin_tasks import remove_old_jobs

from . import defer, every

KEEP_HOURS = 72
KEEP_FAILED_HOURS = 30 * 24


@every("20 * * * *")
def forget_finished_jobs():
    """Failed jobs stay a month for staff to look at."""
    failed = {"remove_failed": True, "remove_cancelled": True, "remove_aborted": True}
    defer(remove_old_jobs, queueing_lock="forget finished jobs", max_hours=KEEP_HOURS)
    defer(remove_old_jobs, queueing_lock="forget failed jobs", max_hours=KEEP_FAILED_HOURS, **failed)
