"""What the staff's first page shows of leads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory
from crm.admin.home import SHOWN, newest_leads
from crm.models import Lead

from .factories import make_lead

pytestmark = pytest.mark.django_db


def lead_of(entity, days: int) -> str:
    lead = make_lead(entity=entity, full_name=f"{entity.slug} {days}")
    Lead.objects.filter(pk=lead.pk).update(created_at=timezone.now() - timedelta(days=days, minutes=1))
    return str(lead)


def test_the_newest_of_all_entities_stand_first_whatever_the_order_they_were_written_in(rf):
    first, second = EntityFactory(slug="first"), EntityFactory(slug="second")
    young = [lead_of(first, days) for days in (0, 2)] + [lead_of(second, days) for days in (1, 3)]
    old = [lead_of(second, days) for days in range(10, 10 + SHOWN)]
    names = [row.text for row in newest_leads(rf.get("/admin/")).rows]
    assert names == [young[0], young[2], young[1], young[3], *old][:SHOWN]
