"""Made-up leads are what the services would have left behind (`manage.py seed --leads`)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F, Max, Min, OuterRef, Subquery
from django.utils import timezone

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import Entity
from betterside.errors import Invalid
from betterside.realtime.models import Event, Notification

from ..models import Activity, Assignment, Lead, LeadCodeCounter, LeadMeta, PracticeProfile, StageEntry
from ..services import bulk_seed, leads, phones, reminders, rollups, stages
from .invariants import broken

COUNT = 2_100


def analyze() -> None:
    """Tell the planner: it may have last looked when other tests had left the tables empty, and would not return."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_lead, crm_stageentry, crm_assignment, crm_activity, crm_leadmeta")


@pytest.fixture(scope="module")
def large(django_db_setup, django_db_blocker):
    """The large demo entity with its leads, in more batches than one; made once for the tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        entity = accounts_seed.large()
        assert sum(bulk_seed.fill(bulk_seed.team(entity, campaigns=[]), COUNT)) == COUNT
        analyze()
        yield entity
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_lead_has_one_open_stay_and_its_owners_assignment(large):
    assert Lead.objects.filter(entity=large).count() == COUNT
    assert broken() == []


@pytest.mark.django_db
def test_the_rollups_count_them_all(large):
    assert rollups.verify(large.pk) == []


@pytest.mark.django_db
def test_codes_are_of_their_years_and_later_leads_never_meet_them(large):
    numbers = {}
    for code, created in Lead.objects.filter(entity=large).values_list("lead_code", "created_at"):
        _lead, year, number = code.split("-")
        assert int(year) == created.astimezone(large.zone).year
        numbers.setdefault(int(year), []).append(int(number))
    counters = dict(LeadCodeCounter.objects.filter(entity=large).values_list("year", "value"))
    assert {year: max(found) for year, found in numbers.items()} == counters
    assert len(numbers) >= 2
    new = leads.create(by=None, entity=large, pipeline="sales", fields={"first_name": "Next"})
    assert int(new.lead_code.split("-")[2]) == counters[timezone.now().astimezone(large.zone).year] + 1


@pytest.mark.django_db
def test_it_makes_up_for_codes_that_were_chosen_by_hand(large):
    year = timezone.now().astimezone(large.zone).year
    last = LeadCodeCounter.objects.get(entity=large, year=year).value
    taken = f"LEAD-{year}-{last + 2:06d}"
    leads.create(by=None, entity=large, pipeline="sales", fields={"first_name": "Odd"}, lead_code=taken)
    assert sum(bulk_seed.fill(bulk_seed.team(large), 300)) == 300
    assert Lead.objects.filter(entity=large, lead_code=taken).count() == 1


@pytest.mark.django_db
def test_stays_follow_one_another_along_allowed_steps(large):
    stays = StageEntry.objects.filter(entity=large).select_related("previous__status", "status")
    allowed = {}
    for stay in stays.iterator(chunk_size=1000):
        if stay.previous is None:
            assert stay.entered_at == stay.lead.created_at
            continue
        assert stay.previous.lead_id == stay.lead_id
        assert stay.previous.exited_at == stay.entered_at
        before = stay.previous.status
        if before not in allowed:
            lead = Lead(pipeline_id="sales", status=before)
            allowed[before] = stages.allowed_from(lead)
        assert stay.status in allowed[before]
    assert len(allowed) >= 6
    ended = StageEntry.objects.filter(entity=large, exited_at__isnull=False)
    wrong = [
        stay
        for stay in ended
        if abs(float(stay.duration_hours) - (stay.exited_at - stay.entered_at).total_seconds() / 3600) > 0.006
    ]
    assert wrong == []


@pytest.mark.django_db
def test_what_the_lead_says_of_its_history_is_so(large):
    own = Lead.objects.filter(entity=large)
    rows = Assignment.objects.filter(lead=OuterRef("pk")).order_by("assigned_at")
    owned = own.exclude(assigned_user=None).annotate(
        since=Subquery(rows.filter(ended_at=None).values("assigned_at")[:1]),
        first=Subquery(rows.values("assigned_at")[:1]),
    )
    assert not owned.exclude(assigned_at=F("since"), first_assigned_at=F("first")).exists()
    closing = StageEntry.objects.filter(lead=OuterRef("pk"), exited_at=None).values("entered_at")
    assert not own.exclude(closed_at=None).exclude(closed_at=Subquery(closing)).exists()
    assert own.filter(assigned_user=None, status__position__gt=1).count() == 0
    assert Assignment.objects.filter(entity=large, previous_user__isnull=False).count() > 10
    assert own.filter(status__is_won=True).count() > 100
    for number in own[:50]:
        assert number.phone_e164 == phones.e164(number.phone, large.default_region)
        assert number.phone_digits == phones.digits(number.phone)


@pytest.mark.django_db
def test_captured_leads_say_where_they_came_from(large):
    own = Lead.objects.filter(entity=large)
    captured = own.exclude(platform="")
    assert set(own.values_list("platform", flat=True)) == {"facebook", "instagram", "website", ""}
    assert LeadMeta.objects.filter(entity=large).count() == captured.count()
    assert not captured.filter(meta=None).exists()
    assert not LeadMeta.objects.filter(entity=large, utm_source="").exists()


@pytest.mark.django_db
def test_all_of_it_lies_in_the_two_years_behind_us(large):
    now = timezone.now()
    span = Lead.objects.filter(entity=large).aggregate(first=Min("created_at"), last=Max("created_at"))
    assert timedelta(days=700) < now - span["first"] < timedelta(days=732)
    assert now - span["last"] < timedelta(days=2)
    assert not StageEntry.objects.filter(entity=large, entered_at__gt=now).exists()
    assert not Assignment.objects.filter(entity=large, assigned_at__gt=now).exists()
    assert not Activity.objects.filter(entity=large, created_at__gt=now).exists()


@pytest.mark.django_db
def test_nobody_hears_of_it(large):
    assert Activity.objects.filter(entity=large).with_follow_up().count() > 20
    reminders.remind()
    assert not Event.objects.filter(entity=large).exists()
    assert not Notification.objects.filter(user__entity=large).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["sociovia", "practice", "erp", "betterside"])
def test_other_pipelines_get_leads_of_their_own(slug):
    accounts_seed.run()
    entity = Entity.objects.get(slug=slug)
    list(bulk_seed.fill(bulk_seed.team(entity), 60))
    analyze()
    made = Lead.objects.filter(entity=entity)
    assert set(made.values_list("pipeline", flat=True)) == {entity.main_pipeline}
    assert PracticeProfile.objects.filter(entity=entity).count() == (60 if slug == "practice" else 0)
    assert broken() == []


@pytest.mark.django_db
def test_it_refuses_an_entity_without_anybody_to_own_leads():
    with pytest.raises(Invalid, match="nxgmarkets"):
        bulk_seed.team(Entity.objects.get(slug="nxgmarkets"))
