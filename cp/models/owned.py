from django.db import models

from betterside.errors import NotAllowed, NotFound


class OwnedByCP(models.QuerySet):
    """The questions about things that belong to a CP (`cp`) of an entity."""

    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """
        * a CP: their own
        * managers: those of the entity
        * everybody else: none
        """
        if not user.is_approved or not user.may("channel.use"):
            return self.none()
        found = self.in_entity_of(user)
        return found if user.is_manager else found.filter(cp=user)

    def seen_by(self, user, **lookup):
        """One: NotFound outside the user's entity, NotAllowed inside it when it is not for them to see."""
        thing = self.in_entity_of(user).filter(**lookup).first()
        if thing is None:
            raise NotFound
        if not self.visible_to(user).filter(pk=thing.pk).exists():
            raise NotAllowed("This belongs to somebody else.")
        return thing
