"""The list of leads as rows, the newest first, page by page: memory holds one page, and no transaction stays open."""

from collections.abc import Iterator

from django.db.models import Q

# Column → where it is read.
COLUMNS = {
    "id": "pk",
    "lead_code": "lead_code",
    "first_name": "first_name",
    "last_name": "last_name",
    "full_name": "full_name",
    "email": "email",
    "phone": "phone",
    "company": "company",
    "job_title": "job_title",
    "status": "status__name",
    "pipeline": "pipeline_id",
    "platform": "platform",
    "source": "source",
    "campaign_name": "campaign_name",
    "project": "project__title",
    "score": "score",
    "value": "value",
    "assigned_user": "assigned_user__email",
    "created_at": "created_at",
    "assigned_at": "assigned_at",
    "last_interaction_at": "last_interaction_at",
    "closed_at": "closed_at",
    "updated_at": "updated_at",
    "notes": "notes",
}
PAGE = 1_000
CREATED, ID = list(COLUMNS).index("created_at"), list(COLUMNS).index("id")


def pages(leads) -> Iterator[list[tuple]]:
    """Rows of COLUMNS. A lead that comes while they are read is not among them, one that changes is as it is then."""
    rows = leads.order_by("-created_at", "-pk").values_list(*COLUMNS.values())
    page = list(rows[:PAGE])
    while page:
        yield page
        page = list(rows.filter(_after(page[-1]))[:PAGE]) if len(page) == PAGE else []


def _after(row: tuple) -> Q:
    """Said so that the index of the list leads straight to the next row."""
    created, pk = row[CREATED], row[ID]
    return Q(created_at__lte=created) & (Q(created_at__lt=created) | Q(pk__lt=pk))
