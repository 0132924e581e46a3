import os
import time
from pathlib import Path

from betterside.jobs import Backoff, every, task

NOTES = Path(os.environ.get("SCRATCH", ".")) / "notes"


def note(*words) -> None:
    with NOTES.open("a") as file:
        file.write(" ".join(map(str, words)) + "\n")


@task()
def say(*, word):
    note(word)


@task(retry=Backoff(first=0.5))
def work(*, seconds, **_):
    note("begin", os.getpid())
    time.sleep(seconds)
    note("end", os.getpid())


@every("* * * * * *", queue="mail")
def tick():
    note("tick", int(time.time()), os.getpid())
