"""The practice client's dashboard: the entity's practice leads, and among them one's own."""

from datetime import datetime

from django.db.models import Count, F, Q

from betterside.accounts.models import User

from ..models import Activity
from ..models.lead_queryset import LeadQuerySet
from . import statuses
from .numbers import rate
from .performance import PIPELINE

RECENT = 10


def by_status(leads: LeadQuerySet, user: User) -> list[dict]:
    """Every status in the pipeline's order, with how many leads there are in all, of the user and of nobody."""
    of_nobody, own = Q(assigned_user=None), Q(assigned_user=user)
    rows = (
        leads.order_by()
        .values("status")
        .annotate(
            total=Count("pk"),
            mine=Count("pk", filter=own),
            unassigned=Count("pk", filter=of_nobody & Q(closed_at=None)),
        )
    )
    nothing = {"total": 0, "mine": 0, "unassigned": 0}
    return [nothing | row | {"status": status} for status, row in statuses.with_all(list(rows), PIPELINE)]


def summary(rows: list[dict], of: str) -> dict:
    """What `by_status` says, added up; `of` is total or mine."""
    total = sum(row[of] for row in rows)
    won = sum(row[of] for row in rows if row["status"].is_won)
    lost = sum(row[of] for row in rows if row["status"].is_lost)
    return {
        "total_leads": total,
        "open_leads": total - won - lost,
        "won_leads": won,
        "lost_leads": lost,
        "conversion_rate": rate(won, total),
    }


def by_state(leads: LeadQuerySet) -> list[dict]:
    """The states that have leads, the most first; those of an unknown one under None."""
    rows = (
        leads.order_by()
        .values(state=F("practice__state"))
        .annotate(total=Count("pk"), won=Count("pk", filter=Q(status__is_won=True)))
    )
    found: dict = {}
    for row in rows:  # a lead without a practice and one without a state are both of an unknown one
        one = found.setdefault(row["state"] or None, {"state": row["state"] or None, "total": 0, "won": 0})
        one["total"] += row["total"]
        one["won"] += row["won"]
    ordered = sorted(found.values(), key=lambda row: (-row["total"], row["state"] is None, row["state"] or ""))
    return [row | {"conversion_rate": rate(row["won"], row["total"])} for row in ordered]


def overdue(user: User, now: datetime) -> dict:
    """Follow-ups that are late, of all the entity's leads and of the user's own."""
    late = _activities(user).overdue(now)
    return late.aggregate(total=Count("pk"), mine=Count("pk", filter=Q(lead__assigned_user=user)))


def recent_activity(user: User) -> list[Activity]:
    found = _activities(user).select_related("user", "lead")
    return list(found.order_by("-created_at", "-pk")[:RECENT])


def _activities(user: User):
    return Activity.objects.visible_to(user).filter(lead__pipeline=PIPELINE, lead__is_test=False)
