"""The figures of the CP's dashboard, for the panel and for GET /api/cp/dashboard."""

from datetime import timedelta

from betterside import days
from crm.analytics import tallies
from crm.models import Lead, LeadStatus

from . import filters
from .models import AdsRequest, Project

PIPELINE = "channel"
DAYS = 30
LATEST = 5
DUE = 10


def leads_of(user):
    """The channel leads the user may see, with what lists show of them."""
    return Lead.objects.in_pipeline(PIPELINE).visible_to(user).select_related("status", "project")


def tiles(user) -> dict[str, int]:
    """Today's leads (in the entity's time zone), all leads, projects the user may sell, ads requests that run."""
    leads, zone = leads_of(user), user.entity.zone
    return {
        "todays_leads": count(user, filters.leads(leads, {"date": "today"}, zone), {"date": "today"}),
        "total_leads": count(user, leads, {}),
        "active_projects": Project.objects.visible_to(user).filter(status=Project.Status.ACTIVE).count(),
        "ads_in_progress": AdsRequest.objects.visible_to(user).running().count(),
    }


def count(user, found, query: dict) -> int:
    """How many leads `found` has, which is what the user may see of the query (`cp.filters.leads`)."""
    return tallies.total(user, found, _asked(user, query))


def count_by_status(user, query: dict) -> dict[int, int]:
    """How many of them are in each status that has any."""
    return {row["status_id"]: row["leads"] for row in tallies.of_leads(user, _asked(user, query), "status_id")}


def _asked(user, query: dict) -> dict:
    """The query in the words of crm.analytics.tallies."""
    asked = {name: query[name] for name in ("project_id", "status", "search") if query.get(name)}
    if query.get("date") == "today":
        asked["date_from"] = asked["date_to"] = days.today(user.entity.zone)
    return asked | {"pipeline": PIPELINE}


def leads_per_day(user, length: int = DAYS) -> list[dict]:
    """[{"date": date, "count": n}] for each of the last `length` days, today last, also those without a lead."""
    zone = user.entity.zone
    last = days.today(zone)
    first = last - timedelta(days=length - 1)
    asked = {"pipeline": PIPELINE, "date_from": first, "date_to": last}
    counts = {row["day"]: row["leads"] for row in tallies.of_leads(user, asked, "day")}
    all_days = [first + timedelta(days=n) for n in range(length)]
    return [{"date": day, "count": counts.get(day, 0)} for day in all_days]


def leads_by_status(user) -> list[dict]:
    """[{"status": name, "count": n}] in the pipeline's order, also statuses without a lead."""
    counts = count_by_status(user, {})
    statuses = LeadStatus.objects.of(PIPELINE).order_by("position")
    return [{"status": status.name, "count": counts.get(status.pk, 0)} for status in statuses]


def latest(user):
    return leads_of(user).with_next_follow_up()[:LATEST]


def follow_ups_due(user):
    """Open leads to follow up today or since longer, the most urgent first, with `follow_up_at`."""
    zone = user.entity.zone
    _today, end = days.bounds(days.today(zone), days.today(zone), zone)
    return leads_of(user).to_follow_up(end)[:DUE]
