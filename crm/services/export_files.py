"""Where exported files lie: MEDIA_ROOT/exports, which every web process and worker sees (README, "Production").

Files, not answers made while they are sent: a large export can say how far it is, a broken download can be repeated, and
XLSX is complete only at its end. They hold people's names and phones, so only our user may read them, their names are
random, and housekeeping removes them.
"""

import os
import secrets
import time
from pathlib import Path

from django.conf import settings

ORPHANED = 12 * 3600  # seconds since its last byte; no process pauses for so long in a file


def folder() -> Path:
    place = Path(settings.MEDIA_ROOT) / "exports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def new(extension: str) -> Path:
    """A new empty file that only our user may read."""
    path = folder() / f"{secrets.token_hex(16)}.{extension}"
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def path_of(name: str) -> Path:
    return folder() / Path(name).name


def remove(name: str) -> None:
    if name:
        path_of(name).unlink(missing_ok=True)


def remove_orphans(*, known: set[str]) -> int:
    """Files that no row names, left by a process that was killed; returns how many."""
    old = time.time() - ORPHANED
    orphans = [path for path in folder().iterdir() if path.name not in known and path.stat().st_mtime < old]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
