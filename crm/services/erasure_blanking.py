"""Taking a person's words out of the rows that hold them, and out of what repeats those rows elsewhere."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from django.contrib.admin.models import LogEntry
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from betterside import clock
from betterside.accounts.models import Entity
from betterside.api.models import IdempotentRequest
from betterside.realtime.models import Notification

from ..models import Activity, Assignment, Contact, Lead, LeadMeta, PracticeProfile, StageEntry, Task
from . import phones

GONE = "Erased"
BLANK_LEAD = {
    **dict.fromkeys(["first_name", "last_name", "email", "phone", "phone_e164", "phone_digits"], ""),
    **dict.fromkeys(["company", "job_title", "notes"], ""),
    "full_name": GONE,
    "raw_field_data": {},
}
BLANK_CONTACT = {"name": GONE} | dict.fromkeys(["email", "phone", "role", "company", "notes"], "")
# What an address in a mail to them may have carried.
BLANK_META = dict.fromkeys(["page_url", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"], "")
Kind = Notification.Kind
ABOUT_LEADS = [Kind.LEAD_ASSIGNED, Kind.LEAD_ENQUIRED_AGAIN, Kind.FOLLOW_UP_DUE, Kind.FOLLOW_UP_OVERDUE]
# Shorter words are in too many texts.
SHORTEST = 4


@dataclass
class Theirs:
    """Read before anything of it is blanked."""

    entity: Entity
    leads: list[Lead]
    contacts: list[Contact]
    tasks: list[Task] = field(init=False)
    profiles: list[PracticeProfile] = field(init=False)

    def __post_init__(self):
        self.tasks = list(Task.with_deleted.filter(lead__in=self.leads))
        self.profiles = list(PracticeProfile.objects.filter(lead__in=self.leads))

    def words(self) -> set[str]:
        """By which a text is about them, with the ids of their rows."""
        texts = [one.full_name for one in self.leads] + [one.name for one in self.contacts]
        for one in [*self.leads, *self.contacts]:
            texts += [one.email, one.phone, phones.digits(one.phone), str(one.public_id)]
        texts += [str(one.public_id) for one in self.tasks]
        return {text for text in texts if len(text) >= SHORTEST}


def blank(entity: Entity, leads: list[Lead], contacts: list[Contact]) -> None:
    theirs = Theirs(entity, leads, contacts)
    _answers(theirs)
    _notifications(theirs)
    _staff_log(theirs)
    _history(theirs)
    now = clock.now()
    Task.with_deleted.filter(lead__in=leads).update(title=GONE, description="", deleted_at=now)
    PracticeProfile.objects.filter(lead__in=leads).delete()
    _rows_of(Contact, contacts).update(**BLANK_CONTACT, deleted_at=now)
    _meta(theirs)
    _rows_of(Lead, leads).filter(campaign=None).update(campaign_name="")
    _rows_of(Lead, leads).update(**BLANK_LEAD, deleted_at=now)


def _rows_of(model, rows: list):
    return model.with_deleted.filter(pk__in=[one.pk for one in rows])


def _history(theirs: Theirs) -> None:
    of_person = Activity.objects.filter(Q(lead__in=theirs.leads) | Q(contact__in=theirs.contacts))
    of_person.update(description=GONE, notes="")
    of_person.filter(is_automatic=False).update(title="")
    StageEntry.objects.filter(lead__in=theirs.leads).update(notes="", next_action_required="")
    Assignment.objects.filter(lead__in=theirs.leads).update(notes="", reassignment_reason="", end_reason="")


def _meta(theirs: Theirs) -> None:
    """A platform's id of the lead stays, so that it is captured once; a website's is a digest of the answers."""
    metas = LeadMeta.objects.filter(lead__in=theirs.leads)
    metas.update(**BLANK_META)
    metas.filter(platform_key="website").update(source_lead_id=Concat(Value("erased-"), F("pk")))


def _notifications(theirs: Theirs) -> None:
    about = Q(kind__in=ABOUT_LEADS, subject_id__in=[one.pk for one in theirs.leads])
    about |= Q(kind=Kind.TASK_DUE, subject_id__in=[one.pk for one in theirs.tasks])
    Notification.objects.filter(about, entity=theirs.entity).delete()


def _answers(theirs: Theirs) -> None:
    """First answers that are kept for a second request: JSON as text, in which a lead is named by its id too."""
    about = Q()
    for word in theirs.words():
        about |= Q(body__icontains=json.dumps(word, ensure_ascii=False)[1:-1])
    if theirs.leads:
        ids = "|".join(str(one.pk) for one in theirs.leads)
        about |= Q(body__regex=rf'"(id|lead_id|leadId)":"?({ids})\y')
    if about:
        IdempotentRequest.objects.filter(about, entity=theirs.entity).delete()


def _staff_log(theirs: Theirs) -> None:
    """What staff did with the rows, and the filters of the lists that they took away."""
    crm = LogEntry.objects.filter(content_type__app_label="crm")
    groups = {"lead": theirs.leads, "contact": theirs.contacts, "task": theirs.tasks}
    groups["practiceprofile"] = theirs.profiles
    for model, rows in groups.items():
        logged = crm.filter(content_type__model=model, object_id__in=[str(one.pk) for one in rows])
        logged.update(object_repr=GONE, change_message="")
    about = Q()
    for word in _searched(theirs):
        about |= Q(change_message__icontains=quote_plus(word))
    if about:
        crm.filter(about, object_id=None).update(change_message=GONE)


def _searched(theirs: Theirs) -> set[str]:
    """What somebody may have typed to find them: also a part of the name."""
    words = {part for text in theirs.words() for part in re.split(r"\s+", text)}
    return {word for word in words if len(word) >= SHORTEST}
