"""Staff in the admin may change the leads of every entity; the same person over the API may not."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import NotAllowed
from crm.models import LeadNotFound
from crm.services import access, assignments, leads, stages

from .factories import make_lead, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(entity=EntityFactory(slug="betterside"), rep=True, is_staff=True)


@pytest.fixture
def owner():
    return UserFactory(rep=True)


def test_staff_change_a_lead_of_another_entity_and_are_named_in_its_history(staff, owner):
    lead = make_lead(owner=owner)
    leads.update(lead=lead, by=access.staff(staff), fields={"company": "Acme"})
    assert lead.activities.first().user == staff


def test_staff_move_and_reassign_it_too(staff, owner):
    lead, colleague = make_lead(owner=owner), UserFactory(rep=True)
    stages.move(lead=lead, to=status("sales", "qualified"), by=access.staff(staff))
    row = assignments.reassign(lead=lead, to=colleague, by=access.staff(staff))
    assert (row.assigned_user, row.assigned_by) == (colleague, staff)


def test_staff_reopen_a_lost_lead(staff, owner):
    lead = make_lead(owner=owner, status_name="lost")
    stages.move(lead=lead, to=status("sales", "new"), by=access.staff(staff))


def test_the_same_person_without_the_admin_stays_in_their_entity(staff, owner):
    lead = make_lead(owner=owner)
    access.staff(staff)
    with pytest.raises(LeadNotFound):
        leads.update(lead=lead, by=staff, fields={"company": "Acme"})
    with pytest.raises(LeadNotFound):
        assignments.reassign(lead=lead, to=UserFactory(rep=True), by=staff)
    assert lead.activities.count() == 1, "nothing but its creation"


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_staff": True, "is_active": False}])
def test_others_are_refused(fields):
    with pytest.raises(NotAllowed):
        access.staff(UserFactory(admin=True, **fields))
