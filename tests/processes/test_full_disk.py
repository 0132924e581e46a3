"""A disk that is full: no false acknowledgement, and service again as soon as there is room (trust F21)."""

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]
ROOM = 48 * 2**20
# Of the website's door, a minute.
BELOW_THE_LIMIT = 50


def mounts() -> bool:
    """Whether this is a root that may mount."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0  # noqa: S607


@pytest.fixture
def small_disk(scratch):
    """The data directory on a file system of its own, with little room beside what is there; yields its path."""
    scratch.database.stop()
    data = scratch.database.place.data
    kept = data.with_name("kept")
    used = sum(path.stat().st_blocks * 512 for path in data.rglob("*"))
    data.rename(kept)
    data.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={used + ROOM}", "tmpfs", data], check=True)  # noqa: S603, S607
    try:
        subprocess.run(["cp", "-a", f"{kept}/.", data], check=True)  # noqa: S603, S607
        scratch.database.ensure()
        yield data
    finally:
        scratch.database.stop()
        subprocess.run(["umount", "-l", data], check=True)  # noqa: S603, S607
        data.rmdir()
        kept.rename(data)


def fill(disk) -> Path:
    """Leave two megabytes; returns the file to remove."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        for _megabyte in range(shutil.disk_usage(disk).free // 2**20 - 2):
            file.write(bytes(2**20))
    return ballast


@pytest.fixture
def send(address):
    """Post an enquiry of 80 KB that does not shrink."""

    def send(number) -> httpx.Response:
        answers = {"email": f"p{number}@mail.example", "text": os.urandom(40_000).hex()}
        body = {"entity_id": 1, "answers": answers}
        return httpx.post(f"{address}/api/webhooks/website", json=body, timeout=30, trust_env=False)

    return send


@pytest.mark.skipif(
    not mounts(), reason="only root can give the database a small disk, where the system lets it mount one"
)
def test_a_full_disk_acknowledges_nothing_that_is_not_there(scratch, small_disk, web, address, send):
    scratch.sql("TRUNCATE api_ratecounter")  # what other tests sent through this door
    before = scratch.sql("SELECT coalesce(max(id), 0) FROM crm_lead")[0][0]
    web()
    ballast = fill(small_disk)
    answers = [send(number) for number in range(BELOW_THE_LIMIT)]

    assert {answer.status_code for answer in answers} == {201, 503}
    assert all(answer.json()["success"] is False for answer in answers if answer.status_code == 503)
    assert httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
    assert httpx.get(f"{address}/readyz", trust_env=False).status_code in (200, 503)

    ballast.unlink()
    scratch.until(lambda: send("again").status_code == 201, "there is service again", seconds=30)
    acknowledged = sorted(answer.json()["lead_id"] for answer in answers if answer.status_code == 201)
    mine = "SELECT id FROM crm_lead WHERE id > %s AND email <> 'pagain@mail.example' ORDER BY id"
    there = scratch.sql(mine, before)
    assert [pk for (pk,) in there] == acknowledged
    lost = "SELECT count(*) FROM crm_lead WHERE NOT EXISTS (SELECT FROM crm_stageentry WHERE lead_id = crm_lead.id)"
    assert scratch.sql(lost) == [(0,)]
