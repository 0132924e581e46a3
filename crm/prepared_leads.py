"""What is asked of leads most, by SQL that is made once for each way of asking: to compile it takes longer than to answer
it. Who sees what and what is filtered are said by the querysets all the same, for anybody of a role."""

from collections.abc import Callable
from functools import lru_cache

from django.db.models import BigIntegerField, Q, QuerySet
from django.utils.functional import SimpleLazyObject

from betterside.accounts.models import User
from betterside.api.paging import stable
from betterside.api.shapes import Shape
from betterside.database.prepared import Given, PreparedObjects, is_any

from . import filters
from .analytics import tallies
from .anybody import Anybody
from .models import Lead, LeadNotFound

PAGING = {"page", "limit", "offset", "skip", "ordering"}
PREPARED = {"status", *filters.LEAD_COLUMNS}
# More ways of asking than are in use at a time.
KEPT = 256
# A larger id would be compared as a numeric, which no index of whole numbers serves.
BIGGEST = BigIntegerField.MAX_BIGINT


def page(
    shape: type[Shape], by: User, query: dict, window: tuple[int, int], order: str = "-created_at"
) -> tuple[list[dict], int]:
    """A page of the leads that the user may see of the query (`filters.leads`), and how many these are in all."""
    asked = filters.resolved(query)
    found = SimpleLazyObject(lambda: filters.leads(Lead.objects.visible_to(by), asked, by.entity.zone))
    return _rows(shape, by, asked, found, window, order), tallies.total(by, found, asked)


def _rows(
    shape: type[Shape], by: User, asked: dict, found: QuerySet, window: tuple[int, int], order: str
) -> list[dict]:
    start, length = window
    filtered = {name: value for name, value in asked.items() if name not in PAGING}
    if not filtered.keys() <= PREPARED:
        return shape.rows(stable(found.order_by(order))[start : start + length])
    one_status = len(filtered.get("status", ())) == 1
    if one_status:
        (filtered["status"],) = filtered["status"]
    rows = _page(shape, Anybody.like(by), frozenset(filtered), order, one_status)
    return rows(start, length, entity=by.entity_id, user=by.pk, **filtered)


def seen_by(user: User, related: tuple[str, ...], **lookup) -> Lead:
    """What `LeadQuerySet.seen_by` finds by one unique column, with the related objects. LeadNotFound, NotAllowed."""
    ((name, value),) = lookup.items()
    if isinstance(value, int) and value > BIGGEST:
        raise LeadNotFound
    found = _one(name, related).objects(entity=user.entity_id, value=value)
    if not found:
        raise LeadNotFound
    return found[0].shown_to(user)


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
