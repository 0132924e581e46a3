"""The practice's demo leads: nothing that its client shows is empty (DESIGN section 9)."""

import pytest
from django.utils import timezone

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import Entity, User

from ..models import Activity, Assignment, Lead, StageEntry
from ..seed import practice
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    accounts_seed.run()
    practice.run()
    return Entity.objects.get(slug="practice")


@pytest.fixture
def client(api, seeded):
    return api.as_(User.objects.get(username="admin"))


def test_there_are_leads_of_both_agents_and_of_nobody(seeded):
    owners = set(Lead.objects.filter(entity=seeded).values_list("assigned_user__username", flat=True))
    assert owners == {"agent1", "agent2", None}
    assert Lead.objects.order_by("pk").first().entity == seeded
    assert broken() == []


def test_leaderboard_badges_dashboard_and_rules_have_something_to_show(client):
    board = client.get("/api/v1/leaderboard?period=all").json()["leaderboard"]
    assert [row["username"] for row in board[:2]] == ["agent1", "agent2"]
    assert board[0]["performance_score"] > board[1]["performance_score"] > 0
    assert all(row["badges"] for row in board[:2])
    assert board[0]["badges"] != board[1]["badges"]

    shown = client.get("/api/v1/analytics/dashboard").json()
    assert all(shown[name] for name in ("leads_by_status", "leads_by_state", "recent_activity"))
    assert 0 < shown["totals"]["conversion_rate"] < 100
    assert all(row["total"] for row in shown["leads_by_status"])
    assert len(client.get("/api/v1/distribution/rules").json()) == 2


def test_all_of_it_lies_behind_us(seeded):
    now = timezone.now()
    for model, moment in [(Lead, "created_at"), (StageEntry, "entered_at"), (Assignment, "assigned_at")]:
        assert not model.objects.filter(**{f"{moment}__gt": now}).exists()
    assert not Activity.objects.filter(created_at__gt=now).exists()
    assert not Activity.objects.filter(completed_at__gt=now).exists()


def test_again_it_changes_nothing(seeded):
    before = Lead.objects.count(), Activity.objects.count()
    practice.run()
    assert (Lead.objects.count(), Activity.objects.count()) == before
