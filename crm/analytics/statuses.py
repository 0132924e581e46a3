"""Figures by status, with the statuses that have none."""

from django.db.models import Case, Q, When

from ..models import LeadStatus


def with_all(rows: list[dict], pipeline: str) -> list[tuple[LeadStatus, dict]]:
    """Rows that carry a `status` id, each with its status: the pipeline's own first, in its order, also those without
    a row ({}); then those of other pipelines that have one."""
    found = {row["status"]: row for row in rows}
    own_first = Case(When(pipeline=pipeline, then=0), default=1)
    statuses = LeadStatus.objects.filter(Q(pipeline=pipeline, is_active=True) | Q(pk__in=found))
    return [(status, found.get(status.pk, {})) for status in statuses.order_by(own_first, "pipeline", "position")]


def all_statuses() -> dict[int, LeadStatus]:
    """Every pipeline's, by id: some thirty."""
    return LeadStatus.objects.in_bulk()


def heading(status: LeadStatus) -> dict:
    return {"status_id": status.pk, "status_name": status.name, "pipeline": status.pipeline_id}
