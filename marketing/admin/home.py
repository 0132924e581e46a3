from django.urls import reverse

from betterside.staff.home import Panel, Row, panel

from ..models import InboxEntry, MetaPage

SHOWN = 5


@panel(order=30, permission="marketing.view_inboxentry")
def capture_waits(request) -> Panel:
    states = InboxEntry.State
    waiting = InboxEntry.objects.filter(state__in=[states.FAILED, states.UNROUTED])
    received = InboxEntry.objects.filter(state=states.RECEIVED)
    rows = [
        Row(
            entry.source_lead_id,
            reverse("admin:marketing_inboxentry_change", args=[entry.pk]),
            f"{entry.state}: {entry.reason}",
            entry.received_at,
        )
        for entry in waiting.order_by("-received_at")[:SHOWN]
    ]
    oldest = received.order_by("received_at").values_list("received_at", flat=True).first()
    return Panel(
        title="Captures that wait",
        icon="inbox",
        url=reverse("admin:marketing_inboxentry_changelist") + "?state__in=failed,unrouted",
        count=waiting.count(),
        note=f"{received.count()} wait to be fetched from Meta, the oldest since {oldest:%d %b, %H:%M}."
        if oldest
        else "",
        rows=rows,
        empty="Every delivery was captured.",
    )


@panel(order=31, permission="marketing.view_metapage")
def pages_to_connect(request) -> Panel:
    dead = MetaPage.objects.filter(needs_reconnect=True)
    return Panel(
        title="Pages to connect again",
        icon="link_off",
        url=reverse("admin:marketing_metapage_changelist") + "?needs_reconnect__exact=1",
        count=dead.count(),
        rows=[
            Row(str(page), reverse("admin:marketing_metapage_change", args=[page.pk]), page.trouble, page.updated_at)
            for page in dead.order_by("-updated_at")[:SHOWN]
        ],
        empty="All pages are connected.",
    )
