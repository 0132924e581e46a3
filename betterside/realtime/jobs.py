from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from betterside.jobs import every, task

from .models import Event, Notification

KEEP = timedelta(days=7)


@every("30 3 * * *")
def forget_old_events():
    Event.objects.filter(created_at__lt=timezone.now() - KEEP).delete()


@task(queue="mail")
def mail_notification(*, notification_id: int):
    """Sent again after a crash between sending and noting it, but under the same Message-ID."""
    unsent = Notification.objects.filter(pk=notification_id, mailed_at=None)
    notification = unsent.select_related("user").first()
    if notification is None or not notification.user.is_active:
        return
    link = f"\n\n{settings.SITE_URL}{notification.url}" if notification.url else ""
    EmailMessage(
        subject=" ".join(notification.title.split()),
        body=f"{notification.body or notification.title}{link}\n",
        to=[notification.user.email],
        headers={"Message-ID": f"<notification-{notification.pk}@{settings.MAIL_DOMAIN}>"},
    ).send()
    unsent.update(mailed_at=timezone.now())
