"""`last_activity` is known to five minutes and costs no write per request."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ..models import User
from .factories import UserFactory

pytestmark = pytest.mark.django_db


def last_activity(user):
    return User.objects.get(pk=user.pk).last_activity


def was_here(user, **ago):
    User.objects.filter(pk=user.pk).update(last_activity=timezone.now() - timedelta(**ago))
    return last_activity(user)


def test_a_request_by_token_is_noted_every_five_minutes(api):
    user = UserFactory()
    client = api.as_(user)
    recent = was_here(user, minutes=4)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/api/auth/me")
    assert last_activity(user) == recent
    assert len(queries) == 1

    was_here(user, minutes=6)
    client.get("/api/auth/me")
    assert last_activity(user) > recent


def test_a_request_by_session_is_noted(client):
    user = UserFactory()
    client.force_login(user)
    old = was_here(user, minutes=6)
    client.get("/api/auth/me", SERVER_NAME="localhost")
    assert last_activity(user) > old


def test_signing_in_is_noted(api, client):
    first, second = UserFactory(), UserFactory()
    api.as_(first)
    client.force_login(second)
    assert last_activity(first)
    assert last_activity(second)


def test_who_is_refused_was_not_here(api):
    user = UserFactory()
    client = api.as_(user)
    old = was_here(user, minutes=6)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/api/auth/me").status_code == 401
    assert last_activity(user) == old
