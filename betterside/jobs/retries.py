"""When a failed job runs again."""

import random

from django.db import InterfaceError, OperationalError
from procrastinate import BaseRetryStrategy, RetryDecision
from psycopg_pool import PoolTimeout

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)


class Later(Exception):
    """Raised by a job to be run again in so many seconds, whatever its attempts: somebody asked it to wait."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(f"again in {seconds:.0f} s")


class Backoff(BaseRetryStrategy):
    """`attempts` retries, doubling from `first` to at most `longest` seconds, a quarter more or less by chance.

    `never` names exceptions that no retry can cure. A database that went away is retried without end.
    """

    def __init__(self, *, attempts: int = 8, first: float = 10, longest: float = 900, never: tuple = ()):
        self.attempts, self.first, self.longest, self.never = attempts, first, longest, never

    def get_retry_decision(self, *, exception, job) -> RetryDecision | None:
        if isinstance(exception, Later):
            return RetryDecision(retry_in={"seconds": exception.seconds})
        if not isinstance(exception, DATABASE_AWAY) and self._is_over(exception, job.attempts):
            return None
        wait = min(self.longest, self.first * 2 ** min(job.attempts, 20))
        return RetryDecision(retry_in={"seconds": wait * random.uniform(0.75, 1.25)})  # noqa: S311

    def _is_over(self, exception, attempts: int) -> bool:
        return attempts >= self.attempts or isinstance(exception, self.never)
