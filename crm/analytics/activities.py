"""What people do with leads, in numbers; what changes recorded about themselves does not count.

Functions take the user who asks and a query (`crm.analytics.work_tallies`).
"""

from collections import Counter
from datetime import timedelta

from django.db.models import Count, Q

from betterside import days

from ..models import Activity
from . import work_tallies
from .numbers import rate
from .people import with_names

STATES = ("completed_activities", "pending_activities", "cancelled_activities")


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


def by_user(by, query: dict, *, now) -> list[dict]:
    """Whoever did most first; `user_id` in the query narrows to one."""
    found = _by("user_id", work_tallies.of_activities(by, query, "user_id", "status"))
    contacted, overdue = work_tallies.contacted(by, query), work_tallies.overdue(by, query, now=now)
    rows = [
        {"user_id": pk, "leads_contacted": contacted.get(pk, 0), "overdue_follow_ups": overdue.get(pk, 0)} | sums
        for pk, sums in found.items()
        if pk is not None
    ]
    return [_user(*pair) for pair in with_names(sorted(rows, key=lambda row: (-row["total"], row["user_id"])))]


def _user(person: dict, row: dict) -> dict:
    return person | _states(row) | {name: row[name] for name in ("leads_contacted", "overdue_follow_ups")}


def by_priority(by, query: dict) -> list[dict]:
    """All four priorities, the most urgent first."""
    found = _by("priority", work_tallies.of_activities(by, query, "priority", "status"))
    total = sum(sums["total"] for sums in found.values())
    ordered = [(priority, found.get(priority, NOTHING)) for priority in reversed(Activity.Priority.values)]
    return [
        {"priority": priority} | _states(sums) | {"percentage": rate(sums["total"], total)}
        for priority, sums in ordered
    ]


def follow_ups(by, *, now) -> dict:
    """Pending follow-ups that are still to come, by urgency and nearness, and those overdue."""
    to_come = Q(next_follow_up_date__gte=now)

    def count(condition: Q) -> Count:
        return Count("lead", filter=to_come & condition)

    return (
        work_tallies.counted(by, {})
        .with_follow_up()
        .aggregate(
            total_pending=count(Q()),
            urgent_pending=count(Q(priority=Activity.Priority.URGENT)),
            high_pending=count(Q(priority=Activity.Priority.HIGH)),
            due_within_24h=count(Q(next_follow_up_date__lte=now + timedelta(hours=24))),
            due_within_week=count(Q(next_follow_up_date__lte=now + timedelta(days=7))),
            overdue=Count("lead", filter=~to_come),
        )
    )


def summary(by, *, now) -> dict:
    """All time, with what was done today and in the last 7 days."""
    today = days.local(now, by.entity.zone)
    rows = work_tallies.of_activities(by, {}, "activity_type", "priority", "status")
    week = {"date_from": today - timedelta(days=6), "date_to": today}
    found = Counter({row["day"]: row["activities"] for row in work_tallies.of_activities(by, week, "day")})
    return _states(_by(None, rows).get(None, NOTHING)) | {
        "activities_today": found[today],
        "activities_last_7_days": found.total(),
        "overdue_follow_ups": sum(work_tallies.overdue(by, {}, now=now).values()),
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
