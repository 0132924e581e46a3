"""One lane's worker, which never leaves a job behind that looks as if it still ran."""

import logging

import psycopg
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from .lanes import Lane

log = logging.getLogger(__name__)

LOST = (ConnectorException, psycopg.Error)


class LaneWorker(Worker):
    def __init__(self, lane: Lane):
        super().__init__(
            app=app,
            **app.worker_defaults,
            queues=list(lane.queues),
            concurrency=lane.slots,
            install_signal_handlers=False,
            fetch_job_polling_interval=settings.JOB_POLLING,
            update_heartbeat_interval=settings.JOB_HEARTBEAT,
            stalled_worker_timeout=settings.JOB_STALLED_AFTER,
        )

    async def _persist_job_status(self, job, **outcome):
        """An outcome that cannot be written ends this worker: while it lived its job would stay `doing`, which
        nobody takes back from the living. The sweeper hands it to the next one."""
        try:
            await super()._persist_job_status(job=job, **outcome)
        except LOST as error:
            log.warning("Job %s (%s) ended, which could not be written down: %s", job.id, job.task_name, cause(error))
            self.stop()


def cause(error: BaseException) -> str:
    """procrastinate wraps the driver's error in one that says little."""
    return str(error.__cause__ or error).strip() or type(error).__name__
