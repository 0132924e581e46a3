"""Whose process does `postmaster.pid` name?"""

import os
import subprocess
from pathlib import Path


def pid(data: Path) -> int | None:
    """The process id in the data directory's postmaster.pid, dead or alive."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def command_line(process: int) -> list[str]:
    """Empty for a process that is gone or waits for its parent to take notice."""
    try:
        return os.fsdecode(Path(f"/proc/{process}/cmdline").read_bytes()).split("\0")
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return []
    shown = subprocess.run(["ps", "-p", str(process), "-o", "command="], capture_output=True, text=True)  # noqa: S603, S607
    return shown.stdout.split(" ")


def is_running(data: Path) -> bool:
    """Whether the process that the pid file names is the server of this data directory, not a later owner of its id."""
    process = pid(data)
    return process is not None and str(data) in command_line(process)


def disown(place):
    """Let a start succeed although the pid file names a stranger's process.

    PostgreSQL ignores the id of the process that ran pg_ctl, which is ours. The rest of the file stays: by it
    PostgreSQL sees that a killed server's last children still write, and refuses instead of ruining the data.
    """
    file = place.data / "postmaster.pid"
    if pid(place.data) is not None:
        script = '{ echo "$1"; tail -n +2 "$2"; } > "$2.new" && mv "$2.new" "$2"'
        place.run("sh", "-c", script, "sh", os.getpid(), file)
    (place.sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
