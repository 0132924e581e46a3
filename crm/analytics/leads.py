"""What becomes of leads, in numbers (DESIGN section 6; sales.md, "Analytics & Reporting Endpoints").

Functions take leads narrowed to what the user may see, the range (by creation) and the filters.
"""

from django.db import connection
from django.db.models import Avg, Count, F, Max, Q
from django.db.models.functions import Lower

from betterside.accounts.models import User

from ..models import Activity, Lead, LeadStatus
from ..models.stretches import hours_between
from .numbers import mean, rate

WON, LOST = Q(status__is_won=True), Q(status__is_lost=True)
CYCLE = Avg(hours_between(F("created_at"), F("closed_at")), filter=Q(closed_at__isnull=False))
ASSIGNMENT = Avg(hours_between(F("created_at"), F("first_assigned_at")), filter=Q(first_assigned_at__isnull=False))
FIGURES = {
    "total_leads": Count("pk"),
    "won_leads": Count("pk", filter=WON),
    "lost_leads": Count("pk", filter=LOST),
    "cycle_hours": CYCLE,
    "assignment_hours": ASSIGNMENT,
}


def _averages(row: dict) -> dict:
    """Days from created to won or lost, hours from created to the first assignment; 0 of none."""
    return {
        "avg_cycle_time": mean(float(row["cycle_hours"] or 0) / 24, 1),
        "avg_assignment_time": mean(float(row["assignment_hours"] or 0), 1),
    }


def summary(leads) -> dict:
    """`new` is the first status of a lead's pipeline, `contacted` the status of that name."""
    row = leads.annotate(status_word=Lower("status__name")).aggregate(
        **FIGURES,
        new_leads=Count("pk", filter=Q(status__position=1)),
        contacted_leads=Count("pk", filter=Q(status_word="contacted")),
        assigned_leads=Count("assigned_user"),
    )
    counts = ("total_leads", "new_leads", "contacted_leads", "won_leads", "lost_leads", "assigned_leads")
    return (
        {name: row[name] for name in counts}
        | {"unassigned_leads": row["total_leads"] - row["assigned_leads"]}
        | {"conversion_rate": rate(row["won_leads"], row["total_leads"])}
        | _averages(row)
    )


def by_platform(leads) -> list[dict]:
    """All platforms, the one with most leads first; leads of no platform are left out."""
    rows = leads.exclude(platform="").order_by().values("platform").annotate(**FIGURES)
    found = {row["platform"]: row for row in rows}
    nothing = dict.fromkeys(FIGURES, 0)
    made = [_platform(platform, found.get(platform, nothing)) for platform in Lead.Platform.values]
    return sorted(made, key=lambda row: -row["total_leads"])


def _platform(platform: str, row: dict) -> dict:
    return {
        "platform": platform,
        "total_leads": row["total_leads"],
        "won_leads": row["won_leads"],
        "lost_leads": row["lost_leads"],
        "conversion_rate": rate(row["won_leads"], row["total_leads"]),
    } | _averages(row)


def by_user(leads, activities) -> list[dict]:
    """Owners of the leads, whoever holds most first; `activities` are what people did in the range."""
    rows = leads.exclude(assigned_user=None).order_by().values("assigned_user").annotate(**FIGURES)
    found = {row["assigned_user"]: row for row in rows}
    done = _activities(activities)
    people = User.objects.filter(pk__in=found.keys() | done.keys())
    nothing = dict.fromkeys(FIGURES, 0)
    made = [_user(user, found.get(user.pk, nothing), done.get(user.pk, {})) for user in people]
    return sorted(made, key=lambda row: (-row["leads_assigned"], row["user_id"]))


def _activities(activities) -> dict[int, dict]:
    pending = Q(status=Activity.Status.PENDING, next_follow_up_date__isnull=False)
    rows = activities.by_people().exclude(user=None).order_by().values("user")
    return {row["user"]: row for row in rows.annotate(total=Count("pk"), pending=Count("pk", filter=pending))}


def _user(user: User, row: dict, done: dict) -> dict:
    return {
        "user_id": user.pk,
        "username": user.username,
        "leads_assigned": row["total_leads"],
        "leads_won": row["won_leads"],
        "leads_lost": row["lost_leads"],
        "conversion_rate": rate(row["won_leads"], row["total_leads"]),
        **_averages(row),
        "total_activities": done.get("total", 0),
        "pending_follow_ups": done.get("pending", 0),
    }


def funnel(leads, pipeline: str) -> list[dict]:
    """Leads that reached each status of the main line (lost is not on it): there now, ever entered, or any later one."""
    line = list(LeadStatus.objects.of(pipeline).filter(is_lost=False).order_by("position"))
    reach = Max("stages__status__position", filter=Q(stages__status__is_lost=False))
    reached = leads.in_pipeline(pipeline).order_by().annotate(reach=reach).values_list("reach")
    furthest = {position: count for position, count in _grouped(reached) if position}
    total = leads.in_pipeline(pipeline).count()
    stages = [(status, sum(count for at, count in furthest.items() if at >= status.position)) for status in line]
    return [{"stage": status.name, "count": count, "percentage": rate(count, total)} for status, count in stages]


def _grouped(rows) -> list[tuple]:
    """(value, how many) of rows with one annotated value each, grouped by the database."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT reach, count(*) FROM ({sql}) AS leads (reach) GROUP BY reach", parameters)  # noqa: S608
        return cursor.fetchall()
