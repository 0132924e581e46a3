"""Rows of the matrix; `tests.access` explains them."""

import copy
import re
import uuid
from dataclasses import dataclass, field

from django.urls import reverse

ROLES = (
    "anonymous",
    "unapproved",
    "foreign",
    "admin",
    "manager",
    "rep",
    "rep_colleague",
    "agent",
    "agent_colleague",
    "support",
    "cp",
    "cp_colleague",
    "developer",
    "buyer",
)
GROUPS = {
    "everyone": ROLES,
    "rest": ROLES[3:],
    "managers": ("admin", "manager"),
    "sellers": ("rep", "rep_colleague", "agent", "agent_colleague"),
    "reps": ("rep", "rep_colleague"),
    "agents": ("agent", "agent_colleague"),
    "cps": ("cp", "cp_colleague"),
    "staff": ("admin", "manager", "rep", "rep_colleague", "agent", "agent_colleague", "support"),
}
ROWS: list["Row"] = []
THINGS: dict = {}


@dataclass(frozen=True)
class Row:
    method: str
    name: str
    statuses: dict[str, int]
    on: tuple[str, ...] = ()
    body: dict | list | None = None
    query: str = ""
    headers: dict = field(default_factory=dict)
    page: bool = False
    label: str = ""

    def __str__(self):
        return " ".join(filter(None, [self.method, self.name, self.label]))

    def path(self, world, missing: bool = False) -> str:
        """The address of the world's objects; of objects that never were, if `missing`."""
        values = [world.read(name) for name in self.on]
        path = reverse(self.name, args=[_never(value) for value in values] if missing else values)
        return f"{path}?{self.fill(self.query, world)}" if self.query else path

    def payload(self, world):
        return self.fill(copy.deepcopy(self.body), world)

    def fill(self, value, world):
        """The value with each `{rep.pk}` read from the world; a text that is nothing else keeps the type."""
        if isinstance(value, dict):
            return {key: self.fill(item, world) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, world) for item in value]
        if not isinstance(value, str):
            return value
        if whole := re.fullmatch(r"\{([\w.]+)\}", value):
            found = world.read(whole[1])
            return found if isinstance(found, int) else str(found)
        return re.sub(r"\{([\w.]+)\}", lambda match: str(world.read(match[1])), value)

    def insider(self) -> str:
        """A role that this row lets in; anonymous when it lets nobody in, or everybody."""
        welcome = [role for role in ROLES if self.statuses[role] in (200, 201, 202, 204)]
        return "anonymous" if "anonymous" in welcome else next(iter(welcome), "anonymous")


def row(method: str, name: str, *, on: str = "", body=None, query: str = "", headers=None, label: str = "", **said):
    """Add a row for an API route; the keywords beyond are roles and groups with their status."""
    _add(method, name, on, body, query, headers, label, said, page=False)


def page(method: str, name: str, *, on: str = "", body=None, query: str = "", headers=None, label: str = "", **said):
    """Add a row for a page: signed in by session, forms instead of JSON."""
    _add(method, name, on, body, query, headers, label, said, page=True)


def _add(method, name, on, body, query, headers, label, said, *, page):
    ROWS.append(
        Row(
            method=method,
            name=name,
            statuses=_statuses(said, on=on, page=page),
            on=tuple(on.split()),
            body=body,
            query=query,
            headers=headers or {},
            page=page,
            label=label or query,
        )
    )


def _statuses(said: dict[str, int], *, on: str, page: bool) -> dict[str, int]:
    if unknown := set(said) - set(ROLES) - set(GROUPS):
        raise ValueError(f"Not a role or group: {', '.join(sorted(unknown))}")
    statuses = {"anonymous": 302 if page else 401, "unapproved": 403}
    # The widest group first, so that a narrower word wins.
    for group in sorted(GROUPS, key=lambda group: -len(GROUPS[group])):
        if group in said:
            statuses |= dict.fromkeys(GROUPS[group], said[group])
    statuses |= {role: status for role, status in said.items() if role in ROLES}
    if "foreign" not in statuses:
        statuses["foreign"] = 404 if on else statuses.get("manager")
    if missing := [role for role in ROLES if statuses.get(role) is None]:
        raise ValueError(f"What do {', '.join(missing)} get? Say it, or `rest`.")
    return statuses


def thing(make):
    """Register a function of the world that builds an object which rows name."""
    if make.__name__ in THINGS:
        raise ValueError(f"There is a {make.__name__} already.")
    THINGS[make.__name__] = make
    return make


def _never(value):
    if isinstance(value, int):
        return 2**40 + value
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    return str(2**40) if str(value).isdigit() else "never-was"
