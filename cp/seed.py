"""The channel face's demo data, exactly channel.md's "Testing & Seed Data"."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import User
from crm.models import Lead, LeadStatus
from crm.services import follow_ups, stages
from crm.services import leads as crm_leads
from marketing import seed as marketing_seed

from .models import AdsRequest, Project, ProjectAssignment
from .services import ads_requests, leads, marketing, profiles

# (CP, project, name, phone, source, days ago, statuses passed through)
LEADS = [
    ("cp1", 0, "Priya Sharma", "9876543210", "meta_ads", 5, ["interested", "follow_up"]),
    ("cp1", 0, "Arjun Patel", "9123456780", "organic", 9, ["called_no_answer"]),
    ("cp1", 1, "Neha Gupta", "9988776655", "referral", 6, ["interested", "closed"]),
    ("cp1", None, "Rohan Mehta", "9012345678", "betterside", 0, []),
    ("cp2", 1, "Kavya Nair", "9345678901", "meta_ads", 4, ["not_interested"]),
    ("cp2", 1, "Imran Sheikh", "9456789012", "other", 1, []),
]
# Lead: days from now until it is to be followed up; overdue below 0.
FOLLOW_UPS = {"Priya Sharma": -1, "Arjun Patel": 0, "Imran Sheikh": 1}
PROJECTS = [("Skyline Residency", "Pune"), ("Palm Grove Villas", "Hyderabad")]
MAPPED = {"cp1": [0, 1], "cp2": [1]}
# (CP, project, objective, budget, days, days ago, steps taken)
ADS_REQUESTS = [
    ("cp1", 0, "lead_generation", 25000, 14, 8, ["in_discussion", "running"]),
    ("cp1", 1, "site_visits", 15000, 7, 1, []),
    ("cp2", 1, "awareness", 10000, 10, 3, ["in_discussion"]),
    ("cp2", 1, "lead_generation", 30000, 21, 30, ["in_discussion", "running", "completed"]),
]
# (CP, project, creatives, EDMs)
COUNTERS = [("cp1", 0, 6, 2), ("cp1", 1, 3, 1), ("cp2", 1, 4, 3)]
PROFILES = {
    "cp1": ("Asha Rao", "Rao Realty", "9820012345", "Mumbai"),
    "cp2": ("Vikram Shah", "Shah Estates", "9830054321", "Hyderabad"),
}


def run() -> None:
    people = {user.username: user for user in User.objects.filter(entity__slug="betterside")}
    if Project.objects.filter(entity=people["cp1"].entity).exists():
        return
    projects = _projects(people)
    _profiles(people)
    for row in LEADS:
        _lead(people[row[0]], projects, *row[1:])
    _support(people, projects)
    marketing_seed.routes(first_project=projects[0])


def _projects(people: dict) -> list[Project]:
    dev = people["dev1"]
    projects = [
        Project.objects.create(entity=dev.entity, developer=dev, title=title, city=city) for title, city in PROJECTS
    ]
    for cp, mapped in MAPPED.items():
        for index in mapped:
            ProjectAssignment.objects.create(entity=dev.entity, cp=people[cp], project=projects[index])
    return projects


def _profiles(people: dict) -> None:
    for cp, (name, company, phone, city) in PROFILES.items():
        fields = {"full_name": name, "company_name": company, "phone": phone, "city": city}
        profiles.update(user=people[cp], fields=fields)


def _lead(cp: User, projects: list, index: int | None, name: str, phone: str, source: str, days: int, passed: list):
    """A lead created some days ago, whose moves followed a day apart."""
    moment = timezone.now() - timedelta(days=days)
    project_id = None if index is None else projects[index].pk
    with clock.at(moment):
        email = f"{name.split()[0].lower()}@mail.example"
        fields = {"full_name": name, "phone": phone, "email": email, "source": source}
        lead = leads.create(by=cp, fields=fields, project_id=project_id)
    for step, status in enumerate(passed, start=1):
        with clock.at(moment + timedelta(days=step)):
            to = LeadStatus.objects.get(pipeline_id="channel", name=status)
            stages.move(lead=Lead.objects.get(pk=lead.pk), to=to, by=cp)
    if name in FOLLOW_UPS:
        with clock.at(moment + timedelta(days=len(passed), hours=1)):
            at = timezone.now() + timedelta(days=FOLLOW_UPS[name], minutes=30)
            follow_ups.plan(lead=lead, at=at, by=cp, notes="Call about the site visit")


def _support(people: dict, projects: list) -> None:
    requests = [_ads_request(people[cp], projects[at], people["staff"], *asked) for cp, at, *asked in ADS_REQUESTS]
    _campaign(requests[0])
    for cp, index, creatives, edms in COUNTERS:
        marketing.increment(cp=people[cp], project=projects[index], by=None, creatives=creatives, edms=edms)


def _ads_request(
    cp: User, project: Project, staff: User, objective: str, budget: int, length: int, ago: int, steps: list
) -> AdsRequest:
    """A request made some days ago; staff took its first steps a day apart, and it ended after its length."""
    moment = timezone.now() - timedelta(days=ago)
    with clock.at(moment):
        request = ads_requests.create(
            by=cp, project_id=project.pk, objective=objective, budget_inr=Decimal(budget), duration_days=length
        )
    for day, step in zip([1, 2, 2 + length], steps, strict=False):
        with clock.at(moment + timedelta(days=day)):
            ads_requests.advance(ads_request=request, to=step, by=staff)
    return request


def _campaign(request: AdsRequest) -> None:
    """The campaign that runs for the request, with a week of spend, and the lead that it brought."""
    campaign = marketing_seed.campaign(
        entity=request.entity,
        name="Skyline Residency leads",
        meta_id="23850",
        length=6,
        daily=1500,
        ads_request=request,
    )
    brought = Lead.objects.get(assigned_user=request.cp, project=request.project, source="meta_ads")
    crm_leads.update(lead=brought, by=None, fields={"campaign": campaign, "ads_request": request})
