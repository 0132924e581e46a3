"""A million leads in minutes, for demos and benchmarks.

The only writing of leads past the services: through them a million would take a day, and leave events, notifications
and reminders of what never happened. The rows are those that the services would have written, for each lead its code,
stays, assignments and activities; they go in by COPY, a batch in a transaction, and every constraint checks them. A
run that is killed leaves whole leads.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Model

from betterside import clock, days
from betterside.accounts.models import Entity, User
from betterside.accounts.roles import MANAGERS, SELLERS, Role
from betterside.errors import Invalid

from ...models import Lead, LeadStatus, StageEntry
from .. import codes, rollups
from . import journeys, people, tables

ROLLUPS = [model._meta.db_table for model in rollups.MODELS]
BATCH = 2_000
DAYS = 730
# Above 1 the past was busier than the present, below 1 the entity grows.
GROWTH = 0.8


@dataclass(frozen=True)
class Team:
    """What the leads of an entity may refer to. `campaigns` are (id, name), `projects` ids."""

    entity: Entity
    owners: list[User]
    managers: list[User]
    campaigns: list[tuple[int, str]] = field(default_factory=list)
    projects: list[int] = field(default_factory=list)


def team(entity: Entity, *, campaigns=(), projects=()) -> Team:
    """The entity's sellers, or CPs where the channel is its main pipeline. Invalid when nobody may own leads."""
    people = list(entity.users.able_to_own_leads().order_by("pk"))
    sellers = {Role.CP} if entity.main_pipeline == Entity.MainPipeline.CHANNEL else SELLERS
    owners = [user for user in people if user.role in sellers] or people
    if not owners:
        raise Invalid(f"Nobody in {entity.slug} may own leads. Make accounts first, or `manage.py seed`.")
    return Team(entity, owners, [user for user in people if user.role in MANAGERS], list(campaigns), list(projects))


def fill(team: Team, count: int, *, at_once: int = 1) -> Iterator[int]:
    """Write so many leads, spread over the two years that end now; yields after each batch how many it wrote.

    With `at_once` above 1 so many batches are under way together, each on a connection of its own, which see nothing of
    a transaction around this. After the last batch the rollups are rebuilt. Call `settle` at the end.
    """
    with rollups.rebuilt_after(team.entity.pk):
        yield from _fill(team, count, at_once)


def _fill(team: Team, count: int, at_once: int) -> Iterator[int]:
    statuses = LeadStatus.objects.of(team.entity.main_pipeline).order_by("position")
    batch = partial(_batch, team, journeys.Routes(list(statuses)), count, clock.now())
    firsts = range(0, count, BATCH)
    return _together(batch, firsts, at_once) if at_once > 1 else map(batch, firsts)


def _together(batch: Callable[[int], int], firsts: range, at_once: int) -> Iterator[int]:
    def in_thread(first: int) -> int:
        try:
            return batch(first)
        finally:
            connection.close()

    pool = ThreadPoolExecutor(at_once)
    try:
        yield from pool.map(in_thread, firsts)
    finally:
        pool.shutdown(cancel_futures=True)


def _batch(team: Team, routes: journeys.Routes, count: int, now: datetime, first: int) -> int:
    dice = random.Random(f"{team.entity.slug} {count} {first}")  # noqa: S311 - demo data
    places = range(first, min(first + BATCH, count))
    return _write(dice, team, routes, [_moment(dice, team.entity, now, place / count) for place in places], now)


def _moment(dice: random.Random, entity: Entity, now: datetime, share: float) -> datetime:
    """A time of the waking hours of the day that stands at this share of the two years."""
    day = now.date() - timedelta(days=DAYS - int(DAYS * share**GROWTH) - 1)
    moment = _midnight(day, entity.zone) + timedelta(minutes=int(dice.triangular(7 * 60, 23 * 60, 13 * 60)))
    return min(moment, now - timedelta(minutes=dice.randint(1, 200)))


def _write(dice: random.Random, team: Team, routes: journeys.Routes, moments: list[datetime], now: datetime) -> int:
    """One batch. Its codes are drawn before its transaction, so that nobody who creates a lead waits for it."""
    given = _codes(team.entity, moments)
    travelled = [journeys.travel(dice, routes, team.owners, team.managers, moment, now) for moment in moments]
    rows = tables.Rows(team, dice)
    with transaction.atomic(), rollups.silent():
        ids = _ids(Lead, len(travelled))
        stay_ids = iter(_ids(StageEntry, sum(len(journey.stays) for journey in travelled)))
        for pk, code, journey in zip(ids, given, travelled, strict=True):
            rows.add(pk, code, people.invent(dice, team.entity, pk), journey, stay_ids)
        rows.copy()
    return len(travelled)


def _codes(entity: Entity, moments: list[datetime]) -> list[str]:
    """A code of its year for each moment, in their order."""
    years = [moment.astimezone(entity.zone).year for moment in moments]
    free = {year: _reserve(entity, year, count) for year, count in Counter(years).items()}
    return [free[year].popleft() for year in years]


def _reserve(entity: Entity, year: int, count: int) -> deque[str]:
    """Exactly so many: codes that somebody chose by hand are made up for."""
    found = deque()
    with clock.at(datetime(year, 7, 1, tzinfo=UTC)):
        while len(found) < count:
            found.extend(codes.reserve(entity, count - len(found)))
    return found


def _ids(model: type[Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        cursor.execute(sequence, [model._meta.db_table, count])
        return [pk for (pk,) in cursor.fetchall()]


def settle() -> None:
    """What the database does by itself, later: sort what came in into the search index, and look at the tables anew.

    Not inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(table.split()[0] for table in [*tables.ALL, *ROLLUPS])}")


@lru_cache(maxsize=1000)
def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return days.start_of(day, zone)
