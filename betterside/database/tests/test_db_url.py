"""DB_URL may name any ordinary PostgreSQL from version 15 on: here one on a TCP port that asks for a password."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from betterside.database import launcher as module
from betterside.database.launcher import Launcher

PROJECT = Path(__file__).resolve().parents[3]
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "p@ss/word:1"  # noqa: S105

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module", params=["", str(DEBIAN_15)], ids=["the embedded programs", "Debian's PostgreSQL 15"])
def url(request, tmp_path_factory):
    if request.param and not (DEBIAN_15 / "postgres").exists():
        pytest.skip(f"no PostgreSQL in {DEBIAN_15}")
    server = Launcher(tmp_path_factory.mktemp("ordinary"), request.param)
    server.ensure()
    server.stop()
    (server.place.data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SETTINGS", {"listen_addresses": "127.0.0.1"})
        patch.setattr(module, "PORT", free_port())
        address = server.ensure()
    with psycopg.connect(**{**address, "user": "postgres", "dbname": "postgres"}) as admin:
        for role in ("betterside", "postgres"):
            admin.execute(f"ALTER ROLE {role} PASSWORD '{PASSWORD}'")
    yield f"postgres://{{role}}:{quote(PASSWORD, safe='')}@127.0.0.1:{address['port']}/betterside"
    server.reset()


def manage(url: str, *arguments) -> subprocess.CompletedProcess:
    environment = {**os.environ, "DEBUG": "true", "DB_URL": url, "DJANGO_SETTINGS_MODULE": "betterside.settings"}
    run = [sys.executable, "manage.py", *arguments]
    return subprocess.run(run, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_an_ordinary_server(url):
    migrated = manage(url.format(role="betterside"), "migrate", "-v", "0")
    assert (migrated.returncode, migrated.stdout) == (0, ""), migrated.stderr
    checked = manage(url.format(role="betterside"), "check", "--database", "default", "--fail-level", "ERROR")
    assert checked.returncode == 0, checked.stderr
    assert "W001" not in checked.stderr
    assert manage(url.format(role="betterside"), "migrate", "--check").returncode == 0
    told = manage(url.format(role="betterside"), "devdb", "status").stdout
    assert told == "DB_URL names the database, so there is no embedded database here.\n"


def test_a_superuser_is_reported(url):
    checked = manage(url.format(role="postgres"), "check", "--database", "default")
    assert "betterside.W001" in checked.stderr
    assert PASSWORD not in checked.stdout + checked.stderr
