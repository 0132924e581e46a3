from datetime import timedelta
from itertools import chain

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import reverse
from django.utils import timezone

from betterside.accounts.models import Entity
from betterside.staff.home import Panel, Row, panel

from ..models import Lead

SHOWN = 8


@panel(order=20, permission="crm.view_lead")
def newest_leads(request) -> Panel:
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
            for lead in _newest()
        ],
        empty="No lead has come in yet.",
    )


def _newest():
    """Entity by entity, by the index of each one's list: there is none of all leads by the time they came."""
    own = Lead.objects.filter(entity=OuterRef("pk")).order_by("-created_at", "-id")
    by_entity = Entity.objects.values_list(ArraySubquery(own.values("pk")[:SHOWN]), flat=True)
    found = Lead.objects.filter(pk__in=chain.from_iterable(by_entity)).select_related("entity", "status")
    return found.order_by("-created_at", "-id")[:SHOWN]
