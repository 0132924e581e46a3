"""The figures of /api/stages that are about stays begun in a range, worked out slowly, by the words of DESIGN section 6.

Each method answers with the rows that have figures, by what they are about.
"""

from datetime import timedelta
from fractions import Fraction

from ..models import StageEntry
from .slow_figures import HOUR, Slow, share

US = timedelta(microseconds=1)


def mean(spans: list[timedelta]) -> float | None:
    return round(float(Fraction(sum(span // US for span in spans), len(spans) * (HOUR // US))), 2) if spans else None


class SlowStays:
    def __init__(self, slow: Slow, query: dict):
        self.slow, self.statuses = slow, slow.statuses
        self.by_pk = {stay.pk: stay for stay in slow.stays}
        self.next = {stay.previous_id: stay for stay in slow.stays if stay.previous_id}
        self.begun = [stay for stay in slow.stays if self._asked_for(stay, query)]
        self.moves = [stay for stay in self.begun if stay.previous_id]

    def _asked_for(self, stay: StageEntry, query: dict) -> bool:
        pipeline = self.slow.all[stay.lead_id].pipeline_id
        return self.slow.within(stay.entered_at, query) and query.get("pipeline", pipeline) == pipeline

    def _by_status(self) -> dict[int, list[StageEntry]]:
        found: dict[int, list[StageEntry]] = {}
        for stay in self.begun:
            found.setdefault(stay.status_id, []).append(stay)
        return found

    def lasted(self, stay: StageEntry) -> timedelta:
        return (stay.exited_at or self.slow.now) - stay.entered_at

    def before(self, moves: list[StageEntry]) -> float | None:
        hours = [self.by_pk[stay.previous_id].duration_hours for stay in moves]
        return round(float(sum(hours) / len(hours)), 2) if hours else None

    def performance(self) -> dict[int, tuple]:
        return {pk: self._performance(pk, stays) for pk, stays in self._by_status().items()}

    def _performance(self, pk: int, stays: list[StageEntry]) -> tuple:
        ended = [self.lasted(stay) for stay in stays if stay.exited_at]
        ends = [mean([end(ended)]) if ended else None for end in (min, max)]
        waiting = [] if self.statuses[pk].is_closed else stays
        late = [len({one.lead_id for one in waiting if self.lasted(one) > hours * HOUR}) for hours in (24, 48)]
        return (len(stays), len(ended), len(stays) - len(ended), mean(ended), *ends, *late)

    def conversion(self) -> dict[int, tuple]:
        return {pk: self._conversion(pk, s) for pk, s in self._by_status().items() if not self.statuses[pk].is_closed}

    def _conversion(self, pk: int, stays: list[StageEntry]) -> tuple:
        after = [(stay.lead_id, self.statuses[self.next[stay.pk].status_id]) for stay in stays if stay.pk in self.next]
        entered = len({stay.lead_id for stay in stays})
        here = self.statuses[pk].position
        advanced = len({lead for lead, status in after if not status.is_lost and status.position > here})
        lost = len({lead for lead, status in after if status.is_lost})
        waiting = len({stay.lead_id for stay in stays if not stay.exited_at})
        return entered, advanced, lost, waiting, share(advanced, entered), share(lost, entered)

    def bottlenecks(self) -> dict[int, tuple]:
        return {pk: self._bottleneck(pk, s) for pk, s in self._by_status().items() if not self.statuses[pk].is_closed}

    def _bottleneck(self, pk: int, stays: list[StageEntry]) -> tuple:
        allowed, spans = self.statuses[pk].sla_hours, [self.lasted(stay) for stay in stays]
        late = sum(span > allowed * HOUR for span in spans)
        lost = sum(self.statuses[self.next[stay.pk].status_id].is_lost for stay in stays if stay.pk in self.next)
        waiting, average = sum(stay.exited_at is None for stay in stays), mean(spans)
        rates = late, share(late, len(stays)), lost, share(lost, len(stays))
        return (len(stays), waiting, average, *rates, average > allowed)

    def transitions(self) -> dict[tuple, tuple]:
        steps: dict[tuple, list[StageEntry]] = {}
        for stay in self.moves:
            steps.setdefault((self.by_pk[stay.previous_id].status_id, stay.status_id), []).append(stay)
        left = {one: sum(len(moves) for (before, _), moves in steps.items() if before == one) for one, _ in steps}
        return {step: (len(s), share(len(s), left[step[0]]), self.before(s)) for step, s in steps.items()}

    def movers(self) -> dict[int, tuple]:
        people = {stay.user_id for stay in self.moves if stay.user_id}
        return {pk: self._mover([stay for stay in self.moves if stay.user_id == pk]) for pk in people}

    def _mover(self, moves: list[StageEntry]) -> tuple:
        handled = len({stay.lead_id for stay in moves})
        won = len({stay.lead_id for stay in moves if self.statuses[stay.status_id].is_won})
        lost = len({stay.lead_id for stay in moves if self.statuses[stay.status_id].is_lost})
        return len(moves), handled, won, lost, share(won, handled), self.before(moves)
