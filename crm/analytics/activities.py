"""What people do with leads, in numbers; what changes recorded about themselves does not count.

Functions take the user who asks and a query (`crm.analytics.work_tallies`), those about people and what is due take the
rows: activities narrowed to what the user may see and the range.
"""

from collections import Counter
from datetime import date, timedelta

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


def _by(field: str | None, rows: list[dict]) -> dict:
    """Rows by status, added up by another of their dimensions, or all together under None."""
    found = {}
    for row in rows:
        sums = found.setdefault(row[field] if field else None, Counter(dict.fromkeys(["total", *STATES], 0)))
        sums.update({"total": row["activities"], f"{row['status']}_activities": row["activities"]})
    return found


NOTHING = dict.fromkeys(["total", *STATES], 0)


def by_type(by, query: dict) -> list[dict]:
    found = _by("activity_type", work_tallies.of_activities(by, query, "activity_type", "status"))
    ordered = sorted(found.items(), key=lambda pair: (-pair[1]["total"], pair[0]))
    return [{"activity_type": activity_type} | _states(sums) for activity_type, sums in ordered]


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


def by_priority(by, query: dict) -> list[dict]:
    """All four priorities, the most urgent first."""
    found = _by("priority", work_tallies.of_activities(by, query, "priority", "status"))
    total = sum(sums["total"] for sums in found.values())
    ordered = [(priority, found.get(priority, NOTHING)) for priority in reversed(Activity.Priority.values)]
    return [
        {"priority": priority} | _states(sums) | {"percentage": rate(sums["total"], total)}
        for priority, sums in ordered
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


def summary(by, overdue, *, today: date) -> dict:
    """All time, with what was done today and in the last 7 days; `overdue` are the follow-ups that are."""
    rows = work_tallies.of_activities(by, {}, "activity_type", "priority", "status")
    week = {"date_from": today - timedelta(days=6), "date_to": today}
    days = Counter({row["day"]: row["activities"] for row in work_tallies.of_activities(by, week, "day")})
    return _states(_by(None, rows).get(None, NOTHING)) | {
        "activities_today": days[today],
        "activities_last_7_days": days.total(),
        "overdue_follow_ups": overdue.count(),
        "by_type": _counted(rows, "activity_type"),
        "by_priority": _counted(rows, "priority"),
    }


def _counted(rows: list[dict], field: str) -> dict[str, int]:
    """The most frequent first."""
    found = _count_of_each(rows, field, [])
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


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
