"""A list's whole count, read from what is kept, is that of the rows that its reader may see."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..analytics import tallies
from ..models import Lead
from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["manager", "rep", "cp", "support", "developer"])
@pytest.mark.parametrize("approved", [True, False])
def test_it_counts_what_the_reader_may_see(role, approved):
    reader = UserFactory(**{role: True}, is_approved=approved)
    reader.entity.refresh_from_db()
    make_lead(owner=reader) if role in ("rep", "cp") and approved else make_lead(entity=reader.entity)
    make_lead(entity=reader.entity)
    make_lead(entity=EntityFactory(slug="others"))
    found = Lead.objects.visible_to(reader)
    assert reader.entity.has_rollups
    assert tallies.total(reader, found, {}) == found.count()
    assert tallies.total(reader, found, {"assigned_user_id": reader.pk}) == found.filter(assigned_user=reader).count()
