"""Whoever asks, for statements that are made once: `visible_to(Anybody(role, is_approved))` says what anybody of the role
may see, with entity and person given when it is asked."""

from dataclasses import dataclass
from typing import Any

from betterside.accounts import roles
from betterside.accounts.models import User
from betterside.database.prepared import Given


@dataclass(frozen=True)
class Anybody:
    role: int
    is_approved: bool

    @classmethod
    def like(cls, user: User) -> "Anybody":
        return cls(user.role, user.is_approved)

    @property
    def entity_id(self) -> Any:
        return Given("entity")

    @property
    def pk(self) -> Any:
        return Given("user")

    def may(self, right: str) -> bool:
        return roles.may(self, right)
