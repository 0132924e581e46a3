"""The leads as a board: a column per status, each capped, with its true count."""

from dataclasses import dataclass, field

from betterside.ui import in_words
from crm.models import Lead, LeadStatus

CAP = 30


@dataclass
class Column:
    name: str
    label: str
    count: int
    leads: list[Lead] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        return self.count - len(self.leads)


def columns(found, counts: dict[int, int], cap: int = CAP) -> list[Column]:
    """All of the pipeline's statuses, also those without a lead; `counts` are of `found`, by status."""
    statuses = LeadStatus.objects.of("channel").order_by("position")
    columns = {
        status.pk: Column(name=status.name, label=in_words(status.name), count=counts.get(status.pk, 0))
        for status in statuses
    }
    for lead in found.filter(pk__in=_newest(found, [pk for pk in columns if counts.get(pk)], cap)):
        columns[lead.status_id].leads.append(lead)
    return list(columns.values())


def _newest(found, statuses: list[int], cap: int) -> list[int]:
    """The newest leads of each status, each status's by its own way through an index: no other lead is looked at."""
    parts = [
        found.order_by("-created_at", "-pk").filter(status=pk).values_list("pk", flat=True)[:cap] for pk in statuses
    ]
    return list(parts[0].union(*parts[1:], all=True)) if parts else []
