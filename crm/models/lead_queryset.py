from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from betterside.errors import NotFound

from .owned import OwnedQuerySet
from .stretches import between


class LeadNotFound(NotFound):
    code = "LEAD_NOT_FOUND"
    message = "Lead not found"


class LeadQuerySet(OwnedQuerySet):
    """The domain's questions."""

    def in_pipeline(self, key: str):
        return self.filter(pipeline_id=key)

    def open(self):
        return self.filter(closed_at=None)

    def won(self):
        return self.filter(status__is_won=True)

    def gone(self):
        """Those that do not count: deleted, or one of Meta's test leads."""
        return self.filter(Q(deleted_at__isnull=False) | Q(is_test=True))

    def unassigned(self):
        return self.filter(assigned_user=None)

    def waiting(self):
        """Open leads that nobody owns."""
        return self.open().unassigned()

    def matching(self, text: str):
        """Name, company, e-mail or phone contains the text, without regard to case (trigram index)."""
        return self.filter(search_text__contains=text.strip().lower())

    def created_between(self, start, end):
        """Created at or after `start` and before `end`; either may be None."""
        return between(self, "created_at", start, end)

    def with_phone(self, *, e164: str, digits: str):
        """Leads that have the number, however it was typed; of fewer than seven digits there is none."""
        if len(digits) < 7:
            return self.none()
        return self.filter(Q(phone_digits=digits) | (Q(phone_e164=e164) if e164 else Q()))

    def same_person(self, *, e164: str = "", digits: str = "", email: str = ""):
        """The earliest lead of the same person, or None: by e164, else digits (7 or more), else e-mail."""
        keys = [
            Q(phone_e164=e164) if e164 else None,
            Q(phone_digits=digits) if len(digits) >= 7 else None,
            Q(email__iexact=email) if email else None,
        ]
        found = (self.filter(key).order_by("created_at", "pk").first() for key in keys if key is not None)
        return next((lead for lead in found if lead is not None), None)

    def with_next_follow_up(self):
        """With `follow_up_at`: when the earliest of the lead's pending follow-ups is due, or None."""
        activities = self.model._meta.get_field("activities").related_model.objects
        pending = activities.with_follow_up().filter(lead=OuterRef("pk")).order_by("next_follow_up_date")
        return self.annotate(follow_up_at=Subquery(pending.values("next_follow_up_date")[:1]))

    def to_follow_up(self, before):
        """Open leads with a follow-up due before the moment, the most urgent first; `with_next_follow_up` included.

        Told by the follow-ups in the order of their index, so that the first few are found without the others.
        """
        activities = self.model._meta.get_field("activities").related_model.objects
        planned = activities.with_follow_up().filter(lead=OuterRef("pk")).order_by("next_follow_up_date", "pk")
        due = self.open().filter(
            activities__entity=F("entity"),
            activities__status="pending",
            activities__next_follow_up_date__lt=before,
            activities=Subquery(planned.values("pk")[:1]),
        )
        return due.annotate(follow_up_at=F("activities__next_follow_up_date")).order_by("follow_up_at", "pk")


class LiveLeads(models.Manager.from_queryset(LeadQuerySet)):
    """Leads that count: neither deleted nor one of Meta's test leads."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None, is_test=False)
