"""What happens to a made-up lead: who owns it, which statuses it passes, what people do with it. All before `now`."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from betterside.accounts.models import User

from ...models import Activity, LeadStatus

Type = Activity.Type
# Hours that a lead stays in a status before it moves on.
PACE = [1, 2, 3, 5, 8, 11, 14, 18, 21, 23, 23, 26, 40, 70, 120]
# Of 100 leads so many are won and lost; the others stop somewhere on the way, the further the fewer.
WON, LOST = 14, 70
FEWER = 0.6
REASSIGNED, UNOWNED, FOLLOWED_UP, EXTRA_CALL = 0.10, 0.01, 0.35, 0.25
WORK = [
    (Type.CALL, "Called, wants to hear more"),
    (Type.CALL, "Nobody answered, left a message"),
    (Type.EMAIL, "Sent the brochure and the prices"),
    (Type.MEETING, "Met at the office"),
    (Type.NOTE, "Asked for a better offer"),
]
PLANS = ["Call again about the offer", "Ask for the documents", "Confirm the appointment", "Send the timetable"]
REASONS = ["Workload balancing", "Speaks the language", "Owner is away"]


class Routes:
    """The ways through a pipeline: its line up to somewhere, and from there perhaps to lost."""

    def __init__(self, statuses: list[LeadStatus]):
        self.line = [status for status in statuses if not status.is_lost]
        self.lost = next((status for status in statuses if status.is_lost), None)

    @cached_property
    def _weighted(self) -> tuple[list[list[LeadStatus]], list[float]]:
        stops = [self.line[:length] for length in range(1, len(self.line))]
        shares = [FEWER**place for place in range(len(stops))]
        lost = LOST if self.lost else 0
        stopping = [(100 - WON - lost) * share / sum(shares) for share in shares]
        losing = [lost * share / sum(shares) for share in shares]
        return (
            [self.line, *stops, *([*stop, self.lost] for stop in stops if self.lost)],
            [WON, *stopping, *(losing if self.lost else [])],
        )

    def choose(self, dice: random.Random) -> list[LeadStatus]:
        return dice.choices(*self._weighted)[0]


@dataclass
class Stay:
    status: LeadStatus
    entered: datetime
    user: User | None
    exited: datetime | None = None


@dataclass
class Holding:
    """A stretch of ownership; `by` None when the system gave it."""

    user: User
    since: datetime
    by: User | None = None
    reason: str = ""
    until: datetime | None = None


@dataclass
class Deed:
    """An activity; `due` makes it a follow-up that is pending."""

    user: User | None
    kind: str
    title: str
    text: str
    at: datetime
    due: datetime | None = None
    automatic: bool = False


@dataclass
class Journey:
    created: datetime
    stays: list[Stay]
    holdings: list[Holding]
    deeds: list[Deed]

    @property
    def status(self) -> LeadStatus:
        return self.stays[-1].status

    @property
    def furthest(self) -> int:
        return max(stay.status.position for stay in self.stays if not stay.status.is_lost)

    @property
    def was_late(self) -> bool:
        """Lead.was_late; only the last stay can be in a closing status."""
        ended = [stay for stay in self.stays if stay.exited]
        return any(stay.exited - stay.entered > timedelta(hours=stay.status.sla_hours) for stay in ended)

    @property
    def touched(self) -> datetime | None:
        """When somebody last did something with the lead."""
        return max((deed.at for deed in self.deeds if not deed.automatic), default=None)

    @property
    def changed(self) -> datetime:
        return max(self.stays[-1].entered, *(holding.since for holding in self.holdings), self.created)


def travel(dice: random.Random, routes: Routes, owners: list[User], managers: list[User], created, now) -> Journey:
    journey = Journey(created, [Stay(routes.line[0], created, None)], [], [])
    _remember(journey, None, Type.STATUS_CHANGE, "Lead created", created)
    given = created + timedelta(minutes=dice.randint(5, 170))
    if given < now and dice.random() >= UNOWNED:
        _give(journey, Holding(dice.choice(owners), given))
        _walk(dice, journey, routes.choose(dice)[1:], given, now)
        _pass_on(dice, journey, owners, managers, now)
        _plan(dice, journey, now)
    return journey


def _walk(dice: random.Random, journey: Journey, way: list[LeadStatus], moment: datetime, now: datetime) -> None:
    owner = journey.holdings[0].user
    for status in way:
        moment += timedelta(hours=dice.choice(PACE), minutes=dice.randrange(60))
        if moment >= now:
            return
        before = journey.stays[-1]
        before.exited = moment
        journey.stays.append(Stay(status, moment, owner))
        _work(dice, journey, moment)
        _remember(journey, owner, Type.STATUS_CHANGE, f"{before.status.name} → {status.name}", moment)


def _work(dice: random.Random, journey: Journey, moment: datetime) -> None:
    """What led to the move, and now and then a try before that."""
    owner, (kind, text) = journey.holdings[0].user, dice.choice(WORK)
    journey.deeds.append(Deed(owner, kind, "", text, moment))
    if dice.random() < EXTRA_CALL:
        earlier = max(journey.stays[-2].entered, moment - timedelta(minutes=dice.randint(10, 300)))
        journey.deeds.append(Deed(owner, Type.CALL, "", WORK[1][1], earlier))


def _give(journey: Journey, holding: Holding) -> None:
    journey.holdings.append(holding)
    said = f"Assigned to {holding.user.get_full_name()}" + (f": {holding.reason}" if holding.reason else "")
    _remember(journey, holding.by, Type.ASSIGNMENT, "Lead assigned", holding.since, said)


def _pass_on(dice: random.Random, journey: Journey, owners: list[User], managers: list[User], now: datetime) -> None:
    """To somebody else, after the last move: whoever moved the lead owned it then."""
    first, last = journey.holdings[0], journey.stays[-1]
    moment = max(first.since, last.entered) + timedelta(hours=dice.choice(PACE))
    others = [owner for owner in owners if owner.pk != first.user.pk]
    if not others or last.status.is_closed or moment >= now or dice.random() >= REASSIGNED * 3:
        return
    first.until = moment
    by = dice.choice(managers) if managers else None
    _give(journey, Holding(dice.choice(others), moment, by, dice.choice(REASONS)))


def _plan(dice: random.Random, journey: Journey, now: datetime) -> None:
    """A follow-up of an open lead: some are overdue, most are to come."""
    if journey.status.is_closed or dice.random() >= FOLLOWED_UP:
        return
    planned = min(now, journey.changed + timedelta(hours=1))
    due = max(planned, now - timedelta(days=4)) + timedelta(hours=dice.randint(1, 30 * 24))
    owner = journey.holdings[-1].user
    journey.deeds.append(Deed(owner, Type.FOLLOW_UP, "Follow-up planned", dice.choice(PLANS), planned, due))


def _remember(journey: Journey, user: User | None, kind: str, title: str, at: datetime, text: str = "") -> None:
    """What the services record by themselves."""
    journey.deeds.append(Deed(user, kind, title, text or title, at, automatic=True))
