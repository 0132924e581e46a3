"""Creating, changing and deleting leads."""

from django.db import transaction

from betterside import clock
from betterside.errors import Invalid

from .. import signals
from ..models import Activity, Lead, LeadStatus
from . import access, assignments, codes, history, names, phones, stages
from .uniqueness import EmailTaken, refused_by_name

__all__ = ["FIELDS", "EmailTaken", "create", "delete", "update"]

# What a caller may set. Owner, status, entity and pipeline have use cases of their own.
FIELDS = frozenset(
    {
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
        "project",
        "campaign",
        "campaign_name",
        "ads_request",
        "notes",
        "raw_field_data",
        "consent_time",
        "source_page_id",
        "source_page_name",
        "is_test",
        "duplicate_of",
        "handed_over_from",
        "last_interaction_at",
    }
)


@transaction.atomic
def create(
    *,
    by,
    entity,
    pipeline: str,
    fields: dict,
    owner=None,
    status=None,
    lead_code: str = "",
    reason: str = "",
) -> Lead:
    """A new lead with its first stage entry, its assignment if it has an owner, its activity and its event.

    `fields` are model field names with validated values (FIELDS); `status` a LeadStatus of the pipeline, by default
    its first; `by` the acting user, None for the system (capture, import). Raises Invalid, NotAllowed,
    codes.CodeTaken, EmailTaken.
    """
    access.require(by, "leads.create")
    _refuse_unknown(fields)
    status = status or LeadStatus.objects.first_of(pipeline)
    if status.pipeline_id != pipeline:
        raise Invalid(fields={"status": "This status belongs to another pipeline."})
    lead = Lead(entity=entity, pipeline_id=pipeline, status=status, created_at=clock.now())
    _set(lead, names.complete(fields))
    lead.updated_at = lead.created_at
    stages.put_in(lead, status, at=lead.created_at)
    lead.lead_code = lead_code or codes.generate(entity)
    if owner is not None:
        assignments.require_assignable(owner, entity)
        assignments.set_owner(lead, owner, at=lead.created_at)
    with refused_by_name():
        lead.save(force_insert=True)
    stages.open_entry(lead, by=by, at=lead.created_at)
    if owner is not None:
        assignments.open_row(lead, by=by, reason=reason)
    text = f"Lead created in status '{status.name}'" + (f", assigned to {owner.get_full_name()}" if owner else "")
    history.record(
        lead=lead,
        by=by,
        activity_type=Activity.Type.STATUS_CHANGE,
        title=Activity.CREATED,
        description=text,
        event="lead.created",
    )
    signals.status_entered.send(sender=Lead, lead=lead, by=by)
    return lead


@transaction.atomic
def update(*, lead: Lead, by, fields: dict, status: LeadStatus | None = None, status_notes: str = "") -> Lead:
    """Change fields, and the status with them when one is given; only what differs is written and recorded.

    Raises LeadNotFound, NotAllowed, InvalidTransition, EmailTaken.
    """
    lead = access.locked(lead, by=by)
    _refuse_unknown(fields)
    changed = _set(lead, _changed(lead, names.complete(fields, lead)))
    if changed:
        lead.updated_at = clock.now()
        with refused_by_name():
            lead.save(update_fields=[*changed, "updated_at"])
        text = "Changed " + ", ".join(name.replace("_", " ") for name in changed if not name.startswith("phone_"))
        history.record(lead=lead, by=by, activity_type=Activity.Type.NOTE, title="Lead updated", description=text)
    if status is not None and status.pk != lead.status_id:
        stages.move(lead=lead, to=status, by=by, notes=status_notes)
        lead = access.for_update(lead.pk)
    return lead


@transaction.atomic
def delete(*, lead: Lead, by) -> None:
    """Soft delete: the row stays for history and for captures that come again, and no list shows it."""
    lead = access.locked(lead, by=by)
    lead.deleted_at = lead.updated_at = clock.now()
    lead.save(update_fields=["deleted_at", "updated_at"])
    history.record(lead=lead, by=by, activity_type=Activity.Type.NOTE, title="Lead deleted", event="lead.deleted")


def _refuse_unknown(fields: dict) -> None:
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"Not a lead's field: {', '.join(sorted(unknown))}")


def _changed(lead: Lead, fields: dict) -> dict:
    return {name: value for name, value in fields.items() if getattr(lead, name) != value}


def _set(lead: Lead, fields: dict) -> list[str]:
    """Put the values on the lead, with what follows from them; the names of all fields that were set."""
    if fields.get("campaign") and not fields.get("campaign_name"):
        fields = fields | {"campaign_name": fields["campaign"].name}
    if "phone" in fields:
        typed = fields["phone"] or ""
        normal = {"phone_e164": phones.e164(typed, lead.entity.default_region), "phone_digits": phones.digits(typed)}
        fields = fields | normal
    for name, value in fields.items():
        setattr(lead, name, value)
    return list(fields)
