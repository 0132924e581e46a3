"""The admin's first page: what waits for somebody. Apps add their panels from their admin modules."""

from collections.abc import Callable
from dataclasses import dataclass, field

_builders: list[tuple[int, str, Callable]] = []


@dataclass
class Row:
    text: str
    url: str
    details: str = ""
    when: object = None


@dataclass
class Panel:
    """`count` is how many wait (None: not a matter of waiting); `rows` the first few of them."""

    title: str
    icon: str
    url: str
    count: int | None = None
    note: str = ""
    rows: list[Row] = field(default_factory=list)
    empty: str = "Nothing waits."


def panel(*, order: int, permission: str):
    """Register a function `request -> Panel`; it must ask a number of queries that does not grow with the data."""

    def register(build):
        _builders.append((order, permission, build))
        return build

    return register


def panels(request) -> list[Panel]:
    wanted = sorted(_builders, key=lambda entry: entry[0])
    return [build(request) for _order, permission, build in wanted if request.user.has_perm(permission)]
