"""The sales teams' demo leads: every list, chart and report has something to show (DESIGN section 9)."""

import pytest
from django.utils import timezone

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import Entity, User

from ..analytics import sla
from ..models import Activity, Assignment, Lead, StageEntry
from ..seed import sales
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    accounts_seed.run()
    sales.run()
    return Entity.objects.get(slug="fxcareers")


def test_there_is_some_of_everything_and_room_for_more(seeded):
    now = timezone.now()
    leads = Lead.objects.filter(entity=seeded)
    follow_ups = Activity.objects.filter(entity=seeded)
    stays = StageEntry.objects.filter(entity=seeded)

    assert set(leads.values_list("platform", flat=True)) == {"facebook", "instagram", "website"}
    assert leads.filter(status__is_won=True).exists()
    assert leads.filter(status__is_lost=True).exists()
    assert leads.waiting().count() >= 6
    assert sla.violations(stays, now=now, sla_hours=7 * 24).count() >= 5
    assert follow_ups.upcoming(now).count() >= 3
    assert follow_ups.overdue(now).count() >= 3
    for rep in User.objects.filter(entity=seeded, username__in=["fx.rep1", "fx.rep2"]):
        assert 0 < rep.leads.filter(closed_at=None).count() <= seeded.max_leads_per_user - 10
    assert broken() == []


def test_all_of_it_lies_behind_us(seeded):
    now = timezone.now()
    assert not Lead.objects.filter(created_at__gt=now).exists()
    assert not StageEntry.objects.filter(entered_at__gt=now).exists()
    assert not Assignment.objects.filter(assigned_at__gt=now).exists()
    assert not Activity.objects.filter(created_at__gt=now).exists()


def test_again_it_changes_nothing(seeded):
    before = Lead.objects.count(), Activity.objects.count()
    sales.run()
    assert (Lead.objects.count(), Activity.objects.count()) == before
