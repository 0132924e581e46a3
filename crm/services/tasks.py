"""What people have to do (growth.md, section E), about a lead, a campaign or neither."""

from datetime import UTC, date, datetime, time

from django.db import transaction

from betterside import clock
from betterside.realtime import events

from ..models import Task
from . import access, ownership

# What a caller may set; owner, due date, completion and what the task is about are set apart.
FIELDS = frozenset({"title", "description", "priority"})
# The hour, in the entity's time zone, at which people are reminded of what is due on that day.
REMINDING_HOUR = time(9)
NO_CHANGE = object()


@transaction.atomic
def create(*, by, fields: dict, due: date | datetime | None = None, about=None, owner=None, completed=False) -> Task:
    """`about` is a Lead, a Campaign or None, of the user's entity; `due` a day or an exact time.

    Managers choose the owner; anybody else's new task is their own. Raises NotAllowed, Invalid (the owner).
    """
    access.require(by, "leads.create")
    now = clock.now()
    task = Task(
        entity=by.entity, owner=ownership.of_new(by=by, chosen=owner), created_by=by, created_at=now, updated_at=now
    )
    _set(task, _known(fields) | _due(task, due) | _about(about) | _completed(task, completed))
    task.save(force_insert=True)
    _tell(task, "task.created")
    return task


@transaction.atomic
def update(
    *, task: Task, by, fields: dict, due=NO_CHANGE, about=NO_CHANGE, owner=None, completed: bool | None = None
) -> Task:
    """Change what differs; another due date is reminded of anew, a new owner passes the task on.

    Raises TaskNotFound, NotAllowed, Invalid (the owner).
    """
    task = access.locked(task, by=by)
    before = task.owner_id
    wanted = dict(_known(fields))
    wanted |= {} if due is NO_CHANGE else _due(task, due)
    wanted |= {} if about is NO_CHANGE else _about(about)
    wanted |= {} if completed is None else _completed(task, completed)
    if owner is not None and owner.pk != before:
        ownership.require_may_give(task, to=owner, by=by)
        wanted["owner"] = owner
    changed = {name: value for name, value in wanted.items() if getattr(task, name) != value}
    if changed:
        _save(task, changed)
        _tell(task, "task.updated", **({"previous": before} if "owner" in changed else {}))
    return task


@transaction.atomic
def delete(*, task: Task, by) -> None:
    """Soft delete. Raises TaskNotFound, NotAllowed."""
    task = access.locked(task, by=by)
    _save(task, {"deleted_at": clock.now()})
    _tell(task, "task.deleted")


def _known(fields: dict) -> dict:
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"Not a task's field: {', '.join(sorted(unknown))}")
    return fields


def _due(task: Task, due: date | datetime | None) -> dict:
    """The day and time as columns, and when to remind: at an exact time then, of a whole day in its morning."""
    zone = task.entity.zone
    if due is None:
        return {"due_date": None, "due_at": None, "remind_at": None}
    if isinstance(due, datetime):
        return {"due_date": due.astimezone(zone).date(), "due_at": due, "remind_at": due}
    morning = datetime.combine(due, REMINDING_HOUR, tzinfo=zone).astimezone(UTC)
    return {"due_date": due, "due_at": None, "remind_at": morning}


def _about(thing) -> dict:
    columns = {"lead": None, "campaign": None}
    return columns | ({thing._meta.model_name: thing} if thing is not None else {})


def _completed(task: Task, completed: bool) -> dict:
    """Completing twice keeps the first moment."""
    return {"completed": completed, "completed_at": (task.completed_at or clock.now()) if completed else None}


def _set(task: Task, values: dict) -> None:
    for name, value in values.items():
        setattr(task, name, value)


def _save(task: Task, changed: dict) -> None:
    task.updated_at = clock.now()
    if "remind_at" in changed:
        changed = changed | {"reminded_at": None}
    _set(task, changed)
    task.save(update_fields=[*changed, "updated_at"])


def _tell(task: Task, kind: str, **data) -> None:
    events.record(
        entity_id=task.entity_id,
        kind=kind,
        subject_id=task.pk,
        user_id=task.owner_id,
        public_id=str(task.public_id),
        **data,
    )
