"""SQL that is made once finds what the querysets find, whoever asks and for what."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from betterside.accounts.tests.factories import UserFactory

from .. import filters, prepared_leads
from ..api.sales.leads import ORDERINGS
from ..api.sales.shapes import LeadRowShape
from ..models import Lead, LeadNotFound
from .factories import make_lead, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    """Somebody who sees but their own leads; a manager's and a colleague's leads are beside them."""
    user = UserFactory(cp=True)
    for owner in (user, UserFactory(rep=True), None):
        make_lead(entity=user.entity, owner=owner, source="Referral", platform="facebook")
        make_lead(entity=user.entity, owner=owner, status_name="contacted", score=9)
        make_lead(entity=user.entity, owner=owner, pipeline="channel", status_name="interested", value=7)
    return user


def queries(user) -> list[dict]:
    contacted, interested = status("sales", "contacted").pk, status("channel", "interested").pk
    return [
        {},
        {"platform": "facebook"},
        {"source": "Referral", "pipeline": "sales"},
        {"pipeline": "channel"},
        {"assigned_user_id": user.pk},
        {"campaign_id": 1},
        {"project_id": 1},
        {"status": [contacted]},
        {"status": [contacted, interested], "assigned_user_id": user.pk},
    ]


def both(user, query: dict, order: str) -> tuple[list, list]:
    found = filters.leads(Lead.objects.visible_to(user), query, user.entity.zone).order_by(order, "-pk")
    made, total = prepared_leads.page(LeadRowShape, user, query, (0, 20), order)
    assert total == len(made)
    return made, LeadRowShape.rows(found)


@pytest.mark.parametrize("role", ["cp", "manager"])
def test_every_filter_finds_what_the_queryset_finds(cp, role):
    user = cp if role == "cp" else UserFactory(manager=True)
    found = []
    for query in queries(cp):
        made, expected = both(user, query, "-created_at")
        assert made == expected, query
        found.append(len(made))
    assert found == ([3, 1, 1, 1, 3, 0, 0, 1, 2] if role == "cp" else [9, 3, 3, 3, 3, 0, 0, 3, 2])


@pytest.mark.parametrize("name", [*ORDERINGS, "status__position"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_is_the_queryset_s(cp, name, sign):
    made, expected = both(UserFactory(manager=True), {}, sign + name)
    assert made == expected
    assert len(made) == 9


def test_a_page_starts_where_it_is_told(cp):
    manager = UserFactory(manager=True)
    whole, _total = prepared_leads.page(LeadRowShape, manager, {}, (0, 20))
    assert prepared_leads.page(LeadRowShape, manager, {}, (4, 3)) == (whole[4:7], 9)


def test_one_status_is_compared_so_that_the_index_gives_the_order(cp):
    with CaptureQueriesContext(connection) as asked:
        both(UserFactory(manager=True), {"status": [status("sales", "contacted").pk]}, "-created_at")
    assert '"status_id" = ANY' not in asked[0]["sql"]


@pytest.mark.parametrize("pk", [2**63, 10**30])
def test_an_id_that_no_lead_can_have_is_not_looked_for(cp, pk, django_assert_num_queries):
    with django_assert_num_queries(0), pytest.raises(LeadNotFound):
        prepared_leads.seen_by(cp, (), pk=pk)


def test_an_unknown_lead_is_not_found(cp):
    with pytest.raises(LeadNotFound):
        prepared_leads.seen_by(cp, ("status",), public_id=uuid.uuid4())
