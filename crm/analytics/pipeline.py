"""The main pipeline at a glance: how many leads are where, and the board."""

from ..models import Lead, LeadStatus
from . import tallies


def counts(by, pipeline: str) -> list[tuple[LeadStatus, int]]:
    """Of the leads that the user may see: each status of the pipeline in its order with its number of leads; one that is out of use only when it has some."""
    rows = tallies.of_leads(by, {"pipeline": pipeline}, "status_id")
    found = {row["status_id"]: row["leads"] for row in rows}
    statuses = LeadStatus.objects.filter(pipeline=pipeline).order_by("position")
    return [(status, found.get(status.pk, 0)) for status in statuses if status.is_active or status.pk in found]


def board(leads, statuses: list[LeadStatus], cap: int) -> dict[str, list[Lead]]:
    """The newest leads of each status, `cap` at most, by status name. One query that reads no more than it shows."""
    columns = {status.name: [] for status in statuses}
    newest = leads.order_by("-created_at", "-pk").select_related("status")
    cut = [newest.filter(pipeline_id=status.pipeline_id, status=status)[:cap] for status in statuses]
    found = cut[0].union(*cut[1:], all=True) if cut else []
    for lead in sorted(found, key=lambda lead: (lead.created_at, lead.pk), reverse=True):
        columns[lead.status.name].append(lead)
    return columns
