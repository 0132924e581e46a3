"""A nightly look at each form: leads that Meta has and no webhook brought are put into the inbox."""

import time
from datetime import timedelta

from django.utils import timezone

from ..graph import errors
from ..models import CaptureRoute, InboxEntry, MetaPage, ReconcileRun
from . import inbox, mapping, pages

DAYS = 3
FORMS_SEEN_WITHIN_DAYS = 90


def forms() -> list[tuple[str, str]]:
    """(page, form) of every form that a route names or that sent a lead lately."""
    routed = CaptureRoute.objects.filter(is_active=True).exclude(form_id="").values_list("page_id", "form_id")
    since = timezone.now() - timedelta(days=FORMS_SEEN_WITHIN_DAYS)
    seen = InboxEntry.objects.filter(received_at__gte=since).exclude(form_id="").values_list("page_id", "form_id")
    return sorted({*routed, *seen.order_by().distinct()})


def run(*, wake) -> ReconcileRun:
    """Ask each form for the leads of the last days. One form that fails does not stop the others."""
    result = ReconcileRun.objects.create()
    for page_id, form_id in forms():
        result.forms += 1
        page = pages.get(page_id)
        try:
            seen, missing = _form(page, form_id, wake)
        except errors.GraphError as error:
            pages.heed(page, error)
            result.trouble += f"{page_id} / {form_id}: {error.reason}\n"
            continue
        result.leads_seen += seen
        result.leads_missing += missing
    result.finished_at = timezone.now()
    result.save()
    return result


def _form(page: MetaPage, form_id: str, wake) -> tuple[int, int]:
    """(leads that Meta has, those that we had not). A page that waits for Meta or for a token is not asked for."""
    if not pages.is_ready(page):
        raise errors.Temporary("Not asked: the page is paused or needs a new token.")
    since = int(time.time()) - DAYS * 86400
    found = [_entry(page.page_id, form_id, lead) for lead in pages.client(page).form_leads(form_id, since)]
    rows = [row for row in found if row]
    known = set(
        InboxEntry.objects.filter(source_lead_id__in=[row.source_lead_id for row in rows]).values_list(
            "source_lead_id", flat=True
        )
    )
    missing = [row for row in rows if row.source_lead_id not in known]
    InboxEntry.objects.bulk_create(missing, ignore_conflicts=True, batch_size=500)
    if missing:
        wake(page.page_id)
    return len(rows), len(missing)


def _entry(page_id: str, form_id: str, lead: dict) -> InboxEntry | None:
    lead_id = inbox.id_of(lead, "id")
    if not lead_id:
        return None
    return InboxEntry(
        source_lead_id=lead_id,
        page_id=page_id,
        form_id=form_id,
        ad_id=inbox.id_of(lead, "ad_id"),
        campaign_id=inbox.id_of(lead, "campaign_id"),
        created_time=mapping.moment(lead.get("created_time")),
        change={"reconciled": {"id": lead_id}},
        found_by=InboxEntry.FoundBy.RECONCILE,
    )
