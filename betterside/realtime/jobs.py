from datetime import timedelta

from django.utils import timezone

from betterside.jobs import every

from .models import Event

KEEP = timedelta(days=7)


@every("30 3 * * *")
def forget_old_events():
    Event.objects.filter(created_at__lt=timezone.now() - KEEP).delete()
