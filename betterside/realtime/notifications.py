"""Telling one person something: in the bell at once, by mail when it is worth one and they want it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from betterside import clock
from betterside.jobs import defer

from . import events, jobs
from .models import Notification, NotificationChoices

Kind = Notification.Kind


@transaction.atomic
def notify(
    *,
    user,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    subject_id: int | None = None,
    key: str = "",
    mail: bool = False,
) -> Notification:
    """The notification, with its event, in the caller's transaction; the mail leaves after its commit.

    `kind` is one of Notification.Kind (ValueError otherwise), `url` a path of this site. A `key` names the occasion
    ("follow_up_due:17"): told again, the first notification is returned and nothing is sent, so jobs may run twice.
    """
    fields = {"kind": Kind(kind), "title": title[:200], "body": body, "url": url, "subject_id": subject_id}
    fields |= {"entity_id": user.entity_id, "created_at": clock.now()}
    notification, is_new = _once(user, key, fields)
    if is_new:
        _tell(notification, "notification.created")
        if mail and _is_news() and user.is_active and choices_of(user).wants_mail(kind):
            defer(jobs.mail_notification, notification_id=notification.pk)
    return notification


def _is_news() -> bool:
    """Not while a seed or an import writes history."""
    return clock.now() > timezone.now() - timedelta(hours=1)


def _once(user, key: str, fields: dict) -> tuple[Notification, bool]:
    if key:
        return Notification.objects.get_or_create(user=user, key=key, defaults=fields)
    return Notification.objects.create(user=user, **fields), True


@transaction.atomic
def mark_read(*, notification: Notification) -> Notification:
    """Reading twice keeps the first moment."""
    now = clock.now()
    if Notification.objects.unread().filter(pk=notification.pk).update(read_at=now):
        _tell(notification, "notification.read")
    notification.refresh_from_db(fields=["read_at"])
    return notification


@transaction.atomic
def mark_all_read(*, user) -> int:
    """Returns how many were unread."""
    count = Notification.objects.visible_to(user).unread().update(read_at=clock.now())
    if count:
        events.record(entity_id=user.entity_id, kind="notification.all_read", subject_id=user.pk, user_id=user.pk)
    return count


def choices_of(user) -> NotificationChoices:
    """The user's choices, unsaved when they never made any."""
    return NotificationChoices.objects.filter(user=user).first() or NotificationChoices(user=user)


@transaction.atomic
def choose_mail(*, user, choices: dict[str, bool]) -> NotificationChoices:
    """Set for some kinds whether they are mailed; the others stay. ValueError on an unknown kind."""
    NotificationChoices.objects.get_or_create(user=user)
    row = NotificationChoices.objects.select_for_update().get(user=user)
    row.mail |= {Kind(kind).value: wanted for kind, wanted in choices.items()}
    row.save(update_fields=["mail", "updated_at"])
    return row


def _tell(notification: Notification, event: str) -> None:
    events.record(
        entity_id=notification.entity_id, kind=event, subject_id=notification.pk, user_id=notification.user_id
    )
