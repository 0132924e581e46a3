import time

from django.core.management.commands import migrate
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, LockNotAvailable

TRIES = 60
PAUSE = 0.5  # seconds, in which those who were held up get through


class Command(migrate.Command):
    """Django's, beside a product at work: a migration that does not get its locks in time is tried again. Those before
    it are done, and it has changed nothing."""

    def handle(self, *args, **options):
        for tries_left in reversed(range(TRIES)):
            try:
                return super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected) or not tries_left:
                    raise
            self.stdout.write(" somebody works on the tables; trying again.")
            time.sleep(PAUSE)
        return None
