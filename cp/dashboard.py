"""The figures of the CP's dashboard, for the panel and for GET /api/cp/dashboard."""

from datetime import timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate

from betterside import days
from crm.models import Lead, LeadStatus

from .models import AdsRequest, Project

DAYS = 30
LATEST = 5
DUE = 10


def leads_of(user):
    """The channel leads the user may see, with what lists show of them."""
    return Lead.objects.in_pipeline("channel").visible_to(user).select_related("status", "project")


def tiles(user) -> dict[str, int]:
    """Today's leads (in the entity's time zone), all leads, projects the user may sell, ads requests that run."""
    today = days.today(user.entity.zone)
    leads = leads_of(user)
    return {
        "todays_leads": leads.created_between(*days.bounds(today, today, user.entity.zone)).count(),
        "total_leads": leads.count(),
        "active_projects": Project.objects.visible_to(user).filter(status=Project.Status.ACTIVE).count(),
        "ads_in_progress": AdsRequest.objects.visible_to(user).running().count(),
    }


def leads_per_day(user, length: int = DAYS) -> list[dict]:
    """[{"date": date, "count": n}] for each of the last `length` days, today last, also those without a lead."""
    zone = user.entity.zone
    last = days.today(zone)
    first = last - timedelta(days=length - 1)
    found = (
        leads_of(user)
        .created_between(*days.bounds(first, last, zone))
        .values_list(TruncDate("created_at", tzinfo=zone))
        .annotate(Count("pk"))
        .order_by()
    )
    counts = dict(found)
    all_days = [first + timedelta(days=n) for n in range(length)]
    return [{"date": day, "count": counts.get(day, 0)} for day in all_days]


def leads_by_status(user) -> list[dict]:
    """[{"status": name, "count": n}] in the pipeline's order, also statuses without a lead."""
    counts = dict(leads_of(user).values_list("status_id").annotate(Count("pk")).order_by())
    statuses = LeadStatus.objects.of("channel").order_by("position")
    return [{"status": status.name, "count": counts.get(status.pk, 0)} for status in statuses]


def latest(user):
    return leads_of(user).with_next_follow_up()[:LATEST]


def follow_ups_due(user):
    """Open leads to follow up today or since longer, the most urgent first, with `follow_up_at`."""
    zone = user.entity.zone
    _today, end = days.bounds(days.today(zone), days.today(zone), zone)
    return leads_of(user).to_follow_up(end)[:DUE]
