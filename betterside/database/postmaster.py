"""Whose process does `postmaster.pid` name?"""

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def pid(data: Path) -> int | None:
    """The process id in the data directory's postmaster.pid, dead or alive."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _command_line(process: int) -> str:
    """Empty for a process that is gone, or dead and not yet waited for by its parent."""
    if not Path("/proc/self").exists():  # macOS
        shown = subprocess.run(["ps", "-p", str(process), "-o", "command="], capture_output=True, text=True)  # noqa: S603, S607
        return shown.stdout.rstrip("\n")
    try:
        return os.fsdecode(Path(f"/proc/{process}/cmdline").read_bytes()).replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_running(data: Path) -> bool:
    """Whether the process that the pid file names is the server of this data directory, not a later owner of its id."""
    process = pid(data)
    return process is not None and f" -D {data} " in f"{_command_line(process)} "


def disown(place):
    """Let a start succeed although the pid file names a stranger's process.

    PostgreSQL ignores the id of the process that ran pg_ctl, which is ours. The rest of the file stays: by it
    PostgreSQL sees that a killed server's last children still write, and refuses instead of ruining the data.
    """
    file = place.data / "postmaster.pid"
    if pid(place.data) is None:
        _remove_remnant(file)
    else:
        script = '{ echo "$1"; tail -n +2 "$2"; } > "$2.new" && mv "$2.new" "$2"'
        place.run("sh", "-c", script, "sh", os.getpid(), file)
    (place.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _remove_remnant(file: Path):
    """Remove a file without an id: a crash left it. One made just now belongs to a start that is about to write it."""
    with suppress(FileNotFoundError):
        if time.time() - file.stat().st_mtime > 1:
            file.unlink()
