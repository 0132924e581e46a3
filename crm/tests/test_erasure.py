"""Forgetting a person (trust, case 30)."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import Invalid, NotAllowed
from crm.models import Erasure, Lead, StageEntry
from crm.services import activities, erasure, rollups

from .factories import make_lead

pytestmark = pytest.mark.django_db
PERSON = {"full_name": "Zubeida Quatermain", "email": "Zubeida@quatermain.example", "phone": "+91 98111 22233"}


def hits(*words: str) -> dict[str, int]:
    """Rows by table that hold one of the words, in any column: what a full dump would show."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            like = " OR ".join(["row::text ILIKE %s"] * len(words))
            cursor.execute(f"SELECT count(*) FROM {name} AS row WHERE {like}", [f"%{word}%" for word in words])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


@pytest.fixture
def owner():
    return UserFactory(rep=True)


@pytest.fixture
def lead(owner):
    lead = make_lead(owner=owner, notes="Zubeida likes tea", raw_field_data=PERSON, company="Quatermain & Co", **PERSON)
    activities.log(lead=lead, by=owner, activity_type="call", description="Called Zubeida", title="Zubeida")
    return lead


def test_no_table_knows_the_person_any_more(lead, owner):
    assert set(hits("quatermain", "zubeida", "9811122233")) >= {"crm_lead", "crm_activity", "realtime_notification"}

    erasure.erase(entity=lead.entity, by=None, email="zubeida@QUATERMAIN.example")

    assert hits("quatermain", "zubeida", "9811122233", "98111 22233") == {}
    assert not Lead.objects.exists()
    kept = Lead.with_deleted.get()
    assert (kept.full_name, kept.deleted_at is not None, kept.assigned_user) == ("Erased", True, owner)
    assert StageEntry.objects.open().filter(lead=kept).count() == 1


def test_all_leads_of_the_person_go_also_deleted_ones_and_no_others(lead, owner):
    same = make_lead(owner=owner, phone="09811122233")
    other = make_lead(owner=owner)
    elsewhere = make_lead(entity=EntityFactory(slug="elsewhere"), **PERSON)

    assert erasure.erase(entity=lead.entity, by=None, phone="98111-22233") == 2

    assert set(Lead.objects.values_list("pk", flat=True)) == {other.pk, elsewhere.pk}
    assert {Lead.with_deleted.get(pk=one.pk).full_name for one in (lead, same)} == {"Erased"}
    assert Lead.objects.get(pk=elsewhere.pk).email == PERSON["email"]


def test_the_rollups_stay_true(lead):
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert rollups.verify(lead.entity_id) == []


def test_the_tombstone_holds_a_digest_only_and_erasing_twice_is_the_same(lead):
    for _ in range(2):
        erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    (tombstone,) = Erasure.objects.all()
    assert len(tombstone.digest) == 64


@pytest.mark.parametrize("nobody", [{}, {"phone": "12345"}, {"email": "  "}])
def test_what_names_nobody_is_refused(lead, nobody):
    with pytest.raises(Invalid):
        erasure.erase(entity=lead.entity, by=None, **nobody)
    assert Lead.objects.get() == lead


def test_only_who_may_change_the_entitys_leads_may_erase(lead, owner):
    with pytest.raises(NotAllowed):
        erasure.erase_lead(lead=lead, by=owner)
    with pytest.raises(NotAllowed):
        erasure.erase_lead(lead=lead, by=UserFactory(manager=True, entity=EntityFactory(slug="other")))
    assert Lead.objects.get().email == PERSON["email"]


def test_staff_erase_from_the_leads_page(client, lead):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True, username="staff"))
    url = f"/admin/crm/lead/{lead.pk}/erase/"
    assert "cannot be undone" in client.get(url).content.decode()
    assert Lead.objects.exists()
    client.post(url, {"answered": "1"})

    assert not Lead.objects.exists()
    assert hits("quatermain", "zubeida", "9811122233") == {}


def test_one_command_erases(lead, capsys):
    with pytest.raises(CommandError, match="no entity"):
        call_command("erase", "--entity", "nowhere", "--email", PERSON["email"], "--yes")
    call_command("erase", "--entity", lead.entity.slug, "--email", PERSON["email"], "--yes")

    assert "Erased 1 leads and contacts." in capsys.readouterr().out
    assert not Lead.objects.exists()
