from datetime import timedelta

from django.utils import timezone

from betterside import mail
from betterside.jobs import every, task

from .models import Event, Notification

KEEP = timedelta(days=7)


@every("30 3 * * *")
def forget_old_events():
    Event.objects.filter(created_at__lt=timezone.now() - KEEP).delete()


@task(queue="mail")
def mail_notification(*, notification_id: int):
    """Once; after a crash between sending and noting it again, but under the same Message-ID."""
    unsent = Notification.objects.filter(pk=notification_id, mailed_at=None)
    notification = unsent.select_related("user").first()
    if notification is None or not notification.user.is_active:
        return
    mail.send(
        to=notification.user.email,
        subject=" ".join(notification.title.split()),
        template="notification.txt",
        context={"notification": notification},
        reference=f"notification-{notification.pk}",
    )
    unsent.update(mailed_at=timezone.now())
