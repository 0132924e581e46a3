import asyncio
import logging
import os
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from betterside.jobs.lanes import LANES
from betterside.jobs.worker import Supervisor


class Command(BaseCommand):
    help = "Work on background jobs and their timetable. Stops on Ctrl-C or SIGTERM when running jobs have ended."

    def add_arguments(self, parser):
        parser.add_argument("lanes", nargs="*", metavar="lane", help=f"some of {', '.join(LANES)}; default: all")
        parser.add_argument(
            "--grace",
            type=float,
            default=settings.JOB_GRACE,
            help="seconds that running jobs get to end; then they are handed back (default %(default)s)",
        )

    def handle(self, lanes, grace, **options):
        unknown = set(lanes) - set(LANES)
        if unknown:
            raise CommandError(f"There is no lane {', '.join(sorted(unknown))}; choose among {', '.join(LANES)}.")
        # The supervisor says once what the pool would say at each try.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        asyncio.run(self.work(Supervisor(lanes or list(LANES), grace)))

    async def work(self, supervisor: Supervisor):
        await supervisor.run()
        if not supervisor.is_stuck:
            return
        # Threads with jobs that were handed back must not go on: leave without waiting for them.
        logging.shutdown()
        if supervisor.stopping.is_set():
            os._exit(0)
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the same command again
