"""Mails about accounts, and housekeeping. Arguments name rows: a code or a token is in no job."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from betterside.jobs import Backoff, every, task

from .models import OneTimeCode
from .services import logins, mails

KEEP_ENDED_LOGINS = timedelta(days=90)
# A person waits for these mails: the first tries come quickly.
PATIENT = Backoff(attempts=10, first=5, longest=600)


@task(queue="mail", retry=PATIENT)
def mail_code(*, code_id: int):
    mails.code(code_id)


@task(queue="mail", retry=PATIENT)
def mail_invitation(*, user_id: int, occasion: str):
    mails.invitation(user_id, occasion)


@every("10 3 * * *")
def forget_expired_sessions():
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@every("20 3 * * *")
def forget_old_logins():
    logins.forget(before=timezone.now() - KEEP_ENDED_LOGINS)


@every("40 * * * *")
def forget_old_codes():
    OneTimeCode.objects.old().delete()
