"""What is asked of leads most, by SQL that is made once for each way of asking: to compile it takes longer than to answer
it. Who sees what and what is filtered are said by the querysets all the same, for anybody of a role."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from betterside.accounts import roles
from betterside.accounts.models import User
from betterside.api.paging import stable
from betterside.api.shapes import Shape
from betterside.database.prepared import Given, Prepared, is_any

from . import filters
from .models import Lead, LeadNotFound

PAGING = {"page", "limit", "offset", "skip", "ordering"}
PREPARED = {"status", *filters.LEAD_COLUMNS}


def rows(
    shape: type[Shape], by: User, query: dict, found: QuerySet, window: tuple[int, int], order: str = "-created_at"
) -> list[dict]:
    """A page of `found`: what the user may see of the query, as it is `filters.resolved`. Days, search and what else is
    no column of the lead are left to `found`, which had better be lazy."""
    start, length = window
    filtered = {name: value for name, value in query.items() if name not in PAGING}
    if not filtered.keys() <= PREPARED:
        return shape.rows(stable(found.order_by(order))[start : start + length])
    page = _page(shape, Anybody(by.role, by.is_approved), frozenset(filtered), order)
    return page(start, length, entity=by.entity_id, user=by.pk, **filtered)


def seen_by(user: User, related: tuple[str, ...], **lookup) -> Lead:
    """What `LeadQuerySet.seen_by` finds, with the related objects. LeadNotFound, NotAllowed."""
    ((name, value),) = lookup.items()
    found = _one(name, related).objects(entity=user.entity_id, value=value)
    if not found:
        raise LeadNotFound
    return found[0].shown_to(user)


@dataclass(frozen=True)
class Anybody:
    """Whoever has this role, for `visible_to`."""

    role: int
    is_approved: bool

    @property
    def entity_id(self) -> Any:
        return Given("entity")

    @property
    def pk(self) -> Any:
        return Given("user")

    def may(self, right: str) -> bool:
        return roles.may(self, right)


@cache
def _page(shape: type[Shape], asker: Anybody, names: frozenset[str], order: str) -> Callable[..., list[dict]]:
    found = filters.about_leads(Lead.objects.visible_to(asker), {name: Given(name) for name in names - {"status"}})
    if "status" in names:
        found = found.filter(Q(is_any("status_id", Given("status"))))
    return shape.prepared(stable(found.order_by(order)))


@cache
def _one(name: str, related: tuple[str, ...]) -> Prepared:
    found = Lead.objects.select_related(*related).filter(entity_id=Given("entity"))
    return Prepared(found.filter(**{name: Given("value")}))
