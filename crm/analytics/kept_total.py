"""How many leads there are, as the rollups know it: every list of leads asks that."""

from functools import cache

from django.db.models import BigIntegerField, Func, Q

from betterside.database.prepared import Given, Prepared, is_any

from .. import filters
from ..anybody import Anybody
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
    asked = {name: value for name, value in filters.resolved(query).items() if name in NARROWED}
    rows = _statement(Anybody.like(by), frozenset(asked)).rows(entity=by.entity_id, user=by.pk, **asked)
    return int(rows[0][0] or 0) if rows else 0


@cache
def _statement(asker: Anybody, names: frozenset[str]) -> Prepared:
    kept = LeadRollup.objects.visible_to(asker).filter(counted_by=LeadRollup.CountedBy.CREATED)
    kept = kept.filter(*(NARROWED[name] for name in sorted(names)))
    by_owner = "assigned_user_id" in names or not asker.may("leads.read_entity")
    return Prepared(kept.spanning(None, None, by_owner=by_owner).order_by().values_list(TOTAL))
