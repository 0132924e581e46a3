"""sociovia's demo data (DESIGN section 9): every figure, chart and list of the growth face has something to show."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside import days
from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import User
from marketing import seed as marketing_seed

from ..models import Activity, Contact, Lead, Task
from ..seed import growth
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    accounts_seed.run()
    marketing_seed.sociovia()
    growth.run()
    return User.objects.get(username="growth.admin")


@pytest.fixture
def client(api, admin):
    return api.as_(admin)


def span(admin, *, last: int, length: int = 30) -> str:
    """The range of so many days that ended so many days ago."""
    end = days.today(admin.entity.zone) - timedelta(days=last)
    return f"startDate={end - timedelta(days=length - 1)}&endDate={end}"


@pytest.mark.parametrize("last", [0, 30])
def test_each_figure_of_two_adjacent_ranges_is_something(client, admin, last):
    stats = client.get(f"/api/dashboard/stats?{span(admin, last=last)}").json()
    assert all(figure["value"] > 0 for figure in stats.values()), stats
    assert len(client.get(f"/api/dashboard/charts/sources?{span(admin, last=last)}").json()) >= 4
    revenue = client.get(f"/api/dashboard/charts/revenue?{span(admin, last=last)}").json()
    assert sum(day["value"] > 0 for day in revenue) >= 3


def test_each_change_is_against_something(client):
    assert {figure["trend"] for figure in client.get("/api/dashboard/stats").json().values()} <= {"up", "down"}


def test_the_last_week_has_revenue(client, admin):
    found = client.get(f"/api/dashboard/charts/revenue?{span(admin, last=0, length=7)}").json()
    assert any(day["value"] for day in found)


def test_there_are_leads_of_every_status_and_some_that_wait(client, admin):
    for word in ("new", "contacted", "qualified", "proposal", "closed"):
        assert client.get(f"/api/leads?status={word}").json(), word
    assert Lead.objects.filter(entity=admin.entity).waiting().count() >= 3
    assert broken() == []


def test_contacts_have_a_history_of_every_type(client):
    contacts = client.get("/api/contacts").json()
    types = set()
    for contact in contacts:
        history = client.get(f"/api/contacts/{contact['id']}/history").json()
        assert len(history) >= 4
        types |= {item["type"] for item in history}
    assert len(contacts) >= 10
    assert types == {"email_opened", "page_visit", "call", "note_created", "status_change", "meeting"}


@pytest.mark.parametrize(
    "query",
    [
        "due=today",
        "due=overdue",
        "due=week",
        "completed=true",
        "priority=low",
        "related_to_type=lead",
        "related_to_type=campaign",
        "related_to_type=general",
    ],
)
def test_each_list_of_tasks_has_some(client, query):
    assert client.get(f"/api/tasks?{query}").json()


def test_the_campaign_has_spend_leads_and_revenue(client):
    (campaign,) = client.get("/api/campaigns").json()
    assert min(campaign[name] for name in ("spend", "impressions", "clicks", "leads", "cpl", "roas", "crm_leads")) > 0


def test_all_of_it_lies_behind_us(admin):
    now = timezone.now()
    assert not Activity.objects.filter(entity=admin.entity, created_at__gt=now).exists()
    assert not Contact.objects.filter(last_contacted_at__gt=now).exists()
    assert not Lead.objects.filter(entity=admin.entity, closed_at__gt=now).exists()


def test_again_it_changes_nothing(admin):
    def counts():
        models = (Lead, Activity, Contact, Task)
        return [model.objects.count() for model in models]

    before = counts()
    marketing_seed.sociovia()
    growth.run()
    assert counts() == before
    assert admin.entity.campaigns.count() == 1
