"""The filters of /api/analytics combine, on every endpoint, and tell nothing about other tenants."""

from datetime import UTC, datetime

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from cp.tests.factories import ProjectFactory
from marketing.tests.factories import CampaignFactory

from ..services import activities, leads
from .factories import make_lead

pytestmark = pytest.mark.django_db
ENDPOINTS = ["dashboard", "leads", "platforms", "users", "funnel", "time-based", "activities", "sla-compliance"]
DAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def rep():
    return UserFactory(rep=True)


@pytest.fixture
def filters(rep, manager):
    """One lead that each filter finds, one that none of them does; each with a call."""
    project, campaign = ProjectFactory(), CampaignFactory()
    with clock.at(DAY):
        fields = {"platform": "facebook", "source": "expo", "project": project, "campaign": campaign}
        wanted = make_lead(owner=rep, status_name="contacted", **fields)
        for lead in (wanted, make_lead(entity=rep.entity, pipeline="growth", platform="website")):
            activities.log(lead=lead, by=manager, activity_type="call", description="Called")
    return {
        "status": "contacted",
        "platform": "facebook",
        "assigned_user_id": rep.pk,
        "source": "expo",
        "campaign_id": campaign.pk,
        "project_id": project.pk,
        "pipeline": "sales",
        "date_from": "2026-03-02",
        "date_to": "2026-03-02",
    }


@pytest.fixture
def ask(api, manager):
    client = api.as_(manager)

    def get(name, query):
        answer = client.get(f"/api/analytics/{name}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return get


def counted(name: str, data) -> int:
    """How many leads (or activities) the answer is about."""
    totals = {
        "platforms": lambda: sum(row["total_leads"] for row in data),
        "users": lambda: sum(row["leads_assigned"] for row in data),
        "funnel": lambda: data["stages"][0]["count"],
        "time-based": lambda: sum(row["new_leads"] for row in data),
        "activities": lambda: data["total_activities"],
    }
    return totals.get(name, lambda: data["total_leads"])()


@pytest.mark.parametrize("name", ENDPOINTS)
def test_all_filters_together_find_the_lead(ask, filters, name):
    assert counted(name, ask(name, filters)) == 1


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("wrong", ["status", "platform", "source", "assigned_user_id", "campaign_id", "project_id"])
def test_each_filter_excludes_what_does_not_match(ask, filters, manager, name, wrong):
    others = {"status": "won", "platform": "website", "source": "other", "assigned_user_id": manager.pk}

    assert counted(name, ask(name, filters | {wrong: others.get(wrong, 10**9)})) == 0


@pytest.mark.parametrize("name", ENDPOINTS)
def test_foreign_ids_answer_as_ids_that_never_were(ask, filters, name):
    other = EntityFactory(slug="other")
    foreign = {
        "assigned_user_id": UserFactory(rep=True, entity=other).pk,
        "campaign_id": CampaignFactory(entity=other).pk,
        "project_id": ProjectFactory(entity=other).pk,
    }
    for field, pk in foreign.items():
        assert ask(name, filters | {field: pk}) == ask(name, filters | {field: 10**9}), field


def test_activities_of_people_follow_the_filters_too(ask, filters):
    assert sum(row["total_activities"] for row in ask("users", {})) == 2
    assert sum(row["total_activities"] for row in ask("users", filters)) == 1


def test_test_leads_count_nowhere(ask, rep, manager):
    lead = make_lead(entity=rep.entity, platform="facebook")
    activities.log(lead=lead, by=manager, activity_type="call", description="Called")
    leads.update(lead=lead, by=manager, fields={"is_test": True})

    assert {name: counted(name, ask(name, {})) for name in ENDPOINTS} == dict.fromkeys(ENDPOINTS, 0)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_no_query_count_grows_with_the_leads(api, rep, manager, name, assert_query_count):
    client = api.as_(manager)

    def make(number):
        for _ in range(number):
            lead = make_lead(owner=rep, platform="facebook")
            activities.log(lead=lead, by=rep, activity_type="call", description="Called")

    assert_query_count.flat(f"analytics-{name}", lambda: client.get(f"/api/analytics/{name}"), make)
