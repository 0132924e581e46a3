from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from betterside.jobs import every

from .services import logins

KEEP_ENDED_LOGINS = timedelta(days=90)


@every("10 3 * * *")
def forget_expired_sessions():
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@every("20 3 * * *")
def forget_old_logins():
    logins.forget(before=timezone.now() - KEEP_ENDED_LOGINS)
