from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from betterside.accounts.models import Entity
from betterside.staff.home import Panel, Row, panel

from ..models import Lead

SHOWN = 8


@panel(order=20, permission="crm.view_lead")
def newest_leads(request) -> Panel:
    newest = Lead.objects.select_related("entity", "status").order_by("-id")[:SHOWN]
    # Named entity by entity, so that each is counted in the index of its own list.
    of_the_day = Lead.objects.filter(
        entity__in=Entity.objects.values("pk"), created_at__gte=timezone.now() - timedelta(days=1)
    )
    return Panel(
        title="Newest leads",
        icon="contact_phone",
        url=reverse("admin:crm_lead_changelist"),
        note=f"{of_the_day.count():,} in the last 24 hours.",
        rows=[
            Row(
                str(lead),
                reverse("admin:crm_lead_change", args=[lead.pk]),
                f"{lead.entity}: {lead.status}",
                lead.created_at,
            )
            for lead in newest
        ],
        empty="No lead has come in yet.",
    )
