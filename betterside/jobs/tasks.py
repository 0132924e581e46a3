"""Declaring jobs, and the timetable."""

from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from .retries import Backoff


def task(*, queue: str = "default", retry=None, **options):
    """A decorator that makes a function a job. `queue` is one of betterside.jobs.lanes; `options` are procrastinate's."""
    return app.task(queue=queue, retry=retry or Backoff(), **options)


def every(cron: str, *, queue: str = "housekeeping", **options):
    """A decorator that puts a function without arguments on the timetable, in UTC; a sixth field, the last, names seconds.

    However many workers run, each tick is queued once, and never a second time while one still waits.
    """

    def decorate(function) -> Task:
        name = f"{function.__module__}.{function.__qualname__}"

        @task(queue=queue, name=name, queueing_lock=name, **options)
        def on_time(timestamp: int):
            return function()

        app.periodic(cron=cron, periodic_id="timetable")(on_time)
        return on_time

    return decorate
