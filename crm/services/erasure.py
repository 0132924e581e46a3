"""Forgetting a person at their request: what they told us goes, the rows that figures count stay without it."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Func, Q, QuerySet, Value

from betterside import clock
from betterside.accounts.models import Entity
from betterside.api.models import IdempotentRequest
from betterside.errors import Invalid, NotAllowed
from betterside.realtime.models import Notification

from .. import signals
from ..models import Activity, Assignment, Contact, Erasure, Lead, LeadMeta, PracticeProfile, StageEntry, Task
from . import access, leads, persons

GONE = "Erased"
BLANK_LEAD = {
    **dict.fromkeys(["first_name", "last_name", "email", "phone", "phone_e164", "phone_digits"], ""),
    **dict.fromkeys(["company", "job_title", "notes"], ""),
    "full_name": GONE,
    "raw_field_data": {},
}
BLANK_CONTACT = {"name": GONE} | dict.fromkeys(["email", "phone", "role", "company", "notes"], "")
DIGITS = Func("phone", Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace")


@transaction.atomic
def erase(*, entity: Entity, by, phone: str = "", email: str = "") -> int:
    """Forget whoever has this phone or e-mail, in all pipelines; returns how many leads and contacts they had.

    An enquiry of theirs from before this moment is not captured any more, whoever replays it; a later one is a new
    consent. Raises Invalid when neither names a person, NotAllowed. Files that were exported or mailed are elsewhere.
    """
    _require(by, entity)
    keys = persons.keys(phone=phone, email=email, region=entity.default_region)
    if not _told_apart(keys):
        raise Invalid("Give an e-mail or a phone of seven digits or more.")
    found = list(_leads(entity, keys).order_by("pk").select_for_update(of=("self",)))
    return _forget(entity, found, keys, by)


@transaction.atomic
def erase_lead(*, lead: Lead, by) -> None:
    """Forget the person of a lead, with all that the entity has of them. Raises NotAllowed."""
    _require(by, lead.entity)
    keys = persons.keys(phone=lead.phone, email=lead.email, region=lead.entity.default_region)
    same = _leads(lead.entity, keys) if _told_apart(keys) else Lead.with_deleted.none()
    rows = Lead.with_deleted.filter(Q(pk=lead.pk) | Q(pk__in=same.values("pk")))
    _forget(lead.entity, list(rows.order_by("pk").select_for_update(of=("self",))), keys, by)


def was_erased(*, entity: Entity, keys: dict[str, str], before: datetime | None) -> bool:
    """Whether somebody with one of these keys was forgotten after the moment."""
    if before is None:
        return False
    known = Erasure.objects.filter(entity=entity, digest__in=_digests(entity, keys), erased_at__gte=before)
    return known.exists()


def _require(by, entity: Entity) -> None:
    access.require(by, "leads.edit_entity")
    if by is not None and not by.acts_as_staff and by.entity_id != entity.pk:
        raise NotAllowed


def _told_apart(keys: dict[str, str]) -> dict[str, str]:
    """The keys that tell people apart; of fewer than seven digits none does."""
    if len(keys["digits"]) < 7:
        return {"email": keys["email"]} if keys["email"] else {}
    return {name: value for name, value in keys.items() if value}


def _digests(entity: Entity, keys: dict[str, str]) -> list[str]:
    words = [f"{entity.pk} {name} {value}" for name, value in sorted(_told_apart(keys).items())]
    return [hmac.new(settings.SECRET_KEY.encode(), word.encode(), hashlib.sha256).hexdigest() for word in words]


def _leads(entity: Entity, keys: dict[str, str]) -> QuerySet:
    of_entity = Lead.with_deleted.filter(entity=entity)
    found = of_entity.with_phone(e164=keys["e164"], digits=keys["digits"]).values("pk")
    by_email = of_entity.filter(email__iexact=keys["email"]).values("pk") if keys["email"] else of_entity.none()
    return Lead.with_deleted.filter(Q(pk__in=found) | Q(pk__in=by_email.values("pk")))


def _contacts(entity: Entity, of: list[int], keys: dict[str, str]) -> QuerySet:
    same = Q(lead__in=of)
    if keys["email"]:
        same |= Q(email__iexact=keys["email"])
    if len(keys["digits"]) >= 7:
        same |= Q(only_digits=keys["digits"])
    found = Contact.with_deleted.filter(entity=entity).annotate(only_digits=DIGITS).filter(same)
    return Contact.with_deleted.filter(pk__in=[one.pk for one in found.select_for_update(of=("self",))])


def _forget(entity: Entity, found: list[Lead], keys: dict[str, str], by) -> int:
    for lead in found:
        if lead.deleted_at is None and not lead.is_test:
            leads.delete(lead=lead, by=by)
    ids = [lead.pk for lead in found]
    contacts = _contacts(entity, ids, keys)
    words = {*keys.values(), *(text for lead in found for text in (lead.full_name, lead.email, lead.phone))} - {""}
    _blank_history(Q(lead__in=ids), contacts)
    count = len(ids) + contacts.count()
    contacts.update(**BLANK_CONTACT, deleted_at=clock.now())
    _forget_copies(entity, ids, words)
    Lead.with_deleted.filter(pk__in=ids).update(**BLANK_LEAD, deleted_at=clock.now())
    for digest in _digests(entity, keys):
        Erasure.objects.update_or_create(
            entity=entity, digest=digest, defaults={"erased_at": clock.now(), "erased_by": by}
        )
    signals.person_erased.send(sender=Lead, entity=entity, keys=keys, lead_ids=ids)
    return count


def _blank_history(theirs: Q, contacts: QuerySet) -> None:
    of_person = Activity.objects.filter(theirs | Q(contact__in=contacts))
    of_person.update(description=GONE, notes="")
    of_person.filter(is_automatic=False).update(title="")
    StageEntry.objects.filter(theirs).update(notes="", next_action_required="")
    Assignment.objects.filter(theirs).update(notes="", reassignment_reason="", end_reason="")
    Task.with_deleted.filter(theirs).update(title=GONE, description="", deleted_at=clock.now())
    LeadMeta.objects.filter(theirs).update(page_url="")
    PracticeProfile.objects.filter(theirs).delete()


def _forget_copies(entity: Entity, ids: list[int], words: set[str]) -> None:
    """What was said or answered about them elsewhere."""
    said = Q()
    answered = Q()
    for word in words:
        said |= Q(body__icontains=word) | Q(title__icontains=word)
        answered |= Q(body__icontains=word)
    if words:
        Notification.objects.filter(said, entity=entity).delete()
        IdempotentRequest.objects.filter(answered, entity=entity).delete()
    logged = LogEntry.objects.filter(content_type__app_label="crm", content_type__model="lead")
    logged.filter(object_id__in=[str(pk) for pk in ids]).update(object_repr=GONE, change_message="")
