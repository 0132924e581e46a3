"""The leads as a board: a column per status, each capped, with its true count."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

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


def columns(found, cap: int = CAP) -> list[Column]:
    """All of the pipeline's statuses, also those without a lead. Three queries, whatever there is."""
    counts = dict(found.order_by().values_list("status_id").annotate(Count("pk")))
    statuses = LeadStatus.objects.of("channel").order_by("position")
    rows = {
        status.pk: Column(name=status.name, label=in_words(status.name), count=counts.get(status.pk, 0))
        for status in statuses
    }
    place = Window(RowNumber(), partition_by=F("status_id"), order_by=[F("created_at").desc(), F("id").desc()])
    for lead in found.annotate(place=place).filter(place__lte=cap):
        rows[lead.status_id].leads.append(lead)
    return list(rows.values())
