"""Forgetting a person at their request: what they told us goes, the rows that figures count stay without it."""

from django.db import transaction
from django.db.models import Q

from betterside.accounts.models import Entity
from betterside.errors import Invalid, NotAllowed

from .. import signals
from ..models import Contact, Lead
from . import access, erasure_blanking, erasure_search, exports, leads, persons, tombstones
from .erasure_search import Person
from .persons import Key


@transaction.atomic
def erase(*, entity: Entity, by, phone: str = "", email: str = "") -> int:
    """Forget whoever has this phone or e-mail, in all pipelines; returns how many leads and contacts they had.

    Also found is what they gave elsewhere another phone or e-mail in (erasure_search). An enquiry of theirs from before
    this moment is not captured any more, whoever replays it; a later one is a new consent. Raises Invalid when neither
    names a person, NotAllowed. Files that were mailed or taken away are elsewhere.
    """
    _require(by, entity)
    return _forget(erasure_search.locked(entity, _given(entity, phone, email)), by)


def would_forget(*, entity: Entity, phone: str = "", email: str = "") -> list[str]:
    """The names of the leads and contacts that `erase` would find, to look at before. Raises Invalid as it does."""
    return erasure_search.names(entity, _given(entity, phone, email))


@transaction.atomic
def erase_lead(*, lead: Lead, by) -> None:
    """Forget the person of a lead, with all that the entity has of them. Raises NotAllowed."""
    _require(by, lead.entity)
    keys = persons.keys(phone=lead.phone, email=lead.email, region=lead.entity.default_region)
    _forget(erasure_search.locked(lead.entity, persons.telling(keys), lead), by)


def _given(entity: Entity, phone: str, email: str) -> set[Key]:
    given = persons.telling(persons.keys(phone=phone, email=email, region=entity.default_region))
    if not given:
        raise Invalid("Give an e-mail or a phone of seven digits or more.")
    return given


def _require(by, entity: Entity) -> None:
    access.require(by, "leads.edit_entity")
    if by is not None and not by.acts_as_staff and by.entity_id != entity.pk:
        raise NotAllowed


def _forget(person: Person, by) -> int:
    found = list(Lead.with_deleted.filter(pk__in=person.leads).order_by("pk").select_for_update())
    theirs = Q(pk__in=person.contacts) | Q(lead__in=person.leads)
    contacts = list(Contact.with_deleted.filter(theirs).order_by("pk").select_for_update())
    for lead in found:
        if lead.deleted_at is None and not lead.is_test:
            leads.delete(lead=lead, by=by)
    erasure_blanking.blank(person.entity, found, contacts)
    exports.forget_person(entity=person.entity)
    tombstones.put(entity=person.entity, keys=person.keys, by=by)
    signals.person_erased.send(sender=Lead, entity=person.entity, keys=person.keys, lead_ids=[one.pk for one in found])
    return len(found) + len(contacts)
