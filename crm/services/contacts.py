"""People a team knows (growth.md, section C). A contact made from a lead goes on with the lead's timeline."""

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Greatest

from betterside import clock
from betterside.realtime import events

from ..models import Activity, Contact, Lead
from . import access, history, ownership

Type = Activity.Type
# What a caller may set; the owner is set apart.
FIELDS = frozenset({"name", "email", "phone", "role", "company", "notes", "last_contacted_at"})
# What a contact takes over from its lead.
FROM_LEAD = {"email": "email", "phone": "phone", "role": "job_title", "company": "company", "notes": "notes"}
# Doing one of these is to contact somebody; to read a mail of ours is not.
CONTACTING = frozenset({Type.CALL, Type.EMAIL, Type.MEETING})


@transaction.atomic
def create(*, by, fields: dict, owner=None) -> Contact:
    """Managers choose the owner; anybody else's new contact is their own. Raises NotAllowed, Invalid (the owner)."""
    access.require(by, "leads.create")
    owner = ownership.of_new(by=by, chosen=owner)
    contact = _new(entity_id=by.entity_id, owner=owner, **_known(fields))
    _record(contact, by, Type.STATUS_CHANGE, "Contact created", event="contact.created")
    return contact


@transaction.atomic
def convert(*, lead: Lead, by) -> tuple[Contact, bool]:
    """The lead's contact, and whether it is new: a lead has one. The lead itself goes on in its pipeline.

    The contact belongs to the lead's owner, or to whoever converts a lead that nobody owns. Raises LeadNotFound,
    NotAllowed.
    """
    access.require(by, "leads.create")
    lead = access.locked(lead, by=by)
    existing = Contact.objects.filter(lead=lead).select_related("owner").first()
    if existing:
        return existing, False
    taken = {name: getattr(lead, source) for name, source in FROM_LEAD.items()}
    owner = lead.assigned_user or by
    contact = _new(
        entity_id=lead.entity_id, owner=owner, lead=lead, name=str(lead), last_contacted_at=_contacted(lead), **taken
    )
    history.record(lead=lead, by=by, activity_type=Type.STATUS_CHANGE, title="Converted to a contact")
    _tell(contact, "contact.created")
    return contact, True


@transaction.atomic
def update(*, contact: Contact, by, fields: dict, owner=None) -> Contact:
    """Change what differs; a new owner passes the contact on. Raises ContactNotFound, NotAllowed, Invalid."""
    contact = access.locked(contact, by=by)
    before = contact.owner_id
    changed = {name: value for name, value in _known(fields).items() if getattr(contact, name) != value}
    if owner is not None and owner.pk != before:
        ownership.require_may_give(contact, to=owner, by=by)
        changed["owner"] = owner
    if changed:
        _save(contact, **changed)
        text = "Changed " + ", ".join(name.removesuffix("_at").replace("_", " ") for name in changed)
        told = {"previous": before} if "owner" in changed else {}
        _record(contact, by, Type.NOTE, "Contact updated", text, event="contact.updated", **told)
    return contact


@transaction.atomic
def delete(*, contact: Contact, by) -> None:
    """Soft delete: the row and its history stay, and nothing shows them. Its lead may be converted again."""
    contact = access.locked(contact, by=by)
    _save(contact, deleted_at=clock.now())
    _record(contact, by, Type.NOTE, "Contact deleted", event="contact.deleted")


@transaction.atomic
def log(*, contact: Contact, by, activity_type: str, title: str, description: str = "") -> Activity:
    """Record what somebody did with the contact, or the contact with us. Raises ContactNotFound, NotAllowed."""
    contact = access.locked(contact, by=by)
    activity = _activity(contact, by, activity_type, title, description, is_automatic=False)
    if activity_type in CONTACTING:
        reached(Contact.objects.filter(pk=contact.pk))
    _tell(contact, "activity.logged", subject="contact", activity_public_id=str(activity.public_id))
    return activity


def reached(contacts) -> None:
    """The contacts of the queryset were contacted now; never earlier than they were before."""
    contacts.update(last_contacted_at=Greatest("last_contacted_at", clock.now()))


def _known(fields: dict) -> dict:
    if unknown := set(fields) - FIELDS:
        raise ValueError(f"Not a contact's field: {', '.join(sorted(unknown))}")
    return fields


def _new(**fields) -> Contact:
    now = clock.now()
    return Contact.objects.create(created_at=now, updated_at=now, **fields)


def _save(contact: Contact, **values) -> None:
    contact.updated_at = clock.now()
    for name, value in values.items():
        setattr(contact, name, value)
    contact.save(update_fields=[*values, "updated_at"])


def _contacted(lead: Lead):
    """When somebody last did what counts as contacting; None when nobody did."""
    return lead.activities.aggregate(last=Max("created_at", filter=Q(activity_type__in=CONTACTING)))["last"]


def _record(contact: Contact, by, kind: str, title: str, text: str = "", *, event: str, **data) -> None:
    _activity(contact, by, kind, title, text or title, is_automatic=True)
    _tell(contact, event, **data)


def _activity(contact: Contact, by, kind: str, title: str, text: str, *, is_automatic: bool) -> Activity:
    now = clock.now()
    return Activity.objects.create(
        entity_id=contact.entity_id,
        contact=contact,
        user=by,
        activity_type=kind,
        title=title,
        description=text,
        status=Activity.Status.COMPLETED,
        completed_at=None if is_automatic else now,
        is_automatic=is_automatic,
        created_at=now,
    )


def _tell(contact: Contact, kind: str, **data) -> None:
    events.record(
        entity_id=contact.entity_id,
        kind=kind,
        subject_id=contact.pk,
        user_id=contact.owner_id,
        public_id=str(contact.public_id),
        **data,
    )
