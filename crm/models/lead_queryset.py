from django.db import models
from django.db.models import Q

from betterside.errors import NotAllowed, NotFound

from .stretches import between


class LeadNotFound(NotFound):
    code = "LEAD_NOT_FOUND"
    message = "Lead not found"


class LeadQuerySet(models.QuerySet):
    """The domain's questions. `in_entity_of` looks up (outside: 404), `visible_to` lists, `editable_by` writes (403)."""

    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """
        * managers, sellers and support: the entity's leads
        * a CP: the leads they own
        * everybody else: none
        """
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        leads = self.in_entity_of(user)
        return leads if user.may("leads.read_entity") else leads.filter(assigned_user_id=user.pk)

    def editable_by(self, user):
        """
        * managers: the entity's leads
        * sellers and CPs: those assigned to them
        * everybody else: none
        """
        if not user.is_approved or not user.may("leads.edit_own"):
            return self.none()
        leads = self.in_entity_of(user)
        return leads if user.may("leads.edit_entity") else leads.filter(assigned_user_id=user.pk)

    def in_pipeline(self, key: str):
        return self.filter(pipeline_id=key)

    def open(self):
        return self.filter(closed_at=None)

    def won(self):
        return self.filter(status__is_won=True)

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

    def same_person(self, *, e164: str, digits: str, email: str):
        """Leads of the same phone, else of the same e-mail (DESIGN section 4: e164, else digits, else e-mail)."""
        if e164:
            return self.filter(phone_e164=e164)
        if len(digits) >= 7:
            return self.filter(phone_digits=digits)
        return self.filter(email__iexact=email) if email else self.none()

    def seen_by(self, user, **lookup):
        """One lead: LeadNotFound outside the user's entity, NotAllowed inside it when it is not for them to see."""
        lead = self.in_entity_of(user).filter(**lookup).first()
        if lead is None:
            raise LeadNotFound
        if not lead.is_visible_to(user):
            raise NotAllowed("This lead belongs to somebody else.")
        return lead

    def figures(self):
        """Leads that count: Meta's test leads are left out."""
        return self.filter(Q(is_test=False))


class LiveLeads(models.Manager.from_queryset(LeadQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)
