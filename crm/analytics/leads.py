"""What becomes of leads, in numbers (DESIGN section 6; sales.md, "Analytics & Reporting Endpoints").

Functions take the user who asks and a query (`crm.analytics.tallies`); its days are about the creation of leads.
"""

from collections import Counter

from betterside.accounts.models import User

from ..models import Lead, LeadStatus
from . import tallies, work_tallies
from .numbers import US_PER_HOUR, rate
from .statuses import all_statuses

US_PER_DAY = 24 * US_PER_HOUR
MEASURES = ("leads", "assigned", "assignments", "assignment_us", "closes", "cycle_us")


def _by(group: str, rows: list[dict], statuses: dict[int, LeadStatus]) -> dict:
    """Rows by status, added up by another of their dimensions, with `won`, `lost`, `new` and `contacted`."""
    found = {}
    for row in rows:
        sums = found.setdefault(row.get(group), Counter())
        status, leads = statuses[row["status_id"]], row["leads"]
        sums.update({name: row[name] for name in MEASURES})
        sums.update(won=leads * status.is_won, lost=leads * status.is_lost)
        sums.update(new=leads * (status.position == 1), contacted=leads * (status.name.lower() == "contacted"))
    return found


def _outcome(sums: Counter) -> dict:
    """`avg_cycle_time`: days from created to won or lost; `avg_assignment_time`: hours from created to the first
    assignment; 0 of none."""
    return {
        "conversion_rate": rate(sums["won"], sums["leads"]),
        "avg_cycle_time": _average(sums["cycle_us"], sums["closes"], US_PER_DAY),
        "avg_assignment_time": _average(sums["assignment_us"], sums["assignments"], US_PER_HOUR),
    }


def _average(total: int, count: int, unit: int) -> float:
    return round(total / (count * unit), 1) if count else 0.0


def summary(by, query: dict) -> dict:
    """`new` is the first status of a lead's pipeline, `contacted` the status of that name."""
    rows = tallies.of_leads(by, query, "status_id", measures=MEASURES)
    sums = _by("all", rows, all_statuses()).get(None, Counter())
    return {
        "total_leads": sums["leads"],
        "new_leads": sums["new"],
        "contacted_leads": sums["contacted"],
        "won_leads": sums["won"],
        "lost_leads": sums["lost"],
        "assigned_leads": sums["assigned"],
        "unassigned_leads": sums["leads"] - sums["assigned"],
    } | _outcome(sums)


def by_platform(by, query: dict) -> list[dict]:
    """All platforms, the one with most leads first; leads of no platform are left out."""
    rows = tallies.of_leads(by, query, "platform", "status_id", measures=MEASURES)
    found = _by("platform", rows, all_statuses())
    made = [_platform(platform, found.get(platform, Counter())) for platform in Lead.Platform.values]
    return sorted(made, key=lambda row: -row["total_leads"])


def _platform(platform: str, sums: Counter) -> dict:
    return {
        "platform": platform,
        "total_leads": sums["leads"],
        "won_leads": sums["won"],
        "lost_leads": sums["lost"],
    } | _outcome(sums)


def by_user(by, query: dict) -> list[dict]:
    """Owners of the leads, whoever holds most first; what people did is counted in the range that
    the query names, whenever their leads were created."""
    rows = tallies.of_leads(by, query, "assigned_user_id", "status_id", measures=MEASURES)
    found = _by("assigned_user_id", [row for row in rows if row["assigned_user_id"]], all_statuses())
    measures = ("activities", "follow_ups")
    done = {row["user_id"]: row for row in work_tallies.of_activities(by, query, "user_id", measures=measures)}
    done.pop(None, None)
    people = User.objects.filter(pk__in=found.keys() | done.keys())
    made = [_user(user, found.get(user.pk, Counter()), done.get(user.pk, {})) for user in people]
    return sorted(made, key=lambda row: (-row["leads_assigned"], row["user_id"]))


def _user(user: User, sums: Counter, done: dict) -> dict:
    return {
        "user_id": user.pk,
        "username": user.username,
        "leads_assigned": sums["leads"],
        "leads_won": sums["won"],
        "leads_lost": sums["lost"],
        **_outcome(sums),
        "total_activities": done.get("activities", 0),
        "pending_follow_ups": done.get("follow_ups", 0),
    }


def funnel(by, query: dict, pipeline: str) -> list[dict]:
    """Leads that reached each status of the main line (lost is not on it): there now, ever entered, or any later one."""
    line = list(LeadStatus.objects.of(pipeline).filter(is_lost=False).order_by("position"))
    rows = tallies.of_leads(by, query | {"pipeline": pipeline}, "furthest_position")
    total = sum(row["leads"] for row in rows)
    reached = [
        (status, sum(row["leads"] for row in rows if row["furthest_position"] >= status.position)) for status in line
    ]
    return [{"stage": status.name, "count": count, "percentage": rate(count, total)} for status, count in reached]
