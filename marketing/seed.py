"""Demo capture routes, campaigns and marketing leads (DESIGN section 9)."""

import random
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from betterside import clock, days
from betterside.accounts.models import Entity, User
from crm.models import Lead, LeadStatus
from crm.services import stages

from .models import Campaign, CampaignDay, CaptureRoute
from .services import leads

ERP_CAMPAIGNS = ["Q1 Product Launch", "Partner Webinar"]
# (campaign, first name, last name, company, source, score, days ago, statuses passed through)
ERP_LEADS = [
    (0, "John", "Doe", "Acme Corp", "Website Form", 75, 20, []),
    (0, "Jane", "Smith", "Tech Solutions Inc", "Social Media", 60, 18, ["CONTACTED"]),
    (0, "Sarah", "Johnson", "Tech Innovations", "Website Form", 80, 15, ["CONTACTED", "QUALIFIED"]),
    (1, "Rakesh", "Jain", "Jain Exports", "Referral", 90, 14, ["CONTACTED", "QUALIFIED", "CONVERTED"]),
    (1, "Maria", "Lopez", "Lopez Foods", "Webinar", 40, 9, ["LOST"]),
    (1, "Anil", "Kumar", "Kumar Textiles", "Webinar", 55, 5, []),
    (None, "Priya", "Menon", "Menon & Co", "Social Media", 30, 2, []),
]


def routes(*, first_project) -> None:
    """The project comes in from the caller: marketing knows no projects."""
    entities = {entity.slug: entity for entity in Entity.objects.all()}
    wanted = {
        "PAGE_ID": {"entity": entities["fxcareers"], "pipeline_id": "sales", "strategy": "round_robin"},
        "BETTERSIDE_PAGE": {
            "entity": entities["betterside"],
            "pipeline_id": "channel",
            "owner": User.objects.get(username="cp1"),
            "project": first_project,
        },
        "GROWTH_PAGE": {"entity": entities["sociovia"], "pipeline_id": "growth"},
    }
    for page_id, fields in wanted.items():
        CaptureRoute.objects.get_or_create(page_id=page_id, form_id="", campaign_id="", defaults=fields)


def campaign(
    *, entity: Entity, name: str, meta_id: str, length: int, daily: int, objective: str = "Leads", ads_request=None
) -> Campaign:
    """A campaign with `length` days of spend around `daily` rupees, the last of them yesterday."""
    dice = random.Random(meta_id)
    made = Campaign.objects.create(
        entity=entity, name=name, meta_id=meta_id, objective=objective, currency="INR", ads_request=ads_request
    )
    today = days.today(entity.zone)
    for back in range(length, 0, -1):
        clicks = dice.randint(60, 140)
        CampaignDay.objects.create(
            entity=entity,
            campaign=made,
            date=today - timedelta(days=back),
            currency="INR",
            spend=Decimal(daily + dice.randint(-200, 200)),
            impressions=clicks * 60,
            clicks=clicks,
            link_clicks=clicks * 3 // 4,
            leads=dice.randint(0, 3),
        )
    return made


def erp() -> None:
    """Leads of two campaigns, some of each status."""
    manager = User.objects.get(username="erp.manager")
    if Campaign.objects.filter(entity=manager.entity).exists():
        return
    campaigns = [
        campaign(entity=manager.entity, name=name, meta_id=f"2384{n}", length=21, daily=900)
        for n, name in enumerate(ERP_CAMPAIGNS)
    ]
    for index, first, last, company, source, score, ago, passed in ERP_LEADS:
        fields = {
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}@mail.example".lower(),
            "company": company,
            "source": source,
            "score": score,
            "campaign_id": None if index is None else campaigns[index].pk,
        }
        _lead(manager, fields, ago, passed)


def sociovia() -> None:
    """A campaign with sixty days of spend; crm's seed of the growth team has the leads that came through it."""
    entity = Entity.objects.get(slug="sociovia")
    if not Campaign.objects.filter(entity=entity).exists():
        campaign(entity=entity, name="Summer Sale", meta_id="23850", length=60, daily=900, objective="Sales")


def _lead(manager: User, fields: dict, ago: int, passed: list[str]) -> None:
    moment = timezone.now() - timedelta(days=ago)
    with clock.at(moment):
        lead = leads.create(by=manager, fields=fields)
    for step, name in enumerate(passed, start=1):
        with clock.at(moment + timedelta(hours=8 * step)):
            to = LeadStatus.objects.get(pipeline_id="marketing", name=name)
            stages.move(lead=Lead.objects.get(pk=lead.pk), to=to, by=manager)
