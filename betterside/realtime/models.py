from django.conf import settings
from django.db import models


class Event(models.Model):
    """Something that happened, as ids only: readers fetch what they may see with their own rights.

    Written in the transaction of the change. `user` is the one person it is meant for besides the managers of
    the entity (a lead's owner); null means everybody who may see the subject.
    """

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE)
    kind = models.CharField(max_length=40, help_text="lead.created, lead.updated, lead.assigned, activity.logged …")
    subject_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["entity", "id"], name="event_by_entity")]

    def __str__(self):
        return f"{self.kind} {self.subject_id}"
