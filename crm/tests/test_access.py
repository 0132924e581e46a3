"""The three querysets and the instance's predicates say the same (DESIGN section 3)."""

import pytest

from betterside.accounts.roles import RIGHTS, Role
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import NotAllowed

from .. import prepared_leads
from ..api.sales.shapes import LeadRowShape
from ..models import Lead, LeadNotFound
from ..services import leads
from .factories import make_lead

pytestmark = pytest.mark.django_db

# role: (which leads it sees, which it may change), of: own, of a colleague, of nobody
RULES = {
    Role.ADMIN: ("own colleague nobody", "own colleague nobody"),
    Role.MANAGER: ("own colleague nobody", "own colleague nobody"),
    Role.SALES_REP: ("own colleague nobody", "own"),
    Role.AGENT: ("own colleague nobody", "own"),
    Role.SUPPORT: ("own colleague nobody", ""),
    Role.CP: ("own", "own"),
    Role.DEVELOPER: ("", ""),
    Role.BUYER: ("", ""),
}


@pytest.fixture(params=RULES, ids=lambda role: role.label)
def user(request):
    return UserFactory(role=request.param)


@pytest.fixture
def cases(user):
    """One lead of each kind; a role that may not own leads is given its own by force, as an old one could have it."""
    own = make_lead(entity=user.entity)
    Lead.objects.filter(pk=own.pk).update(assigned_user=user)
    return {
        "own": Lead.objects.get(pk=own.pk),
        "colleague": make_lead(owner=UserFactory(rep=True)),
        "nobody": make_lead(entity=user.entity),
        "stranger": make_lead(owner=UserFactory(rep=True, entity=EntityFactory(slug="other"))),
    }


def kinds(cases, queryset) -> set:
    found = set(queryset.values_list("pk", flat=True))
    return {kind for kind, lead in cases.items() if lead.pk in found}


def test_lists_show_what_the_role_may_see(user, cases):
    assert kinds(cases, Lead.objects.visible_to(user)) == set(RULES[user.role][0].split())


def test_writes_touch_what_the_role_may_change(user, cases):
    assert kinds(cases, Lead.objects.editable_by(user)) == set(RULES[user.role][1].split())


def test_look_ups_find_the_entity_s_and_no_other(user, cases):
    assert kinds(cases, Lead.objects.in_entity_of(user)) == {"own", "colleague", "nobody"}


def test_the_predicates_agree_with_the_querysets(user, cases):
    visible, editable = kinds(cases, Lead.objects.visible_to(user)), kinds(cases, Lead.objects.editable_by(user))
    assert {kind for kind, lead in cases.items() if lead.is_visible_to(user)} == visible
    assert {kind for kind, lead in cases.items() if lead.is_editable_by(user)} == editable


def test_what_may_be_changed_may_be_seen(user, cases):
    assert kinds(cases, Lead.objects.editable_by(user)) <= kinds(cases, Lead.objects.visible_to(user))


def test_the_services_refuse_what_the_queryset_leaves_out(user, cases):
    for kind, lead in cases.items():
        if kind in RULES[user.role][1].split():
            leads.update(lead=lead, by=user, fields={"notes": "changed"})
            continue
        with pytest.raises(LeadNotFound if kind == "stranger" else NotAllowed):
            leads.update(lead=lead, by=user, fields={"notes": "changed"})
        lead.refresh_from_db()
        assert lead.notes == ""


def test_without_a_seat_nothing_is_seen_or_changed(user, cases):
    user.is_approved = False
    assert not Lead.objects.visible_to(user).exists()
    assert not Lead.objects.editable_by(user).exists()
    assert not any(lead.is_visible_to(user) or lead.is_editable_by(user) for lead in cases.values())


def test_a_stranger_s_lead_is_not_found_and_a_colleague_s_is_refused_to_a_cp(cases, user):
    with pytest.raises(LeadNotFound):
        Lead.objects.seen_by(user, pk=cases["stranger"].pk)
    if user.role == Role.CP:
        with pytest.raises(NotAllowed):
            Lead.objects.seen_by(user, pk=cases["colleague"].pk)


def listed(user, **query) -> list[int]:
    rows, total = prepared_leads.page(LeadRowShape, user, query, (0, 20))
    assert total == len(rows)
    return [row["id"] for row in rows]


def test_the_prepared_list_is_the_queryset_s(user, cases):
    found = Lead.objects.visible_to(user).order_by("-created_at", "-pk")
    for owner in (user.pk, cases["colleague"].assigned_user_id):
        assert listed(user, assigned_user_id=owner) == [lead.pk for lead in found.filter(assigned_user=owner)]
    assert listed(user) == [lead.pk for lead in found]
    user.is_approved = False
    assert listed(user) == []


def test_the_prepared_look_up_shows_what_the_predicate_allows(user, cases):
    for kind, lead in cases.items():
        if lead.is_visible_to(user):
            found = prepared_leads.seen_by(user, ("status",), public_id=lead.public_id)
            assert (found.pk, found.status.name) == (lead.pk, "new")
            continue
        with pytest.raises(LeadNotFound if kind == "stranger" else NotAllowed):
            prepared_leads.seen_by(user, ("status",), public_id=lead.public_id)


def test_a_deleted_lead_is_in_no_queryset(user, cases):
    for lead in cases.values():
        leads.delete(lead=lead, by=None)
    for queryset in (Lead.objects.in_entity_of(user), Lead.objects.visible_to(user), Lead.objects.editable_by(user)):
        assert not queryset.exists()
    assert listed(user) == []
    with pytest.raises(LeadNotFound):
        prepared_leads.seen_by(user, (), pk=cases["own"].pk)


def test_asking_about_a_right_that_does_not_exist_raises(user):
    with pytest.raises(KeyError):
        user.may("leads.reed")


@pytest.mark.parametrize("right", RIGHTS)
def test_every_right_is_somebody_s(right):
    assert RIGHTS[right] <= set(Role)
    assert RIGHTS[right]
