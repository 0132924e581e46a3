from django.conf import settings
from django.db import models
from django.db.models import Max, Q


class EventQuerySet(models.QuerySet):
    def after(self, position: int):
        """Events with a place in the order behind `position`, in that order."""
        return self.filter(position__gt=position).order_by("position")

    def last_position(self) -> int:
        """Where a reader stands who has seen everything; 0 before the first event."""
        return self.aggregate(last=Max("position"))["last"] or 0


class Event(models.Model):
    """Something that happened, as ids only: readers fetch what they may see with their own rights.

    Written in the transaction of the change. `user` is the one person it is meant for besides the managers of
    the entity (a lead's owner); null means everybody who may see the subject (audience.py). `position` is its place
    in the order of commits (sequence.py); null until a reader asks.
    """

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE)
    kind = models.CharField(max_length=40, help_text="lead.created, lead.updated, lead.assigned, activity.logged …")
    subject_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)
    data = models.JSONField(default=dict)
    position = models.BigIntegerField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["entity", "position"], name="event_by_entity"),
            models.Index(fields=["id"], condition=Q(position=None), name="event_without_position"),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject_id}"
