"""Jobs whose worker is gone go back to their queue."""

import asyncio
import logging

from django.conf import settings
from psycopg_pool import AsyncConnectionPool

log = logging.getLogger(__name__)

# One statement, so two sweepers cannot hand a job out twice. Only one job of a queueing_lock may wait: when
# another does already, the stalled one is given up for it.
BRING_BACK = """
WITH stalled AS (
    SELECT job.id, job.queueing_lock
    FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND {whose}
    FOR UPDATE OF job SKIP LOCKED
), replaced AS (
    SELECT id FROM stalled
    WHERE EXISTS (SELECT FROM stalled older WHERE older.queueing_lock = stalled.queueing_lock AND older.id < stalled.id)
    OR EXISTS (SELECT FROM procrastinate_jobs job WHERE job.queueing_lock = stalled.queueing_lock AND job.status = 'todo')
)
UPDATE procrastinate_jobs job
SET status = CASE WHEN job.id IN (SELECT id FROM replaced) THEN 'aborted' ELSE 'todo' END::procrastinate_job_status,
    attempts = attempts + 1, scheduled_at = now(), abort_requested = false, worker_id = NULL
FROM stalled WHERE stalled.id = job.id
RETURNING job.id, job.task_name
"""
OF_THE_DEAD = "(worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))"
OF_THESE = "worker.id = ANY(%s)"


async def sweep_for_ever(pool: AsyncConnectionPool) -> None:
    """Not a job on the timetable: it must work when every slot is taken, and its own worker may be the one killed."""
    while True:
        for job, name in await _bring_back(pool, OF_THE_DEAD, settings.JOB_STALLED_AFTER):
            log.warning("Job %s (%s) lost its worker and was taken back", job, name)
        await asyncio.sleep(settings.JOB_HEARTBEAT)


async def hand_back(pool: AsyncConnectionPool, workers: list[int]) -> None:
    """Return the jobs that these workers of this process will not finish."""
    for job, name in await _bring_back(pool, OF_THESE, workers):
        log.warning("Job %s (%s) did not end in time and was handed back", job, name)


async def _bring_back(pool: AsyncConnectionPool, whose: str, parameter) -> list[tuple]:
    async with pool.connection() as connection:
        cursor = await connection.execute(BRING_BACK.format(whose=whose), [parameter])
        return await cursor.fetchall()
