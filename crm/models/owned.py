"""What one person of an entity owns: leads, contacts, tasks. Who may see and change it is decided here (DESIGN section 3)."""

from django.db import models

from betterside.errors import NotAllowed, NotFound


class OwnedQuerySet(models.QuerySet):
    """`in_entity_of` looks up (outside: 404), `visible_to` lists, `editable_by` writes (403)."""

    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """
        * managers, sellers and support: the entity's
        * a CP: their own
        * everybody else: none
        """
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        return self.in_entity_of(user) if user.may("leads.read_entity") else self._own(user)

    def editable_by(self, user):
        """
        * managers: the entity's
        * sellers and CPs: their own
        * everybody else: none
        """
        if not user.is_approved or not user.may("leads.edit_own"):
            return self.none()
        return self.in_entity_of(user) if user.may("leads.edit_entity") else self._own(user)

    def seen_by(self, user, **lookup):
        """The one of this id: NotFound outside the user's entity, NotAllowed inside it when it is not for them to see."""
        try:
            found = self.in_entity_of(user).get(**lookup)
        except self.model.DoesNotExist as error:
            raise self.model.NotFound from error
        return found.shown_to(user)

    def _own(self, user):
        return self.in_entity_of(user).filter(**{self.model.OWNER: user.pk})


class Owned(models.Model):
    """`OWNER` names the column of the owner's id, `NotFound` is what a missing one raises."""

    OWNER = "owner_id"
    NotFound = NotFound

    class Meta:
        abstract = True

    def is_visible_to(self, user) -> bool:
        """The instance's side of `visible_to` (a test holds both together)."""
        if not user.is_approved or user.entity_id != self.entity_id:
            return False
        return user.may("leads.read_entity") or (user.may("leads.read_own") and self._is_own(user))

    def shown_to(self, user):
        """Itself; NotAllowed when it is not for them to see."""
        if not self.is_visible_to(user):
            raise NotAllowed(f"This {self._meta.verbose_name} belongs to somebody else.")
        return self

    def is_editable_by(self, user) -> bool:
        """The instance's side of `editable_by`."""
        if not user.is_approved or user.entity_id != self.entity_id:
            return False
        return user.may("leads.edit_entity") or (user.may("leads.edit_own") and self._is_own(user))

    def _is_own(self, user) -> bool:
        return getattr(self, self.OWNER) == user.pk
