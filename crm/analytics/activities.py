"""What people do with leads, in numbers. Functions take activities narrowed to what the user may see and the range;
what changes recorded about themselves does not count (`ActivityQuerySet.by_people`)."""

from datetime import timedelta

from django.db.models import Count, Q

from ..models import Activity
from . import work_tallies
from .numbers import rate
from .people import with_names

STATES = {
    f"{status}_activities": Count("pk", filter=Q(status=status)) for status in ("completed", "pending", "cancelled")
}


def _states(row: dict) -> dict:
    """The keys that all these figures share."""
    total, completed = row["total"], row["completed_activities"]
    return (
        {"total_activities": total}
        | {name: row[name] for name in STATES}
        | {"completion_rate": rate(completed, total, 2)}
    )


def by_type(activities) -> list[dict]:
    rows = activities.by_people().values("activity_type").annotate(total=Count("pk"), **STATES)
    return [{"activity_type": row["activity_type"]} | _states(row) for row in rows.order_by("-total", "activity_type")]


def by_user(activities, *, now) -> list[dict]:
    late = Q(status=Activity.Status.PENDING, next_follow_up_date__lt=now)
    rows = (
        activities.by_people()
        .exclude(user=None)
        .values("user_id")
        .annotate(
            total=Count("pk"),
            contacted=Count("lead", distinct=True),
            overdue=Count("pk", filter=late),
            **STATES,
        )
    )
    return [_user(*pair) for pair in with_names(rows.order_by("-total", "user_id"))]


def _user(person: dict, row: dict) -> dict:
    figures = {"leads_contacted": row["contacted"], "overdue_follow_ups": row["overdue"]}
    return person | _states(row) | figures


def by_priority(activities) -> list[dict]:
    """All four priorities, the most urgent first."""
    rows = activities.by_people().order_by().values("priority").annotate(total=Count("pk"), **STATES)
    found = {row["priority"]: row for row in rows}
    total = sum(row["total"] for row in found.values())
    none = dict.fromkeys(["total", *STATES], 0)
    ordered = [(priority, found.get(priority, none)) for priority in reversed(Activity.Priority.values)]
    return [
        {"priority": priority} | _states(row) | {"percentage": rate(row["total"], total)} for priority, row in ordered
    ]


def follow_ups(activities, *, now) -> dict:
    """Pending follow-ups that are still to come, by urgency and nearness, and those overdue."""
    to_come = Q(next_follow_up_date__gte=now)

    def count(condition: Q) -> Count:
        return Count("pk", filter=to_come & condition)

    return activities.with_follow_up().aggregate(
        total_pending=count(Q()),
        urgent_pending=count(Q(priority=Activity.Priority.URGENT)),
        high_pending=count(Q(priority=Activity.Priority.HIGH)),
        due_within_24h=count(Q(next_follow_up_date__lte=now + timedelta(hours=24))),
        due_within_week=count(Q(next_follow_up_date__lte=now + timedelta(days=7))),
        overdue=Count("pk", filter=~to_come),
    )


def summary(activities, *, now, today, week) -> dict:
    """All time, with what was done today and in the last 7 days; both are stretches of time, (start, end)."""
    done = activities.by_people()
    figures = done.aggregate(
        total=Count("pk"),
        today=Count("pk", filter=Q(created_at__gte=today[0], created_at__lt=today[1])),
        week=Count("pk", filter=Q(created_at__gte=week[0], created_at__lt=week[1])),
        overdue=Count("pk", filter=Q(status=Activity.Status.PENDING, next_follow_up_date__lt=now)),
        **STATES,
    )
    return _states(figures) | {
        "activities_today": figures["today"],
        "activities_last_7_days": figures["week"],
        "overdue_follow_ups": figures["overdue"],
        "by_type": _counted(done, "activity_type"),
        "by_priority": _counted(done, "priority"),
    }


def _counted(activities, field: str) -> dict[str, int]:
    return dict(activities.order_by().values_list(field).annotate(count=Count("pk")).order_by("-count", field))


def totals(by, query: dict) -> dict:
    """What people did, counted by type, priority and status, also what nobody did."""
    rows = work_tallies.of_activities(by, query, "activity_type", "priority", "status")
    types = [
        name for name in Activity.Type.values if name not in (Activity.Type.EMAIL_OPENED, Activity.Type.PAGE_VISIT)
    ]
    return {
        "total_activities": sum(row["activities"] for row in rows),
        "by_type": _count_of_each(rows, "activity_type", types),
        "by_priority": _count_of_each(rows, "priority", list(reversed(Activity.Priority.values))),
        "by_status": _count_of_each(rows, "status", Activity.Status.values),
    }


def _count_of_each(rows: list[dict], field: str, names: list[str]) -> dict[str, int]:
    """The names with their counts; other values only when there are any."""
    found = dict.fromkeys(names, 0)
    for row in rows:
        found[row[field]] = found.get(row[field], 0) + row["activities"]
    return found
