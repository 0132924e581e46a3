"""Who did what with practice leads, and how they stand among their colleagues (issue 9; the points are crm.points').

Work counts for whoever did it, whoever owns the lead now; leads that were deleted do not count.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from betterside import days
from betterside.accounts.models import User
from betterside.accounts.roles import SELLERS

from .. import points
from ..models import Activity, Assignment, PerformanceScore, StageEntry
from ..models.performance import EVER
from .numbers import rate

PIPELINE = "practice"
Period = PerformanceScore.Period
# Of history: that it belongs to a lead which counts.
COUNTS = Q(lead__pipeline=PIPELINE, lead__deleted_at=None, lead__is_test=False)


# --- Periods -----------------------------------------------------------------------------------------


def stretch(period: str, day: date) -> tuple[date, date | None]:
    """The first and last day of the period that the day lies in; a week begins on Monday, `all` has no last day."""
    if period == Period.ALL:
        return EVER, None
    if period == Period.DAY:
        return day, day
    if period == Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    following = (first.replace(day=1) + timedelta(days=31 * months + 1)).replace(day=1)
    return first, following - timedelta(days=1)


# --- What was done -----------------------------------------------------------------------------------


def tallies(entity, only: Iterable[date] | None = None) -> dict[tuple[int, date], dict]:
    """PerformanceScore.FIGURES by user and day in the entity's time zone; of all days, or of some `only`."""
    zone = entity.zone
    found: dict = defaultdict(lambda: dict.fromkeys(PerformanceScore.FIGURES, 0))
    for source in (_given, _responses, _follow_ups, _closings):
        for user_id, moment, figures in source(entity, _Days(only, zone)):
            row = found[user_id, moment.astimezone(zone).date()]
            for name, value in figures.items():
                row[name] += value
    return dict(found)


class _Days:
    """`days.hold("created_at")` is true of rows whose time lies in one of the days."""

    def __init__(self, only: Iterable[date] | None, zone: ZoneInfo):
        self.spans = None if only is None else [days.bounds(day, day, zone) for day in sorted(set(only))]

    def hold(self, field: str) -> Q:
        if self.spans is None:
            return Q()
        held = Q(pk__in=[])
        for start, end in self.spans:
            held |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
        return held


Work = Iterator[tuple[int, datetime, dict]]


def _given(entity, within: _Days) -> Work:
    """Leads that came to somebody who did not have them before."""
    before = Assignment.objects.filter(
        lead=OuterRef("lead"), assigned_user=OuterRef("assigned_user"), pk__lt=OuterRef("pk")
    )
    rows = Assignment.objects.filter(COUNTS, within.hold("assigned_at"), ~Exists(before), entity=entity).order_by()
    for user_id, moment in rows.values_list("assigned_user", "assigned_at").iterator():
        yield user_id, moment, {"leads_given": 1}


def _responses(entity, within: _Days) -> Work:
    """The first that a person did about a lead since it was given to whoever had it then."""
    done = Activity.objects.filter(COUNTS, within.hold("created_at"), entity=entity).reactions()
    done = done.annotate(
        given=Subquery(_owned_at("created_at").values("pk")[:1]),
        given_at=Subquery(_owned_at("created_at").values("assigned_at")[:1]),
        given_to=Subquery(_owned_at("created_at").values("assigned_user")[:1]),
    )
    earlier = Activity.objects.reactions().filter(
        Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")),
        lead=OuterRef("lead"),
        created_at__gte=OuterRef("given_at"),
    )
    had_it_before = Assignment.objects.filter(
        lead=OuterRef("lead"), assigned_user=OuterRef("given_to"), pk__lt=OuterRef("given")
    )
    rows = done.exclude(given_at=None).filter(~Exists(earlier), ~Exists(had_it_before)).order_by()
    for user_id, moment, given_at in rows.values_list("user", "created_at", "given_at").iterator():
        waited = moment - given_at
        worth = points.for_response(waited)
        quick = int(waited <= points.QUICK)
        yield user_id, moment, {"first_responses": 1, "quick_responses": quick, "response_points": worth}


def _follow_ups(entity, within: _Days) -> Work:
    """Planned ones that were completed later than they were written down."""
    done = Activity.objects.filter(
        COUNTS, within.hold("completed_at"), entity=entity, status=Activity.Status.COMPLETED
    ).filter(completed_at__gt=F("created_at"), next_follow_up_date__isnull=False)
    rows = done.annotate(who=Coalesce("completed_by", "user")).exclude(who=None).order_by()
    for user_id, moment, due in rows.values_list("who", "completed_at", "next_follow_up_date").iterator():
        on_time = moment <= due + points.GRACE
        worth = points.for_follow_up(on_time=on_time)
        yield (
            user_id,
            moment,
            {"follow_ups_completed": 1, "follow_ups_on_time": int(on_time), "follow_up_points": worth},
        )


def _closings(entity, within: _Days) -> Work:
    """Leads that are won and have been since."""
    won = StageEntry.objects.filter(COUNTS, within.hold("entered_at"), entity=entity, exited_at=None)
    owner = Subquery(_owned_at("entered_at").values("assigned_user")[:1])
    closed_by = Coalesce(owner, "user", output_field=BigIntegerField())
    rows = won.filter(status__is_won=True).annotate(who=closed_by).exclude(who=None).order_by()
    for user_id, moment, value in rows.values_list("who", "entered_at", "lead__value").iterator():
        yield user_id, moment, {"deals_closed": 1, "value_won": value, "closing_points": points.for_closing(value)}


def _owned_at(field: str):
    """The assignment that the outer row's lead had at the outer row's time."""
    begun = Assignment.objects.filter(lead=OuterRef("lead"), assigned_at__lte=OuterRef(field))
    return begun.filter(Q(ended_at=None) | Q(ended_at__gt=OuterRef(field))).order_by("-assigned_at", "-pk")


# --- How they stand ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Somebody's place. `rank` 1 is the best, equal points share a rank and the next one follows after as many (1, 2,
    2, 4: standard competition ranking). `percentile` is the share, in per cent, of the others who have fewer points; 0
    when there are no others. Who is not ranked has rank 0 and percentile 0."""

    user: User
    score: PerformanceScore
    rank: int = 0
    percentile: float = 0.0

    @property
    def conversion_rate(self) -> float:
        """Deals closed in the period, in per cent of the leads given to them in it."""
        return rate(self.score.deals_closed, self.score.leads_given)


def standings(entity, period: str, day: date) -> list[Standing]:
    """The entity's people in the period that the day lies in, the best first, equals by name.

    Ranked are the active people with a seat who are given leads, and whoever else of the entity has points.
    """
    start = stretch(period, day)[0]
    scores = {row.user_id: row for row in PerformanceScore.objects.of(entity, period, start)}
    with_points = [user_id for user_id, row in scores.items() if row.points]
    people = User.objects.filter(Q(role__in=SELLERS) | Q(pk__in=with_points), entity=entity, is_approved=True).active()
    nothing = PerformanceScore(entity=entity, period=period, starts_on=start)
    return rank((user, scores.get(user.pk, nothing)) for user in people)


def rank(scored: Iterable[tuple[User, PerformanceScore]]) -> list[Standing]:
    """See Standing."""
    ordered = sorted(scored, key=lambda pair: (-pair[1].points, pair[0].get_full_name().casefold(), pair[0].pk))
    worth = sorted(score.points for _user, score in ordered)
    return [_standing(user, score, worth) for user, score in ordered]


def _standing(user: User, score: PerformanceScore, worth: list[int]) -> Standing:
    """`worth` holds everybody's points, the fewest first."""
    fewer, more = bisect_left(worth, score.points), len(worth) - bisect_right(worth, score.points)
    return Standing(user, score, rank=more + 1, percentile=rate(fewer, len(worth) - 1))


def standing_of(user: User, period: str, day: date) -> Standing:
    return place_in(standings(user.entity, period, day), user, period, day)


def place_in(found: list[Standing], user: User, period: str, day: date) -> Standing:
    """The user's among the standings of the period that the day lies in; one without a rank when they have none."""
    place = next((one for one in found if one.user.pk == user.pk), None)
    if place is None:
        scores = PerformanceScore.objects.of(user.entity, period, stretch(period, day)[0])
        place = Standing(user, scores.filter(user=user).first() or PerformanceScore())
    return place


def scores_ever(entity, users: Iterable[User]) -> dict[int, PerformanceScore]:
    """The figures of all time by user, which badges go by; who did nothing is left out."""
    return {row.user_id: row for row in PerformanceScore.objects.of(entity, Period.ALL, EVER).filter(user__in=users)}
