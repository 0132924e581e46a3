from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull
from django.utils import timezone

from betterside.errors import NotAllowed, NotFound


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)

    def seen_by(self, user, **lookup):
        """One of the user's own. NotAllowed for a colleague's, NotFound for everything else."""
        notification = self.filter(entity_id=user.entity_id, **lookup).first()
        if notification is None:
            raise NotFound
        if notification.user_id != user.pk:
            raise NotAllowed("This notification is for somebody else.")
        return notification

    def unread(self):
        return self.filter(read_at=None)

    def unread_first(self):
        return self.order_by(IsNull(F("read_at"), False), "-created_at", "-id")


class Notification(models.Model):
    """What the bell shows a person. Written by services.notifications only."""

    class Kind(models.TextChoices):
        """The label completes "E-mail me when …"."""

        LEAD_ASSIGNED = "lead_assigned", "a lead is given to me"
        LEAD_ENQUIRED_AGAIN = "lead_enquired_again", "somebody whose lead I own enquires again"
        ADS_REQUEST_CHANGED = "ads_request_changed", "an ads request of mine changes its state"
        REQUEST_FULFILLED = "request_fulfilled", "a creative or EDM I asked for is ready"
        REQUEST_DECLINED = "request_declined", "a creative or EDM I asked for is declined"
        FOLLOW_UP_DUE = "follow_up_due", "a follow-up falls due"
        FOLLOW_UP_OVERDUE = "follow_up_overdue", "a follow-up is overdue"
        TASK_DUE = "task_due", "a task of mine is due"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True, help_text="A path of this site.")
    subject_id = models.BigIntegerField(
        null=True, blank=True, help_text="The lead, ads request … that the kind is about."
    )
    key = models.CharField(max_length=100, blank=True, help_text="Names the occasion: nobody is told twice of one.")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], condition=~Q(key=""), name="notification_once_per_occasion")
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_by_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self):
        return self.title


class NotificationChoices(models.Model):
    """Which kinds also come by mail. Absent kinds, and people without a row, get all that services send by mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_choices")
    mail = models.JSONField(default=dict, blank=True, help_text="Kind → whether it is mailed.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "notification choices"

    def __str__(self):
        return str(self.user_id)

    def wants_mail(self, kind: str) -> bool:
        return self.mail.get(kind, True)
