"""The lists' cost and their pages."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.tests.factories import make_lead

from ..services import marketing
from .factories import AdsRequestFactory, MarketingCounterFactory, mapped_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def test_the_lead_list_costs_the_same_for_30_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)

    def make(count):
        for _ in range(count):
            make_lead(owner=cp, pipeline="channel", project=mapped_project(cp))

    assert_query_count.flat("cp-leads list", lambda: client.get("/api/cp/leads?limit=100"), make)


def test_the_project_list_costs_the_same_for_30_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)
    assert_query_count.flat(
        "cp-projects list",
        lambda: client.get("/api/cp/projects?limit=100"),
        lambda count: [mapped_project(cp) for _ in range(count)],
    )


def test_the_ads_request_list_costs_the_same_for_30_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)
    assert_query_count.flat(
        "cp-ads-requests list",
        lambda: client.get("/api/cp/ads-requests?limit=100"),
        lambda count: AdsRequestFactory.create_batch(count, cp=cp),
    )


def test_the_marketing_request_list_costs_the_same_for_30_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)
    assert_query_count.flat(
        "cp-marketing-request list",
        lambda: client.get("/api/cp/marketing/request?limit=100"),
        lambda count: [marketing.request(by=cp, type="edm") for _ in range(count)],
    )


def test_the_counters_cost_the_same_for_30_projects_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)
    assert_query_count.flat(
        "cp-marketing retrieve",
        lambda: client.get("/api/cp/marketing"),
        lambda count: [MarketingCounterFactory(cp=cp, project=mapped_project(cp)) for _ in range(count)],
    )


def test_one_lead_costs_as_much_as_ever(api, cp, assert_query_count):
    lead = make_lead(owner=cp, pipeline="channel", project=mapped_project(cp))
    client = api.as_(cp)
    with assert_query_count("cp-lead retrieve"):
        client.get(f"/api/cp/leads/{lead.pk}")


def test_pages_never_overlap_and_leave_nothing_out(api, cp):
    client = api.as_(cp)
    made = {make_lead(owner=cp, pipeline="channel").pk for _ in range(7)}

    pages = [client.get(f"/api/cp/leads?page={page}&limit=3").json() for page in (1, 2, 3, 4)]

    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert [lead["id"] for page in pages for lead in page["data"]] == sorted(made, reverse=True)
    assert all(page["meta"]["total"] == 7 for page in pages)


def test_a_page_has_at_most_100_rows(api, cp):
    client = api.as_(cp)
    for _ in range(101):
        make_lead(owner=cp, pipeline="channel")

    answer = client.get("/api/cp/leads?limit=100000000").json()

    assert len(answer["data"]) == 100
    assert answer["meta"] == {"page": 1, "limit": 100, "total": 101}


def test_an_empty_filter_filters_nothing_as_where_the_contract_writes_all_of_them(api, cp):
    lead = make_lead(owner=cp, pipeline="channel")
    ads = AdsRequestFactory(cp=cp)
    client = api.as_(cp)

    answer = client.get("/api/cp/leads?project_id=&status=&page=&limit=")

    assert [row["id"] for row in answer.json()["data"]] == [lead.pk]
    assert answer.json()["meta"] == {"page": 1, "limit": 20, "total": 1}
    assert client.get("/api/cp/leads?date=&search=").json()["meta"]["total"] == 1
    assert [row["id"] for row in client.get("/api/cp/ads-requests?status=&project_id=").json()["data"]] == [ads.pk]
    assert client.get("/api/cp/marketing/request?status=&type=&project_id=").json()["data"] == []
    assert client.get("/api/cp/leads?status=won").status_code == 400
