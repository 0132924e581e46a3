"""Outside DEBUG nothing starts without its secrets, and no demo accounts are made by accident (DESIGN section 9)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from betterside.accounts.models import User

ROOT = Path(__file__).resolve().parent.parent
# Set, so that a developer's .env cannot supply them.
COMPLETE = {
    "DEBUG": "false",
    "SECRET_KEY": "k" * 60,
    "JWT_SECRET": "j" * 60,
    "DB_URL": "postgres://betterside@db.example/betterside",
    "ADMIN_API_TOKEN": "",
    "FB_APP_SECRET": "",
    "FB_VERIFY_TOKEN": "",
}
READ = "from betterside import settings as s; print(repr([s.FB_APP_SECRET, s.FB_VERIFY_TOKEN, s.ADMIN_API_TOKEN]))"


def start(read=READ, **changes) -> subprocess.CompletedProcess:
    environment = {**os.environ, **COMPLETE, **changes}
    return subprocess.run([sys.executable, "-c", read], env=environment, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["DB_URL", "SECRET_KEY", "JWT_SECRET"])
def test_production_stops_without(name):
    ended = start(**{name: ""})
    assert ended.returncode == 1
    assert f"ImproperlyConfigured: {name} is missing." in ended.stderr


def test_production_starts_with_all_three_and_keeps_unset_doors_unset():
    assert start().stdout == "['', '', '']\n"


def test_what_db_url_says_behind_its_question_mark_is_kept():
    read = "from betterside.settings import DATABASES as d; print(d['default']['OPTIONS']['sslmode'])"
    assert start(read, DB_URL=f"{COMPLETE['DB_URL']}?sslmode=require").stdout == "require\n"


def test_development_needs_none_of_them():
    assert start(DEBUG="true", DB_URL="", SECRET_KEY="", JWT_SECRET="").returncode == 0


@pytest.mark.django_db
def test_seed_refuses_outside_debug_unless_forced(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--force"):
        call_command("seed")
    assert not User.objects.exists()
    call_command("seed", force=True)
    assert User.objects.filter(username="cp1").exists()


@pytest.mark.django_db
def test_seed_once_leaves_a_database_with_accounts_alone(settings):
    call_command("seed", force=True, once=True)
    User.objects.filter(username="buyer1").update(username="gone", email="gone@betterside.example")
    call_command("seed", force=True, once=True)
    assert not User.objects.filter(username="buyer1").exists()


def test_every_name_that_settings_read_is_explained():
    text = (ROOT / "betterside" / "settings.py").read_text()
    names = set(re.findall(r'(?:env\.(?:str|bool|int|list|db)|required|duration)\(\s*"([A-Z_]+)"', text))
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {line.lstrip("# ").split("=")[0] for line in lines if "=" in line}
    assert len(names) > 20
    assert names - explained == set()
