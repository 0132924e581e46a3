"""`manage.py seed --leads N`: one entity filled up to N."""

import io

import pytest
from django.core.management import CommandError, call_command

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import Entity
from cp import seed as cp_seed
from crm.models import Lead
from crm.services import bulk_seed
from marketing.models import Campaign


@pytest.fixture
def seed(db, settings, monkeypatch):
    """Calls the command and returns what it said. VACUUM is left out: tests run in a transaction."""
    settings.DEBUG = True
    monkeypatch.setattr(bulk_seed, "settle", lambda: None)

    def run(*arguments: str) -> str:
        out = io.StringIO()
        call_command("seed", *arguments, stdout=out)
        return out.getvalue()

    return run


def test_it_says_what_is_there_and_tops_up(seed):
    said = seed("--leads", "40")
    assert "large has 0 leads; 40 to make." in said
    assert "large has 40 leads now." in said
    assert "large.manager@large.example" in said
    assert "40/40" in said
    assert "a second" in said
    assert "large has 40 leads; 15 to make." in seed("--leads", "55")
    assert "large has 55 leads; 0 to make." in seed("--leads", "10")
    assert Lead.objects.filter(entity__slug="large").count() == 55
    assert Campaign.objects.filter(entity__slug="large").count() == 6
    assert not Lead.objects.filter(entity__slug="large", platform="facebook", campaign=None).exists()


def test_it_leaves_the_small_demos_as_they_are(seed):
    seed("--leads", "20")
    assert not Lead.objects.exclude(entity__slug="large").exists()
    assert not Entity.objects.get(slug="fxcareers").users.exists()


def test_it_fills_another_entity_with_its_own_people_and_projects(seed):
    accounts_seed.run()
    cp_seed.run()
    before = Lead.objects.filter(entity__slug="betterside").count()
    assert f"betterside has {before} leads; 14 to make." in seed("--leads", str(before + 14), "--entity", "betterside")
    made = Lead.objects.filter(entity__slug="betterside", meta__source_lead_id__startswith="seed-")
    assert made.exists()
    assert not made.filter(project=None).exists()
    assert set(made.values_list("assigned_user__username", flat=True)) <= {"cp1", "cp2", None}


def test_it_names_an_entity_that_is_not_there(seed):
    with pytest.raises(CommandError, match="There is no entity nowhere"):
        seed("--leads", "5", "--entity", "nowhere")


def test_it_refuses_outside_debug_without_force(seed, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        seed("--leads", "5")
    assert not Lead.objects.exists()
