"""What a thousand open WebSockets cost one web process, and how fast all hear of one change.

    python -m benchmarks.sockets --connections 1000

The floor is a bare ASGI application on the same server, which knows nobody and hands one client's message to all.
"""

import argparse
import asyncio
import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from websockets.asyncio.client import ClientConnection, connect

from faults.house import House, free_port

FLAGS = ["--log-level", "error", "--no-access-log", "--lifespan", "off"]
# As in README.md, "Production".
SOCKET_FLAGS = ["--ws-max-size", "65536", "--ws-per-message-deflate", "false"]
PEOPLE = ["fx.admin", "fx.manager", "fx.rep1", "fx.rep2", "fx.support"]  # each may have 200 streams
AT_ONCE = 50  # handshakes
CHANGES = 10


class SocketHouse(House):
    """The demo data, one web process, and the floor beside it."""

    def __init__(self):
        super().__init__()
        self.floor_port = free_port()

    @property
    def addresses(self) -> list[str]:
        return [f"{self.url}/healthz", f"http://127.0.0.1:{self.floor_port}/"]

    def start_all(self) -> None:
        self.manage("seed")
        self.start(
            "web", "-m", "uvicorn", "betterside.asgi:application", "--port", str(self.port), *FLAGS, *SOCKET_FLAGS
        )
        floor = ["-m", "uvicorn", "benchmarks.sockets:floor", "--port", str(self.floor_port)]
        self.start("floor", *floor, *FLAGS, *SOCKET_FLAGS)

    def process(self, name: str) -> "Process":
        return Process(self.children[name].pid)

    def signed_in(self, person: str) -> httpx.Client:
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)
        body = {"email": person, "password": "BetterSide-demo-1"}
        token = client.post("/api/auth/login", json=body).raise_for_status().json()["data"]["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client


class Process:
    def __init__(self, pid: int):
        self.folder = Path("/proc") / str(pid)

    def memory(self) -> int:
        """Resident kilobytes."""
        line = next(line for line in (self.folder / "status").read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1])

    def seconds(self) -> float:
        """CPU time so far."""
        fields = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


sends = set()


async def floor(scope, receive, send):
    """The bare application; over HTTP it says that it is there."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    sends.add(send)
    while (message := await receive())["type"] == "websocket.receive":
        for other in sends:
            await other({"type": "websocket.send", "text": message["text"]})
    sends.discard(send)


class Crowd:
    """Open sockets, each with a task that notes when it first hears the words that are waited for."""

    def __init__(self):
        self.sockets: list[ClientConnection] = []
        self.tasks: list[asyncio.Task] = []
        self.wanted, self.heard = "", {}

    async def open(self, url: str, headers: list[dict], *, is_greeted: bool) -> float:
        """One socket for each of the headers; returns the seconds that it took."""
        turns, began = asyncio.Semaphore(AT_ONCE), time.perf_counter()

        async def one(header: dict) -> None:
            async with turns:
                connection = await connect(url, additional_headers=header, proxy=None, compression=None)
                if is_greeted:
                    await connection.recv()
            self.sockets.append(connection)
            self.tasks.append(asyncio.create_task(self.listen(connection)))

        await asyncio.gather(*map(one, headers))
        return time.perf_counter() - began

    async def listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            if self.wanted and self.wanted in text:
                self.heard.setdefault(connection, time.perf_counter())

    async def hears(self, wanted: str, cause: Awaitable) -> list[float]:
        """Seconds from before the cause until each has heard, in order."""
        self.wanted, self.heard = wanted, {}
        began = time.perf_counter()
        await cause
        async with asyncio.timeout(60):
            while len(self.heard) < len(self.sockets):
                await asyncio.sleep(0.001)
        return sorted(moment - began for moment in self.heard.values())

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*(connection.close() for connection in self.sockets))


async def measure(
    process: Process, url: str, headers: list[dict], changes: Callable[[Crowd], list], *, is_greeted: bool, idle: float
) -> dict[str, float]:
    """The figures of one server. `changes(crowd)` gives (words of its message, what makes it) for each change."""
    crowd, before = Crowd(), process.memory()
    seconds = await crowd.open(url, headers, is_greeted=is_greeted)
    used, began = process.seconds(), time.perf_counter()
    await asyncio.sleep(idle)
    share = (process.seconds() - used) / (time.perf_counter() - began)
    memory = (process.memory() - before) / len(headers)
    delays = [await crowd.hears(wanted, cause()) for wanted, cause in changes(crowd)]
    await crowd.close()
    return {
        "opened, a second": len(headers) / seconds,
        "memory of one, KB": memory,
        "idle, percent of a core": 100 * share,
        "a change to the first client, ms": 1000 * statistics.median(times[0] for times in delays),
        "a change to the median client, ms": 1000 * statistics.median(map(statistics.median, delays)),
        "a change to the last client, ms": 1000 * statistics.median(times[-1] for times in delays),
    }


async def of_product(house: SocketHouse, connections: int, idle: float) -> dict[str, float]:
    people = [house.signed_in(person) for person in PEOPLE]
    headers = [{"Authorization": people[n % len(people)].headers["Authorization"]} for n in range(connections)]
    manager = people[PEOPLE.index("fx.manager")]
    leads = [lead["id"] for lead in manager.get(f"/api/leads?limit={CHANGES}").json()["data"]]

    def changes(_crowd):
        def change(lead: int):
            return asyncio.to_thread(manager.patch, f"/api/leads/{lead}", json={"first_name": "Changed"})

        return [(f'"lead_id":{lead},', partial(change, lead)) for lead in leads]

    url = f"ws://127.0.0.1:{house.port}/ws"
    return await measure(house.process("web"), url, headers, changes, is_greeted=True, idle=idle)


async def of_floor(house: SocketHouse, connections: int, idle: float) -> dict[str, float]:
    def changes(crowd):
        return [(f"change {n}.", partial(crowd.sockets[0].send, f"change {n}.")) for n in range(CHANGES)]

    url = f"ws://127.0.0.1:{house.floor_port}/"
    return await measure(house.process("floor"), url, [{}] * connections, changes, is_greeted=False, idle=idle)


def allow_files(connections: int) -> None:
    """Each connection is a file here and in the servers, which inherit the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + 1000
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SystemExit(f"{connections} connections need {needed} open files; `ulimit -Hn` allows {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(needed, soft), hard))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1000, help="at most 1,000: 200 of each of five people")
    parser.add_argument("--idle", type=float, default=45, help="seconds of saying nothing; three pings")
    options = parser.parse_args()
    allow_files(options.connections)
    with SocketHouse() as house:
        floor_figures = asyncio.run(of_floor(house, options.connections, options.idle))
        figures = asyncio.run(of_product(house, options.connections, options.idle))
    table = Table("what", "floor", "BetterSide", title=f"{options.connections} WebSockets in one process")
    for name, figure in figures.items():
        table.add_row(name, f"{floor_figures[name]:.1f}", f"{figure:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
