"""Child processes that are started again when they die, and stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

LONGEST_PAUSE = 10
LONG_LIFE = 30  # seconds; after one the pauses start anew


class Child:
    """One process. `say` takes each line that it prints."""

    def __init__(self, name: str, command: list[str], say: Callable[[str, str], None]):
        self.name, self.command, self.say = name, command, say
        self.process: subprocess.Popen | None = None
        self.due = self.began = self.pause = 0.0

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches the parent alone, which then stops it in order."""
        tether = [sys.executable, "-m", "betterside.serving.tethered", str(os.getpid())]
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            [*tether, *self.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        self.began = time.monotonic()
        threading.Thread(target=self._listen, args=[self.process], daemon=True).start()

    def _listen(self, process: subprocess.Popen) -> None:
        for line in process.stdout:
            self.say(self.name, line.rstrip("\n"))

    def keep_alive(self) -> None:
        """Start it, or start it again once the pause after its death is over."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self.start()
        elif self.process.poll() is not None:
            lasted = time.monotonic() - self.began
            self.pause = 1 if lasted > LONG_LIFE else min(self.pause * 2 or 1, LONGEST_PAUSE)
            self.say(self.name, f"ended with code {self.process.returncode}; starts again in {self.pause:.0f} s")
            self.process, self.due = None, time.monotonic() + self.pause

    def tell(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, number)


class Children:
    def __init__(self, children: list[Child]):
        self.children = children

    def keep_alive(self) -> None:
        for child in self.children:
            child.keep_alive()

    def stop(self, patience: float) -> None:
        """Ask all to end, and end those that have not after so many seconds."""
        for number, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, 5)):
            for child in self.children:
                child.tell(number)
            self._wait(time.monotonic() + seconds)

    def _wait(self, deadline: float) -> None:
        for child in self.children:
            if child.process:
                try:
                    child.process.wait(max(0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    continue
                child.process = None
