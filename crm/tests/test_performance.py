"""Points, ranks and percentiles against ones worked out by hand (issue 9; crm.points)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm import badges, points
from crm.analytics import performance
from crm.models import Activity, Lead, PerformanceScore
from crm.services import activities, assignments, leads, practice, scores, stages
from crm.tests.factories import make_lead, status

pytestmark = pytest.mark.django_db
Done = Activity.Status.COMPLETED
# A Wednesday noon in New York
NOON = datetime(2024, 6, 12, 12, tzinfo=ZoneInfo("America/New_York"))
DAY = date(2024, 6, 12)


@pytest.fixture
def entity(db):
    return EntityFactory(timezone="America/New_York")


@pytest.fixture
def boss(entity):
    return UserFactory(admin=True, first_name="Boss")


@pytest.fixture
def ann(entity):
    return UserFactory(agent=True, first_name="Ann", last_name="Lee")


@pytest.fixture
def bob(entity):
    return UserFactory(agent=True, first_name="Bob", last_name="Lee")


def after(**duration) -> datetime:
    return NOON + timedelta(**duration)


def given(to, when=NOON, **fields) -> Lead:
    with clock.at(when):
        return make_lead(owner=to, pipeline="practice", **fields)


def logs(lead, by, when, **fields) -> Activity:
    with clock.at(when):
        return activities.log(lead=lead, by=by, activity_type="call", description="Called", **fields)


def moves(lead, by, to, when) -> None:
    with clock.at(when):
        stages.move(lead=lead, to=status("practice", to), by=by)


def completes(activity, by, when, status=Done) -> None:
    with clock.at(when):
        activities.set_status(pk=activity.pk, status=status, by=by)


def plans(lead, by, when, due) -> Activity:
    return logs(lead, by, when, next_follow_up_date=due)


def passes_on(lead, to, by, when) -> None:
    with clock.at(when):
        assignments.reassign(lead=lead, to=to, by=by)


def figures(user, period="all", day=DAY) -> PerformanceScore:
    """After the queued jobs have run."""
    start = performance.stretch(period, day)[0]
    found = PerformanceScore.objects.of(user.entity, period, start).filter(user=user).first()
    return found or PerformanceScore(user=user)


class TestTheTable:
    @pytest.mark.parametrize(
        ("waited", "worth"),
        [
            (timedelta(0), 20),
            (timedelta(minutes=15), 20),
            (timedelta(minutes=15, seconds=1), 15),
            (timedelta(hours=1), 15),
            (timedelta(hours=4), 10),
            (timedelta(hours=24), 5),
            (timedelta(hours=24, seconds=1), 1),
            (timedelta(days=400), 1),
        ],
    )
    def test_a_response_is_worth_more_the_sooner_it_comes(self, waited, worth):
        assert points.for_response(waited) == worth

    @pytest.mark.parametrize(
        ("value", "worth"), [("0", 50), ("999.99", 50), ("1000", 51), ("12345", 62), ("50000", 100), ("9999999", 100)]
    )
    def test_a_closing_is_worth_more_with_its_value(self, value, worth):
        assert points.for_closing(Decimal(value)) == worth

    def test_it_is_written_down_for_people(self):
        words = points.in_words()
        assert "| first response within 15 minutes | 20 |" in words
        assert "| first response within 24 hours | 5 |" in words
        assert "| follow-up completed up to 1 hour after it was due | 10 |" in words


class TestResponses:
    def test_what_is_logged_first_counts_and_what_follows_does_not(self, ann, run_jobs):
        lead = given(ann)
        logs(lead, ann, after(minutes=30))
        logs(lead, ann, after(minutes=31))
        run_jobs()
        score = figures(ann)
        assert (score.first_responses, score.quick_responses, score.response_points) == (1, 0, 15)

    def test_a_move_to_another_status_is_a_response_a_change_of_fields_is_none(self, ann, run_jobs):
        lead = given(ann)
        with clock.at(after(minutes=1)):
            practice.update(lead=lead, by=ann, fields={"city": "Austin"})
        run_jobs()
        assert figures(ann).first_responses == 0
        moves(lead, ann, "CONTACTED", after(minutes=10))
        run_jobs()
        assert (figures(ann).quick_responses, figures(ann).response_points) == (1, 20)

    def test_creating_a_lead_of_ones_own_is_no_response_to_it(self, ann, run_jobs):
        with clock.at(NOON):
            practice.create(by=ann, fields={"practice_name": "Own"})
        run_jobs()
        assert (figures(ann).leads_given, figures(ann).first_responses) == (1, 0)

    def test_what_the_system_does_is_nobodys_response(self, ann, run_jobs):
        lead = given(ann)
        moves(lead, None, "CONTACTED", after(minutes=1))
        run_jobs()
        assert figures(ann).first_responses == 0

    def test_points_are_for_whoever_responded(self, ann, boss, run_jobs):
        lead = given(ann)
        logs(lead, boss, after(hours=2))
        logs(lead, ann, after(hours=3))
        run_jobs()
        assert (figures(boss).response_points, figures(ann).response_points) == (10, 0)

    def test_who_is_given_the_lead_next_can_respond_anew(self, ann, bob, boss, run_jobs):
        lead = given(ann)
        logs(lead, ann, after(minutes=10))
        passes_on(lead, bob, boss, after(days=1))
        logs(lead, bob, after(days=1, hours=3))
        run_jobs()
        assert (figures(ann).response_points, figures(bob).response_points) == (20, 10)
        assert (figures(ann).leads_given, figures(bob).leads_given) == (1, 1)

    def test_a_lead_that_goes_to_and_fro_counts_once_for_each(self, ann, bob, boss, run_jobs):
        lead = given(ann)
        for hours, to in enumerate([bob, ann, bob, ann], start=1):
            logs(lead, lead.assigned_user, after(hours=hours, minutes=-1))
            passes_on(lead, to, boss, after(hours=hours))
            lead.refresh_from_db()
        run_jobs()
        assert [(figures(one).first_responses, figures(one).leads_given) for one in (ann, bob)] == [(1, 1), (1, 1)]

    def test_before_a_lead_is_given_to_anybody_nothing_counts(self, boss, ann, run_jobs):
        with clock.at(NOON):
            lead = make_lead(entity=boss.entity, pipeline="practice")
        logs(lead, boss, after(minutes=1))
        with clock.at(after(minutes=2)):
            assignments.assign(lead=lead, to=ann, by=boss)
        logs(lead, ann, after(minutes=3))
        run_jobs()
        assert (figures(boss).response_points, figures(ann).response_points) == (0, 20)


class TestFollowUps:
    def test_on_time_is_worth_more(self, ann, run_jobs):
        lead = given(ann)
        for late in (timedelta(minutes=-30), timedelta(hours=1), timedelta(hours=1, seconds=1)):
            planned = plans(lead, ann, after(hours=1), due=after(days=1))
            completes(planned, ann, after(days=1) + late)
        run_jobs()
        score = figures(ann)
        assert (score.follow_ups_completed, score.follow_ups_on_time, score.follow_up_points) == (3, 2, 24)

    def test_points_are_for_whoever_completed_it(self, ann, boss, run_jobs):
        planned = plans(given(ann), ann, after(hours=1), due=after(days=1))
        completes(planned, boss, after(days=1))
        run_jobs()
        assert (figures(ann).follow_up_points, figures(boss).follow_up_points) == (0, 10)
        assert planned.__class__.objects.get(pk=planned.pk).completed_by == boss

    def test_completed_twice_it_counts_once_and_taken_back_not_at_all(self, ann, run_jobs):
        planned = plans(given(ann), ann, after(hours=1), due=after(days=9))
        completes(planned, ann, after(days=1))
        completes(planned, ann, after(days=2))
        run_jobs()
        assert figures(ann).follow_up_points == figures(ann, "day", DAY + timedelta(days=1)).follow_up_points == 10
        completes(planned, ann, after(days=3), status=Activity.Status.PENDING)
        run_jobs()
        assert figures(ann).follow_up_points == figures(ann, "day", DAY + timedelta(days=1)).follow_up_points == 0

    def test_what_was_never_planned_ahead_is_no_follow_up(self, ann, run_jobs):
        lead = given(ann)
        logs(lead, ann, after(hours=1), status=Done, next_follow_up_date=after(days=1))
        logs(lead, ann, after(hours=1), status=Done)
        run_jobs()
        assert figures(ann).follow_ups_completed == 0


class TestClosings:
    def test_they_count_for_the_owner_whoever_moved_the_lead(self, ann, boss, run_jobs):
        moves(given(ann, value=12_345), boss, "WON", after(days=1))
        run_jobs()
        score = figures(ann)
        assert (score.deals_closed, score.value_won, score.closing_points) == (1, Decimal(12_345), 62)
        assert figures(boss).deals_closed == 0

    def test_without_an_owner_they_count_for_whoever_moved_it(self, boss, run_jobs):
        with clock.at(NOON):
            lead = make_lead(entity=boss.entity, pipeline="practice")
        moves(lead, boss, "WON", after(days=1))
        run_jobs()
        assert figures(boss).deals_closed == 1

    def test_lost_and_reopened_leads_are_none(self, ann, run_jobs):
        moves(given(ann), ann, "LOST", after(days=1))
        reopened = given(ann)
        moves(reopened, ann, "WON", after(days=1))
        run_jobs()
        assert figures(ann).deals_closed == 1
        moves(reopened, ann, "PROPOSAL", after(days=2))
        run_jobs()
        assert (figures(ann).deals_closed, figures(ann, "day", DAY + timedelta(days=1)).deals_closed) == (0, 0)

    def test_a_value_that_is_corrected_counts_anew(self, ann, run_jobs):
        lead = given(ann, value=1000)
        moves(lead, ann, "WON", after(days=1))
        run_jobs()
        leads.update(lead=lead, by=ann, fields={"value": Decimal(3000)})
        run_jobs()
        assert figures(ann).closing_points == 53


class TestRightAfter:
    """The job that a change queues does it all."""

    def worked_on(self, ann) -> Lead:
        lead = given(ann)
        planned = plans(lead, ann, after(minutes=5), due=after(days=1))
        completes(planned, ann, after(days=1))
        moves(lead, ann, "WON", after(days=40))
        return lead

    def test_work_stays_with_whoever_did_it_when_the_lead_is_reassigned(self, ann, bob, boss, run_jobs):
        lead = self.worked_on(ann)
        run_jobs()
        assert figures(ann).points == 20 + 10 + 50
        passes_on(lead, bob, boss, after(days=50))
        run_jobs()
        assert figures(ann).points == 80
        assert (figures(bob).points, figures(bob).leads_given) == (0, 1)

    def test_a_deleted_lead_counts_nowhere(self, ann, boss, run_jobs):
        lead = self.worked_on(ann)
        run_jobs()
        assert PerformanceScore.objects.filter(period="day").count() == 3
        leads.delete(lead=lead, by=boss)
        run_jobs()
        assert not PerformanceScore.objects.exists()

    def test_nothing_is_counted_when_the_change_is_undone(self, ann, run_jobs):
        given(ann)
        run_jobs()
        with transaction.atomic():
            given(ann)
            transaction.set_rollback(True)
        assert run_jobs() == []

    def test_one_change_after_the_other_queues_one_job(self, ann, run_jobs):
        lead = given(ann)
        for minutes in range(5):
            logs(lead, ann, after(minutes=minutes))
        assert len([job for job in run_jobs() if job.task.endswith("recount_leads")]) == 1

    def test_leads_of_other_pipelines_queue_none_and_earn_nothing(self, ann, run_jobs):
        lead = make_lead(owner=ann, pipeline="sales")
        activities.log(lead=lead, by=ann, activity_type="call", description="Called")
        assert not [job for job in run_jobs() if job.task.endswith("recount_leads")]
        scores.recount(ann.entity)
        assert not PerformanceScore.objects.exists()

    def test_test_leads_earn_nothing(self, ann, run_jobs):
        with clock.at(NOON):
            make_lead(owner=ann, pipeline="practice", is_test=True)
        run_jobs()
        assert not PerformanceScore.objects.exists()

    def test_counting_everything_again_changes_nothing(self, ann, bob, boss, run_jobs):
        lead = self.worked_on(ann)
        passes_on(lead, bob, boss, after(days=50))
        leads.delete(lead=given(bob), by=boss)
        run_jobs()
        before = self.rows()
        assert before
        scores.recount_all()
        assert self.rows() == before

    def test_counting_repairs_what_is_wrong(self, ann, run_jobs):
        self.worked_on(ann)
        run_jobs()
        before = self.rows()
        PerformanceScore.objects.update(deals_closed=7)
        scores.recount_all()
        assert self.rows() == before

    def rows(self) -> list:
        fields = ["user", "period", "starts_on", *PerformanceScore.FIGURES]
        return sorted(PerformanceScore.objects.values_list(*fields))

    def test_the_days_are_the_entitys(self, ann, run_jobs):
        given(ann, when=datetime(2024, 6, 13, 3, 59, tzinfo=UTC))  # still the 12th in New York
        given(ann, when=datetime(2024, 6, 13, 4, 0, tzinfo=UTC))
        run_jobs()
        assert [figures(ann, "day", DAY + timedelta(days=n)).leads_given for n in range(2)] == [1, 1]

    def test_longer_periods_are_the_sums_of_their_days(self, ann, run_jobs):
        for day in ("2023-12-31", "2024-01-01", "2024-03-31", "2024-04-01", "2024-06-09", "2024-06-10", "2024-06-12"):
            given(ann, when=datetime.fromisoformat(f"{day}T12:00:00-05:00"))
        run_jobs()
        counted = {period: figures(ann, period).leads_given for period in PerformanceScore.Period.values}
        assert counted == {"day": 1, "week": 2, "month": 3, "quarter": 4, "year": 6, "all": 7}


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        ("day", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("week", "2024-06-10", "2024-06-10", "2024-06-16"),
        ("week", "2024-06-16", "2024-06-10", "2024-06-16"),
        ("week", "2025-01-01", "2024-12-30", "2025-01-05"),
        ("month", "2024-02-10", "2024-02-01", "2024-02-29"),
        ("month", "2024-12-31", "2024-12-01", "2024-12-31"),
        ("quarter", "2024-01-01", "2024-01-01", "2024-03-31"),
        ("quarter", "2024-12-31", "2024-10-01", "2024-12-31"),
        ("year", "2024-12-31", "2024-01-01", "2024-12-31"),
    ],
)
def test_where_periods_begin_and_end(period, day, first, last):
    found = performance.stretch(period, date.fromisoformat(day))
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


class TestStandings:
    def scored(self, *worth) -> list:
        people = [UserFactory(agent=True, first_name=f"P{n}") for n in range(len(worth))]
        pairs = [(user, PerformanceScore(closing_points=points)) for user, points in zip(people, worth, strict=True)]
        return [(one.score.points, one.rank, one.percentile) for one in performance.rank(pairs)]

    def test_ranks_and_percentiles_with_ties(self):
        # Six people: 90 is ahead of all 5 others, each 70 of 3 of 5, 40 of 2 of 5, each 0 of nobody.
        assert self.scored(70, 0, 90, 40, 70, 0) == [
            (90, 1, 100.0),
            (70, 2, 60.0),
            (70, 2, 60.0),
            (40, 4, 40.0),
            (0, 5, 0.0),
            (0, 5, 0.0),
        ]

    def test_all_alike_are_first_and_ahead_of_nobody(self):
        assert self.scored(5, 5, 5) == [(5, 1, 0.0)] * 3

    def test_three_at_the_top(self):
        # Seven people; a third of six is rounded to one decimal.
        assert [row[1:] for row in self.scored(9, 9, 9, 8, 7, 7, 1)] == [
            (1, 66.7),
            (1, 66.7),
            (1, 66.7),
            (4, 50.0),
            (5, 16.7),
            (5, 16.7),
            (7, 0.0),
        ]

    def test_alone_and_nobody(self):
        assert self.scored(5) == [(5, 1, 0.0)]
        assert self.scored() == []

    def test_who_is_ranked(self, boss, ann, bob, run_jobs):
        support = UserFactory(support=True)
        UserFactory(agent=True, is_approved=False)
        gone, cp = UserFactory(agent=True), UserFactory(cp=True)
        stranger = UserFactory(agent=True, entity=EntityFactory(slug="elsewhere"))
        for owner in (ann, gone, stranger):
            moves(given(owner), owner, "WON", after(days=1))  # 5 as a response, 50 as a closing
        logs(given(bob), boss, after(hours=4))
        run_jobs()
        gone.is_active = False
        gone.save()

        found = performance.standings(boss.entity, "all", DAY)

        assert [(one.user, one.rank, one.score.points) for one in found] == [(ann, 1, 55), (boss, 2, 10), (bob, 3, 0)]
        for user, worth in ((support, 0), (cp, 0), (gone, 55)):
            one = performance.standing_of(user, "all", DAY)
            assert (one.rank, one.percentile, one.score.points) == (0, 0.0, worth)

    def test_conversion_is_closed_of_given(self, ann, run_jobs):
        made = [given(ann) for _n in range(3)]
        moves(made[0], ann, "WON", after(days=1))
        run_jobs()
        assert performance.standing_of(ann, "all", DAY).conversion_rate == 33.3


class TestBadges:
    @pytest.mark.parametrize(
        ("key", "least", "too_little"),
        [
            ("first_deal", {"deals_closed": 1}, {}),
            ("closer", {"deals_closed": 10}, {"deals_closed": 9}),
            ("converter", {"leads_given": 8, "deals_closed": 2}, {"leads_given": 9, "deals_closed": 2}),
            ("converter", {"leads_given": 8, "deals_closed": 2}, {"leads_given": 7, "deals_closed": 7}),
            ("quick_responder", {"quick_responses": 10}, {"quick_responses": 9, "first_responses": 99}),
            (
                "reliable",
                {"follow_ups_completed": 10, "follow_ups_on_time": 9},
                {"follow_ups_completed": 11, "follow_ups_on_time": 9},
            ),
            (
                "reliable",
                {"follow_ups_completed": 10, "follow_ups_on_time": 9},
                {"follow_ups_completed": 9, "follow_ups_on_time": 9},
            ),
            ("finisher", {"follow_ups_completed": 50}, {"follow_ups_completed": 49, "follow_ups_on_time": 49}),
        ],
    )
    def test_each_is_earned_at_its_threshold(self, key, least, too_little):
        assert key in {badge.key for badge in badges.earned(PerformanceScore(**least))}
        assert key not in {badge.key for badge in badges.earned(PerformanceScore(**too_little))}

    def test_who_did_nothing_has_none(self):
        assert badges.earned(PerformanceScore()) == []

    def test_each_has_its_rule_written_down(self):
        assert len({badge.key for badge in badges.BADGES}) == len(badges.BADGES) == 6
        assert all(f"| `{badge.key}` | {badge.rule} |" in badges.in_words() for badge in badges.BADGES)
