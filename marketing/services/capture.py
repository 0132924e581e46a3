"""From somebody's answers to a lead with an owner. Webhook, website and reconcile all come through here."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from betterside.accounts.models import Entity, User
from betterside.api.errors import DATABASE_AWAY
from betterside.errors import Conflict, DomainError
from crm.models import Activity, Lead, LeadMeta
from crm.services import (
    access,
    activities,
    assignments,
    distribution,
    history,
    leads,
    notices,
    persons,
    practice,
    tombstones,
)

from ..models import Campaign

log = logging.getLogger(__name__)


class PersonKnown(Conflict):
    """The entity's duplicate policy is `reject` and it has this person."""

    code, message = "DUPLICATE_LEAD", "This person is a lead already."


class PersonErased(PersonKnown):
    """They asked to be forgotten after this enquiry."""

    code, message = "PERSON_ERASED", "Erased at the person's request; this enquiry is older."


@dataclass
class Enquiry:
    """One person's answers and where they go. `meta` holds LeadMeta's fields; `fields` the lead's."""

    entity: Entity
    pipeline: str
    platform: str
    source_lead_id: str
    fields: dict
    meta: dict = field(default_factory=dict)
    project: object = None
    owner: User | None = None
    strategy: str = ""
    campaign: Campaign | None = None
    created_time: datetime | None = None
    is_test: bool = False

    @property
    def keys(self) -> dict[str, str]:
        phone, email = self.fields.get("phone", ""), self.fields.get("email", "")
        return persons.keys(phone=phone, email=email, region=self.entity.default_region)


@dataclass(frozen=True)
class Captured:
    lead: Lead
    is_new: bool


@transaction.atomic
def capture(enquiry: Enquiry) -> Captured:
    """Create the lead, or attach the enquiry to the one the person has, by the entity's duplicate policy.

    Raises PersonKnown, PersonErased. Two enquiries of one person at once wait for each other. A failing assignment never
    loses the lead: it stays without an owner, and the reason is on its timeline.
    """
    known = None if enquiry.is_test else _known(enquiry)
    if tombstones.was_erased(entity=enquiry.entity, keys=enquiry.keys, before=enquiry.created_time):
        raise PersonErased
    policy = enquiry.entity.duplicate_policy
    if known and policy == Entity.Duplicates.REJECT:
        raise PersonKnown
    if known and policy == Entity.Duplicates.ATTACH and known.is_open:
        return Captured(_attach(known, enquiry), is_new=False)
    lead = _create(enquiry, known)
    _meta(lead, enquiry)
    if not enquiry.is_test:
        _find_owner(lead, enquiry, known)
    return Captured(lead, is_new=True)


def _known(enquiry: Enquiry) -> Lead | None:
    """The lead this person has in the entity and pipeline, an open one before a closed one. Holds a lock on the person until the transaction ends."""
    keys = enquiry.keys
    persons.lock(enquiry.entity, {value for value in keys.values() if value})
    found = Lead.objects.filter(entity=enquiry.entity).in_pipeline(enquiry.pipeline).select_related("assigned_user")
    return found.open().same_person(**keys) or found.same_person(**keys)


def _attach(lead: Lead, enquiry: Enquiry) -> Lead:
    lead = access.for_update(lead.pk)
    through = f"through {enquiry.meta['page_id']}" if enquiry.meta.get("page_id") else ""
    answers = [f"{name}: {value}" for name, value in enquiry.fields.get("raw_field_data", {}).items()]
    history.record(
        lead=lead,
        by=None,
        activity_type=Activity.Type.NOTE,
        title="Repeat enquiry",
        description="\n".join([f"Enquired again {through}".strip(), *answers]),
        event="lead.enquired_again",
    )
    activities.touch(lead)
    notices.enquired_again(lead, about=through)
    return lead


def _create(enquiry: Enquiry, known: Lead | None) -> Lead:
    campaign = enquiry.campaign
    fields = {
        **enquiry.fields,
        "platform": enquiry.platform,
        "project": enquiry.project,
        "campaign": campaign,
        "ads_request": campaign.ads_request if campaign else None,
        "duplicate_of": known,
        "is_test": enquiry.is_test,
    }
    lead = leads.create(by=None, entity=enquiry.entity, pipeline=enquiry.pipeline, fields=fields)
    if enquiry.pipeline == practice.PIPELINE:
        practice.describe(lead)
    return lead


def _meta(lead: Lead, enquiry: Enquiry) -> None:
    LeadMeta.objects.create(
        entity=enquiry.entity,
        lead=lead,
        platform_key=enquiry.platform,
        source_lead_id=enquiry.source_lead_id,
        created_time=enquiry.created_time,
        processing_status=LeadMeta.Processing.PROCESSED,
        **enquiry.meta,
    )


def _find_owner(lead: Lead, enquiry: Enquiry, known: Lead | None) -> None:
    """The route's owner, else the owner of the person's earlier lead, else whom the strategy picks."""
    if enquiry.owner:
        _assigned(lead, lambda: _give(lead, enquiry.owner, "Owner of the capture route"))
        return
    earlier = known.assigned_user if known else None
    if earlier and _assigned(lead, lambda: _give(lead, earlier, "Owner of this person's earlier lead")):
        return
    _assigned(lead, lambda: distribution.assign_automatically(lead, strategy=enquiry.strategy))


def _give(lead: Lead, to: User, reason: str) -> None:
    assignments.assign(lead=lead, to=to, by=None, reason=reason)


def _assigned(lead: Lead, assign: Callable) -> bool:
    """Whether that went well. Whatever goes wrong is undone alone and leaves its reason: the lead is there."""
    try:
        with transaction.atomic():
            assign()
    except DATABASE_AWAY:
        raise
    except DomainError as error:
        _say(lead, error.message)
    except Exception:  # noqa: BLE001 - no defect of assignment may cost a lead
        log.exception("Lead %s could not be assigned", lead.pk)
        _say(lead, "an unexpected error, which is in the log")
    else:
        return True
    return False


def _say(lead: Lead, reason: str) -> None:
    history.record(
        lead=lead,
        by=None,
        activity_type=Activity.Type.NOTE,
        title="Not assigned",
        description=f"Not assigned: {reason}",
    )
