"""Practice leads: the lead and its practice profile are one thing to their client (practice.md)."""

import re

from django.db import transaction

from betterside import clock
from betterside.errors import NotAllowed

from ..models import Activity, Lead, LeadStatus, PracticeProfile
from ..models.practice import EIN, NPI, STATES, ZIP_CODE
from . import access, distribution, history, leads

PIPELINE = "practice"
# The contract's names of what stands on the lead itself.
ON_LEAD = {"practice_name": "company", "owner_name": "full_name", "practice_phone": "phone"}


def _short(name: str):
    length = PracticeProfile._meta.get_field(name).max_length
    return lambda text: text[:length]


def _like(pattern: str):
    return lambda text: text if re.fullmatch(pattern, text) else ""


# What forms may ask, and what of an answer is kept: nothing that the face would refuse.
ANSWERED = {
    "address": _short("address"),
    "city": _short("city"),
    "specialties": _short("specialties"),
    "owner_phone": _short("owner_phone"),
    "state": lambda text: text.upper() if text.upper() in STATES else "",
    "zip_code": _like(ZIP_CODE),
    "npi": _like(NPI),
    "ein": _like(EIN),
}
ALIASES = {"specialty": "specialties", "zip": "zip_code", "postal_code": "zip_code", "street_address": "address"}


def require_own(lead: Lead, by) -> None:
    """practice.md, "Step 4": the words are the contract's."""
    if not lead.is_editable_by(by):
        raise NotAllowed("Can only update your assigned leads")


@transaction.atomic
def create(*, by, fields: dict, status: LeadStatus | None = None) -> Lead:
    """A practice lead. An agent's new lead is their own; a manager's is given away by the entity's rules and strategy,
    or has no owner yet where leads are assigned by hand."""
    on_lead, on_practice = _apart(fields)
    lead = leads.create(
        by=by,
        entity=by.entity,
        pipeline=PIPELINE,
        fields=on_lead,
        owner=None if by.is_manager else by,
        status=status,
    )
    PracticeProfile.objects.create(entity_id=lead.entity_id, lead=lead, **on_practice)
    if lead.assigned_user_id is None:
        distribution.assign_automatically(lead)
    return _whole(lead)


@transaction.atomic
def update(*, lead: Lead, by, fields: dict, status: LeadStatus | None = None) -> Lead:
    """Change what differs, on the lead and on its practice, in one transaction with its history."""
    require_own(lead, by)
    on_lead, on_practice = _apart(fields)
    lead = leads.update(lead=lead, by=by, fields=on_lead, status=status)
    profile, _created = PracticeProfile.objects.get_or_create(lead=lead, defaults={"entity_id": lead.entity_id})
    changed = {name: value for name, value in on_practice.items() if getattr(profile, name) != value}
    if changed:
        _save(access.for_update(lead.pk), profile, changed, by)
    return _whole(lead)


def describe(lead: Lead) -> PracticeProfile:
    """The practice of a lead that was captured, out of its answers: what a form asks under our fields' names or
    ALIASES and fits. Call it before the lead is given away, since rules go by it."""
    found = {}
    for question, answer in lead.raw_field_data.items():
        name = ALIASES.get(question, question)
        if name in ANSWERED and (value := ANSWERED[name](str(answer).strip())):
            found.setdefault(name, value)
    return PracticeProfile.objects.create(entity_id=lead.entity_id, lead=lead, **found)


def _whole(lead: Lead) -> Lead:
    return Lead.objects.select_related("status", "practice").get(pk=lead.pk)


def _save(lead: Lead, profile: PracticeProfile, changed: dict, by) -> None:
    for name, value in changed.items():
        setattr(profile, name, value)
    profile.save(update_fields=list(changed))
    lead.updated_at = clock.now()
    lead.save(update_fields=["updated_at"])
    text = "Changed " + ", ".join(name.replace("_", " ") for name in changed)
    history.record(lead=lead, by=by, activity_type=Activity.Type.NOTE, title="Practice updated", description=text)


def _apart(fields: dict) -> tuple[dict, dict]:
    on_lead = {ON_LEAD[name]: value for name, value in fields.items() if name in ON_LEAD}
    return on_lead, {name: value for name, value in fields.items() if name not in ON_LEAD}


def npi_is_plausible(npi: str) -> bool:
    """Whether the check digit fits: Luhn over 80840 and the ten digits."""
    digits = [int(digit) for digit in f"80840{npi}"]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0
