"""What is asked of leads most, by SQL that is made once for each way of asking: to compile it takes longer than to answer
it. Who sees what and what is filtered are said by the querysets all the same, for anybody of a role."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet

from betterside.accounts import roles
from betterside.accounts.models import User
from betterside.api.paging import stable
from betterside.api.shapes import Shape
from betterside.database.prepared import Given, PreparedObjects, is_any

from . import filters
from .models import Lead, LeadNotFound

PAGING = {"page", "limit", "offset", "skip", "ordering"}
PREPARED = {"status", *filters.LEAD_COLUMNS}
# More ways of asking than are in use at a time.
KEPT = 256
# A larger id would be compared as a numeric, which no index of whole numbers serves.
BIGGEST = BigIntegerField.MAX_BIGINT


def rows(
    shape: type[Shape], by: User, query: dict, found: QuerySet, window: tuple[int, int], order: str = "-created_at"
) -> list[dict]:
    """A page of what the user may see of the query, as it is `filters.resolved`.

    `found` must be just that, as a queryset: days, search and what else is no column of the lead are asked of it, the
    rest is not, so it had better be lazy.
    """
    start, length = window
    filtered = {name: value for name, value in query.items() if name not in PAGING}
    if not filtered.keys() <= PREPARED:
        return shape.rows(stable(found.order_by(order))[start : start + length])
    one_status = len(filtered.get("status", ())) == 1
    if one_status:
        (filtered["status"],) = filtered["status"]
    page = _page(shape, Anybody(by.role, by.is_approved), frozenset(filtered), order, one_status)
    return page(start, length, entity=by.entity_id, user=by.pk, **filtered)


def seen_by(user: User, related: tuple[str, ...], **lookup) -> Lead:
    """What `LeadQuerySet.seen_by` finds by one unique column, with the related objects. LeadNotFound, NotAllowed."""
    ((name, value),) = lookup.items()
    if isinstance(value, int) and value > BIGGEST:
        raise LeadNotFound
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


@lru_cache(KEPT)
def _page(shape: type[Shape], asker: Anybody, names: frozenset[str], order: str, one_status: bool) -> Callable:
    found = filters.about_leads(Lead.objects.visible_to(asker), {name: Given(name) for name in names - {"status"}})
    if "status" in names:
        found = found.filter(_of_one_status() if one_status else _of_any_status())
    return shape.prepared(stable(found.order_by(order)))


def _of_one_status() -> Q:
    """An equality: of an array of one the index does not give the leads in order."""
    return Q(status_id=Given("status"))


def _of_any_status() -> Q:
    return Q(is_any("status_id", Given("status")))


@lru_cache(KEPT)
def _one(name: str, related: tuple[str, ...]) -> PreparedObjects:
    found = Lead.objects.select_related(*related).filter(entity_id=Given("entity")).order_by()
    return PreparedObjects(found.filter(**{name: Given("value")}))
