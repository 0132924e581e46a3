"""Which way a fetched lead goes: a campaign linked to an ads request first, else the most specific capture route."""

from dataclasses import dataclass

from ..models import Campaign, CaptureRoute, InboxEntry
from . import mapping
from .capture import Enquiry


class NoRoute(Exception):
    """Nobody has said where leads of this page, form and campaign go."""

    state = InboxEntry.State.UNROUTED


class NoAnswers(Exception):
    """Meta's answer holds nothing that a person said."""

    state = InboxEntry.State.FAILED


@dataclass(frozen=True)
class Target:
    """Where a lead goes, in words for "which route would this take"."""

    entity: object
    pipeline: str
    project: object
    owner: object
    strategy: str
    campaign: Campaign | None
    because: str


def knows(row: InboxEntry) -> bool:
    """Whether asking Meta for the lead can lead anywhere."""
    routes = CaptureRoute.objects.filter(page_id=row.page_id, is_active=True)
    return routes.exists() or _linked_campaign(row.campaign_id) is not None


def target(*, page_id: str, form_id: str = "", campaign_id: str = "") -> Target:
    """Raises NoRoute."""
    linked = _linked_campaign(campaign_id)
    if linked:
        request = linked.ads_request
        because = f"Campaign {linked} runs for ads request {request.pk}"
        return Target(linked.entity, "channel", request.project, request.cp, "", linked, because)
    route = CaptureRoute.objects.best_for(page_id=page_id, form_id=form_id, campaign_id=campaign_id)
    if route is None:
        raise NoRoute("No capture route for this page, form and campaign.")
    campaign = Campaign.objects.filter(entity=route.entity, meta_id=campaign_id).first() if campaign_id else None
    return Target(
        route.entity, route.pipeline_id, route.project, route.owner, route.strategy, campaign, f"Route {route}"
    )


def enquiry(row: InboxEntry, answer: dict) -> Enquiry:
    """What capture needs, out of the row and Meta's answer. Raises NoRoute, NoAnswers."""
    form_id = mapping.clean(answer.get("form_id") or row.form_id)[:64]
    campaign_id = mapping.clean(answer.get("campaign_id") or row.campaign_id)[:64]
    way = target(page_id=row.page_id, form_id=form_id, campaign_id=campaign_id)
    given = mapping.answers(answer.get("field_data"))
    if not given:
        raise NoAnswers("Meta's answer has no answers in field_data.")
    fields = mapping.person(given) | {
        "source": SOURCES.get(way.pipeline, "Facebook Ad"),
        "raw_field_data": given,
        "campaign_name": mapping.clean(answer.get("campaign_name") or "")[:255],
        "source_page_id": row.page_id,
    }
    return Enquiry(
        entity=way.entity,
        pipeline=way.pipeline,
        platform=mapping.platform(answer.get("platform")),
        source_lead_id=row.source_lead_id,
        fields=fields,
        meta={
            "page_id": row.page_id,
            "form_id": form_id,
            "ad_id": mapping.clean(answer.get("ad_id") or row.ad_id)[:64],
            "campaign_id": campaign_id,
        },
        project=way.project,
        owner=way.owner,
        strategy=way.strategy,
        campaign=way.campaign,
        created_time=mapping.moment(answer.get("created_time")) or row.created_time,
        is_test=mapping.is_test(given),
    )


# How each contract's client names leads from Meta (channel.md, leads.source; growth.md, section 3).
SOURCES = {"channel": "meta_ads", "growth": "Facebook Ad"}


def _linked_campaign(campaign_id: str) -> Campaign | None:
    """The one campaign of this Meta id that runs for an ads request; None also when two entities claim the id."""
    if not campaign_id:
        return None
    linked = Campaign.objects.filter(meta_id=campaign_id, ads_request__isnull=False)
    found = list(linked.select_related("entity", "ads_request__cp", "ads_request__project")[:2])
    return found[0] if len(found) == 1 else None
