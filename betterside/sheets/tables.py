from collections.abc import Iterable
from typing import NamedTuple


class Table(NamedTuple):
    """`rows` may be a generator; it is read once."""

    name: str
    columns: list[str]
    rows: Iterable[list]
