"""How many leads there are, as the rollups know it: every list of leads asks that."""

from functools import cache

from django.db.models import BigIntegerField, Func, Q

from betterside.database.prepared import Given, Prepared, is_any

from .. import filters
from ..models import LeadRollup

NARROWED = {
    "pipeline": Q(pipeline_id=Given("pipeline")),
    "platform": Q(platform=Given("platform")),
    "assigned_user_id": Q(assigned_user_id=Given("assigned_user_id")),
    "status": Q(is_any("status_id", Given("status"))),
}
TOTAL = Func("leads", function="sum", output_field=BigIntegerField())


def of(by, query: dict) -> int:
    """Of the leads that the user may see (`LeadQuerySet.visible_to`) and that any of NARROWED in the query leaves."""
    if not by.is_approved or not by.may("leads.read"):
        return 0
    asked = {name: value for name, value in filters.resolved(query).items() if name in NARROWED}
    statement = _statement(frozenset(asked), only_own=not by.may("leads.read_entity"))
    ((total,),) = statement.rows(entity=by.entity_id, user=by.pk, **asked)
    return int(total or 0)


@cache
def _statement(names: frozenset[str], *, only_own: bool) -> Prepared:
    kept = LeadRollup.objects.filter(entity_id=Given("entity"), counted_by=LeadRollup.CountedBy.CREATED)
    kept = kept.filter(*(NARROWED[name] for name in sorted(names)))
    if only_own:
        kept = kept.filter(assigned_user_id=Given("user"))
    kept = kept.spanning(None, None, by_owner=only_own or "assigned_user_id" in names)
    return Prepared(kept.order_by().values_list(TOTAL))
