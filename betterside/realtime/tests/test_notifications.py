from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from betterside import clock
from betterside.accounts.tests.factories import UserFactory

from .. import jobs, notifications
from ..models import Event, Notification
from ..notifications import Kind, notify

pytestmark = pytest.mark.django_db


def told(user, **fields):
    fields = {"kind": Kind.LEAD_ASSIGNED, "title": "A lead for you", "url": "/leads/7", "subject_id": 7} | fields
    return notify(user=user, **fields)


def queued() -> list[dict]:
    return list(ProcrastinateJob.objects.filter(task_name__endswith="mail_notification").values_list("args", flat=True))


def test_it_leaves_a_notification_and_an_event_for_its_user_alone():
    user = UserFactory(cp=True)
    notification = told(user)

    assert list(Notification.objects.visible_to(user).unread()) == [notification]
    event = Event.objects.get()
    assert (event.kind, event.subject_id, event.user, event.entity) == (
        "notification.created",
        notification.pk,
        user,
        user.entity,
    )
    assert queued() == []


def test_a_rollback_takes_all_of_it_back():
    with transaction.atomic():
        told(UserFactory(cp=True), mail=True)
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert not Event.objects.exists()
    assert queued() == []


def test_an_occasion_is_told_once():
    user, colleague = UserFactory(), UserFactory()
    first = told(user, key="follow_up_due:7", mail=True)
    assert told(user, key="follow_up_due:7", mail=True) == first
    assert told(colleague, key="follow_up_due:7") != first
    assert told(user) != told(user)
    assert queued() == [{"notification_id": first.pk}]
    assert Event.objects.filter(kind="notification.created", subject_id=first.pk).count() == 1


def test_a_kind_nobody_defined_is_refused():
    with pytest.raises(ValueError, match="lead_asigned"):
        told(UserFactory(), kind="lead_asigned")


def test_mail_leaves_only_if_the_user_wants_that_kind():
    user = UserFactory()
    notifications.choose_mail(user=user, choices={Kind.LEAD_ASSIGNED: False})
    told(user, mail=True)
    assert queued() == []
    wanted = told(user, kind=Kind.FOLLOW_UP_DUE, mail=True)
    assert queued() == [{"notification_id": wanted.pk}]


def test_choices_of_other_kinds_stay():
    user = UserFactory()
    notifications.choose_mail(user=user, choices={Kind.LEAD_ASSIGNED: False})
    notifications.choose_mail(user=user, choices={Kind.FOLLOW_UP_DUE: False})
    notifications.choose_mail(user=user, choices={Kind.LEAD_ASSIGNED: True})
    assert notifications.choices_of(user).mail == {"lead_assigned": True, "follow_up_due": False}


def test_the_mail_names_the_page_and_goes_out_once(settings):
    settings.SITE_URL = "https://better.example"
    notification = told(UserFactory(), title="A lead\nfor you", body="Asha Rao wants to see Skyline.")
    jobs.mail_notification(notification_id=notification.pk)
    jobs.mail_notification(notification_id=notification.pk)

    [message] = mail.outbox
    assert message.to == [notification.user.email]
    assert message.subject == "A lead for you"
    assert "Asha Rao wants to see Skyline." in message.body
    assert "https://better.example/leads/7\n" in message.body
    assert message.extra_headers["Message-ID"].startswith(f"<notification-{notification.pk}@")


def test_nobody_who_left_gets_mail():
    notification = told(UserFactory(is_active=False), mail=True)
    jobs.mail_notification(notification_id=notification.pk)
    assert queued() == []
    assert mail.outbox == []


def test_history_is_not_mailed():
    with clock.at(timezone.now() - timedelta(days=3)):
        notification = told(UserFactory(), mail=True)
    assert notification.created_at < timezone.now() - timedelta(days=2)
    assert queued() == []


def test_reading_twice_keeps_the_first_moment():
    notification = told(UserFactory())
    first = notifications.mark_read(notification=notification).read_at
    assert first is not None
    assert notifications.mark_read(notification=notification).read_at == first
    assert Event.objects.filter(kind="notification.read").count() == 1


def test_all_are_read_but_nobody_elses():
    user, colleague = UserFactory(), UserFactory()
    told(user)
    told(user)
    other = told(colleague)
    assert notifications.mark_all_read(user=user) == 2
    assert notifications.mark_all_read(user=user) == 0
    assert list(Notification.objects.unread()) == [other]


def test_unread_come_first_then_the_newest():
    user = UserFactory()
    read_old, read_new, unread_old, unread_new = (told(user, title=title) for title in "abcd")
    notifications.mark_read(notification=read_new)
    notifications.mark_read(notification=read_old)
    shown = Notification.objects.visible_to(user).unread_first()
    assert list(shown) == [unread_new, unread_old, read_new, read_old]
