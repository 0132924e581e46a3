"""Reminding people of their tasks when they are due, once each: as reminders.py does of follow-ups."""

from django.db import transaction

from betterside import clock
from betterside.realtime.notifications import Kind, notify

from ..models import Task

BATCH = 200


def remind() -> int:
    """Remind of every task whose time has come, however long ago; returns how many reminders were claimed."""
    now, claimed = clock.now(), 0
    while due := list(_to_remind(now)[:BATCH]):
        claimed += sum(_remind(task, now) for task in due)
    return claimed


def _to_remind(now):
    return Task.objects.to_remind(now).order_by("remind_at", "pk").select_related("owner", "entity", "lead")


@transaction.atomic
def _remind(task: Task, now) -> bool:
    """Claim the reminder and say it; False when somebody claimed it, or the task changed, since it was read."""
    same = Task.objects.to_remind(now).filter(pk=task.pk, remind_at=task.remind_at)
    if same.update(reminded_at=now) != 1:
        return False
    if task.owner.is_active and task.owner.is_approved:
        _say(task)
    return True


def _say(task: Task) -> None:
    """The task's title stays out of the subject of the mail: a colleague typed it, perhaps a customer's name."""
    notify(
        user=task.owner,
        kind=Kind.TASK_DUE,
        title="A task is due",
        body=f"{_about(task)}\nDue {_when(task)}",
        subject_id=task.pk,
        key=f"{Kind.TASK_DUE}:{task.pk}:{task.remind_at:%Y-%m-%dT%H:%M:%S.%f}",
        mail=True,
    )


def _about(task: Task) -> str:
    return f"{task.title} ({task.lead})" if task.lead else task.title


def _when(task: Task) -> str:
    if task.due_at is None:
        return f"{task.due_date:%d %b %Y}"
    return f"{task.due_at.astimezone(task.entity.zone):%d %b %Y, %H:%M} ({task.entity.timezone})"
