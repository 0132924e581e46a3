"""What the marketing face adds to crm's lead services: campaigns by their contract's names, given codes, hand-over."""

import re

from django.db import transaction

from betterside.errors import Invalid
from crm.models import Activity, Lead, LeadStatus
from crm.services import access, assignments, codes, history
from crm.services import leads as crm_leads

from ..models import Campaign

PIPELINE = "marketing"
HAND_OVER_TO = "sales"


class UnknownCampaign(Invalid):
    code = "FOREIGN_KEY_VIOLATION"

    def __init__(self):
        super().__init__("Invalid campaign_id reference", fields={"campaign_id": "This campaign does not exist."})


def campaign_of(user, written: str | None) -> Campaign | None:
    """`camp-5`, `5` or 5 (marketing.md, notes 2); a missing one and another entity's are the same UnknownCampaign."""
    if written in (None, ""):
        return None
    match = re.fullmatch(r"(?:camp-)?([0-9]{1,18})", str(written))
    campaign = Campaign.objects.in_entity_of(user).filter(pk=int(match[1])).first() if match else None
    if campaign is None:
        raise UnknownCampaign
    return campaign


def _own_campaign(by, fields: dict) -> dict:
    """`campaign_id` as written becomes the campaign; its name is filled in unless one is given."""
    if "campaign_id" not in fields:
        return fields
    written = fields["campaign_id"]
    rest = {name: value for name, value in fields.items() if name != "campaign_id"}
    return rest | {"campaign": campaign_of(by, written)}


@transaction.atomic
def create(*, by, fields: dict, status: LeadStatus | None = None, lead_code: str = "") -> Lead:
    """Raises UnknownCampaign, codes.CodeTaken. A seller's new lead is their own; a manager's has no owner yet."""
    if lead_code:
        codes.claim(by.entity, lead_code)
    return crm_leads.create(
        by=by,
        entity=by.entity,
        pipeline=PIPELINE,
        fields=_own_campaign(by, fields),
        owner=None if by.is_manager else by,
        status=status,
        lead_code=lead_code,
    )


def update(*, lead: Lead, by, fields: dict, status: LeadStatus | None = None) -> Lead:
    return crm_leads.update(lead=lead, by=by, fields=_own_campaign(by, fields), status=status)


def on_status(*, lead: Lead, by, **_signal) -> None:
    """A marketing lead that becomes CONVERTED is handed over where the entity wants it, whoever moves it and where."""
    if lead.pipeline_id == PIPELINE and lead.status.is_won and lead.entity.hands_over_converted:
        hand_over(lead=lead, by=by)


@transaction.atomic
def hand_over(*, lead: Lead, by) -> Lead:
    """A lead of the same person in the sales pipeline, linked both ways; one that exists already is returned.

    The owner goes along, unless they can be given no leads any more.
    """
    lead = access.locked(lead, by=by)
    existing = Lead.with_deleted.filter(handed_over_from=lead).first()
    if existing:
        return existing
    fields = {name: getattr(lead, name) for name in CARRIED} | {"handed_over_from": lead}
    successor = crm_leads.create(by=by, entity=lead.entity, pipeline=HAND_OVER_TO, fields=fields, owner=_owner_of(lead))
    for one, other in ((lead, successor), (successor, lead)):
        text = f"Handed over to sales as {other.lead_code}" if one is lead else f"Handed over from {other.lead_code}"
        history.record(lead=one, by=by, activity_type=Activity.Type.NOTE, title="Handed over", description=text)
    return successor


def _owner_of(lead: Lead):
    try:
        if lead.assigned_user:
            assignments.require_assignable(lead.assigned_user, lead.entity)
    except Invalid:
        return None
    return lead.assigned_user


CARRIED = [
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "company",
    "job_title",
    "source",
    "platform",
    "score",
    "value",
    "campaign",
    "campaign_name",
    "project",
    "notes",
]
