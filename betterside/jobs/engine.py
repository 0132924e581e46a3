"""How procrastinate is wired into Django here."""

from procrastinate import PsycopgConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager


class WorkerConnector(PsycopgConnector):
    """The worker's own asynchronous connections; what a job queues goes through Django's connection.

    Without that, a job queued inside a job's transaction would be on another connection: started before the
    commit, kept on a rollback.
    """

    def get_sync_connector(self):
        return DjangoConnector()


class Manager(JobManager):
    async def retry_job(self, job, **when):
        """A job whose queueing_lock waits again has its successor: without this it would stay `doing` for ever,
        and keep its lock."""
        try:
            await super().retry_job(job, **when)
        except UniqueViolation:
            await self.finish_job(job, status=Status.ABORTED, delete_job=False)


def on_ready(app) -> None:
    """Named by settings.PROCRASTINATE_ON_APP_READY."""
    app.job_manager = Manager(app.connector)
