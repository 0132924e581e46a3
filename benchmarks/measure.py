"""One client that asks the product and the floor in turn, so that both meet the same weather."""

import http.client
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from .cases import CASES, CP, GROWTH, MANAGER, MARKETING, PRACTICE, Case, Stock, thirty_days_ago
from .house import BenchHouse

WARM_UP = 5
# Seconds of lists before the first case of a size is measured.
WARMING = 4
# Seconds for one side of one case at one size, after which it is asked no more, unless that was fewer than so often.
LONGEST, FEWEST = 1.5, 2
STOCK = """
SELECT lead.id FROM crm_lead lead JOIN accounts_entity entity ON entity.id = lead.entity_id
WHERE entity.slug = 'large' AND lead.deleted_at IS NULL AND {} ORDER BY lead.id DESC LIMIT 2000
"""


@dataclass(frozen=True)
class Measured:
    """Milliseconds, medians."""

    ms: float
    floor_ms: float
    rounds: int

    @property
    def ratio(self) -> float:
        return self.ms / self.floor_ms

    def __str__(self) -> str:
        return f"{in_ms(self.ms)} / {in_ms(self.floor_ms)} = {self.ratio:.1f}×"


def in_ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


class Client:
    """One kept-alive connection, with as little of its own as possible."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def hang_up(self) -> None:
        """The next request opens another connection."""
        self.connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> float:
        """Milliseconds until the whole answer is here; it is left in `content`."""
        started = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            self.content = answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        took = (time.perf_counter() - started) * 1000
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {self.content[:300]!r}")
        return took


class Side:
    """The product or the floor in one case. The first answers, of cold caches, do not count."""

    def __init__(self, ask: Callable[[], float], repeat: int):
        self._ask, self.repeat, self.spent, self.all = ask, repeat, 0.0, []

    def ask(self) -> None:
        self.all.append(self._ask())
        self.spent += self.all[-1] / 1000

    @property
    def kept(self) -> list[float]:
        return self.all[min(WARM_UP, len(self.all) // 2) :]

    @property
    def wants_more(self) -> bool:
        enough = len(self.all) >= WARM_UP + self.repeat
        return not enough and (self.spent < LONGEST or len(self.all) < FEWEST)

    @property
    def median(self) -> float:
        return statistics.median(self.kept)


class Desk:
    """Everything that a case needs to be asked: clients, tokens, stock."""

    def __init__(self, house: BenchHouse):
        self.house = house
        self.product, self.floor = Client(house.port), Client(house.floor_port)
        self.tokens = {who: house.token(who) for who in (MANAGER, CP, GROWTH, PRACTICE, MARKETING)}
        self.sids = {who: house.sid(token) for who, token in self.tokens.items()}
        self.restock()

    def restock(self) -> None:
        """After a fill. While a long one ran the servers hung up on who was silent."""
        self.product.hang_up()
        self.floor.hang_up()

        def ids(where: str) -> list[int]:
            return [pk for (pk,) in self.house.ask(STOCK.format(where))]

        self.stock = Stock(ids("true"), ids("status_id = 1"), thirty_days_ago())

    def warm_up(self, cases: list[Case]) -> None:
        """The first case would pay for cold caches and for what a load leaves to be tidied."""
        lists, until = [case for case in cases if case.group == "lists"], time.perf_counter() + WARMING
        while lists and time.perf_counter() < until:
            for case in lists:
                self.product.ask(*self.request(case))
                self.floor.ask(*self.floor_request(case))

    def request(self, case: Case) -> tuple:
        method, path, body, headers = case.request(self.stock.parameters(case))
        if case.who:
            headers["Authorization"] = f"Bearer {self.tokens[case.who]}"
        return method, path, body, headers

    def floor_request(self, case: Case) -> tuple:
        values = urlencode(self.stock.parameters(case))
        headers = {"Authorization": self.sids[case.who]} if case.who else {}
        return case.method, f"/{CASES.index(case)}?{values}", None, headers

    def measure(self, case: Case, repeat: int) -> Measured:
        product = Side(lambda: self.product.ask(*self.request(case)), repeat)
        floor = Side(lambda: self.floor.ask(*self.floor_request(case)), repeat)
        while product.wants_more or floor.wants_more:
            for side in (product, floor):
                if side.wants_more:
                    side.ask()
        return Measured(product.median, floor.median, len(product.kept))

    def count_queries(self, cases: list[Case]) -> dict[str, int]:
        asked = []
        for case in cases:
            method, path, body, headers = self.request(case)
            asked.append([case.name, method, path, body and body.decode(), headers])
        return json.loads(self.house.python("benchmarks.queries", say=json.dumps(asked)))
