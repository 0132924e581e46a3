"""The worker process: works on lanes until it is told to stop, whatever the database does meanwhile.

procrastinate's worker ends when its database goes away (procrastinate#1116), so it runs in sessions: one ends with
the database, the next begins when it is back.
"""

import asyncio
import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from procrastinate.contrib.django import app, connector_params
from psycopg_pool import AsyncConnectionPool

from .engine import WorkerConnector
from .lane_worker import LOST, LaneWorker, cause
from .lanes import LANES
from .stalled import hand_back, sweep_for_ever

log = logging.getLogger(__name__)

PATIENCE = 3  # seconds that a connection may be long in coming
LONGEST_PAUSE = 15  # seconds between two tries to reach the database
LONG_SESSION = 60  # seconds; after one the pauses start anew


class Supervisor:
    """Runs one procrastinate worker per lane. `grace` is how long running jobs may take to end when it stops."""

    def __init__(self, lanes: list[str], grace: float):
        self.lanes = [LANES[name] for name in lanes]
        self.names = ", ".join(lanes)
        self.grace = grace
        self.stopping, self.hurrying = asyncio.Event(), asyncio.Event()
        # Set when jobs were left running in threads, which only the end of the process can end.
        self.is_stuck = False

    async def run(self) -> None:
        self._prepare()
        pause = 0.5
        while not (self.stopping.is_set() or self.is_stuck):
            began = time.monotonic()
            try:
                await self._session()
            except LOST as error:
                log.warning("The worker cannot reach its jobs: %s", cause(error))
            pause = 1 if time.monotonic() - began > LONG_SESSION else min(pause * 2, LONGEST_PAUSE)
            if not self.is_stuck:
                await _within(pause, self.stopping.wait())

    def _prepare(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(sum(lane.slots for lane in self.lanes) + 2, "job"))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)

    def stop(self) -> None:
        """The first call lets running jobs end within the grace, the second does not wait for them."""
        (self.hurrying if self.stopping.is_set() else self.stopping).set()

    async def _session(self) -> None:
        # Asks Django, and so starts an embedded database that is down.
        parameters = await asyncio.to_thread(connector_params)
        check = AsyncConnectionPool.check_connection
        pool = AsyncConnectionPool(kwargs=parameters, min_size=1, max_size=8, timeout=PATIENCE, check=check, open=False)
        async with pool:
            await pool.wait(timeout=PATIENCE)
            with app.replace_connector(WorkerConnector(kwargs=parameters)):
                async with app.open_async(pool):
                    await self._work(pool)

    async def _work(self, pool: AsyncConnectionPool) -> None:
        """Until told to stop, or until the first lane or the sweeper fails."""
        workers = [LaneWorker(lane) for lane in self.lanes]
        runs = [asyncio.create_task(worker.run()) for worker in workers]
        sweeper, stop = asyncio.create_task(sweep_for_ever(pool)), asyncio.create_task(self.stopping.wait())
        log.info("Working on %s", self.names)
        await asyncio.wait([*runs, sweeper, stop], return_when=asyncio.FIRST_COMPLETED)
        for worker in workers:
            worker.stop()
        try:
            await self._wind_up(pool, workers, runs)
        finally:
            stop.cancel()
            sweeper.cancel()
            _stop, swept = await asyncio.gather(stop, sweeper, return_exceptions=True)
        if not isinstance(swept, asyncio.CancelledError):
            raise swept

    async def _wind_up(self, pool: AsyncConnectionPool, workers: list[LaneWorker], runs: list[asyncio.Task]) -> None:
        ended = asyncio.gather(*runs, return_exceptions=True)
        hurry = asyncio.create_task(self.hurrying.wait())
        await asyncio.wait([ended, hurry], timeout=self.grace, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not ended.done():
            self.is_stuck = True
            await hand_back(pool, [worker.worker_id for worker in workers if worker.worker_id])
            return
        for outcome in ended.result():
            if isinstance(outcome, BaseException):
                raise outcome


async def _within(seconds: float, awaitable) -> None:
    try:
        await asyncio.wait_for(awaitable, seconds)
    except TimeoutError:
        return
