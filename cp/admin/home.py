from django.urls import reverse

from betterside.staff.home import Panel, Row, panel

from ..models import AdsRequest, MarketingRequest

SHOWN = 5


@panel(order=30, permission="cp.view_adsrequest")
def new_ads_requests(request) -> Panel:
    waiting = AdsRequest.objects.filter(status=AdsRequest.Status.REQUESTED)
    return Panel(
        title="New ads requests",
        icon="campaign",
        url=reverse("admin:cp_adsrequest_changelist") + "?status__exact=requested",
        count=waiting.count(),
        rows=_rows(waiting, "admin:cp_adsrequest_change"),
        empty="Every ads request is being looked after.",
    )


@panel(order=40, permission="cp.view_marketingrequest")
def marketing_requests(request) -> Panel:
    waiting = MarketingRequest.objects.waiting()
    return Panel(
        title="Marketing requests",
        icon="brush",
        url=reverse("admin:cp_marketingrequest_changelist") + "?status__exact=requested",
        count=waiting.count(),
        rows=_rows(waiting, "admin:cp_marketingrequest_change"),
        empty="No creative or EDM is asked for.",
    )


def _rows(waiting, page: str) -> list[Row]:
    """The oldest first: they have waited longest."""
    return [
        Row(
            str(asked),
            reverse(page, args=[asked.pk]),
            f"{asked.cp.get_full_name()}: {asked.project or 'no project'}",
            asked.created_at,
        )
        for asked in waiting.select_related("cp", "project").order_by("id")[:SHOWN]
    ]
