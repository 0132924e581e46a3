"""A client of the growth face, whose server is killed while it listens (issue 8)."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from betterside.accounts.seed import PASSWORD

from .test_servers import ask

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]
LEADS = 12


class Listener:
    """Reads the stream until it breaks off; remembers what it heard and where it stood."""

    def __init__(self, address: str, headers: dict):
        self.address, self.headers = address, headers
        self.heard: list[str] = []
        self.position = ""

    def listen(self, until: int) -> None:
        last = {"Last-Event-ID": self.position} if self.position else {}
        try:
            with httpx.stream("GET", f"{self.address}/events", headers=self.headers | last, timeout=30) as answer:
                for line in answer.iter_lines():
                    self._take(*line.partition(": ")[::2])
                    if len(self.heard) >= until:
                        return
        except httpx.TransportError:
            pass  # Killed, as it should be.

    def _take(self, name: str, value: str) -> None:
        if name == "id":
            self.position = value
        elif name == "data" and (message := json.loads(value))["kind"] == "lead.created":
            self.heard.append(message["lead_id"])


def test_a_client_misses_nothing_when_its_server_is_killed_and_comes_back(scratch, port, stop):  # noqa: F811
    address = f"http://127.0.0.1:{port}/api"
    assert scratch.manage("seed").wait(120) == 0
    server = start(scratch, port)
    login = {"email": "growth.admin@sociovia.example", "password": PASSWORD}
    token = httpx.post(f"{address}/auth/login", json=login, timeout=30).json()["data"]["access_token"]
    client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    listener = Listener(address, dict(client.headers))
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listener.listen, LEADS)
        scratch.until(lambda: listener.position, "the stream is open")
        made = [create(client, number) for number in range(4)]
        scratch.until(lambda: len(listener.heard) == 4, "four are heard of")
        stop(server, signal.SIGKILL)
        listening.result(30)
    start(scratch, port)
    made += [create(client, number) for number in range(4, 8)]
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listener.listen, LEADS)
        made += [create(client, number) for number in range(8, LEADS)]
        listening.result(60)
    assert listener.heard == made


def start(scratch, port: int):  # noqa: F811
    server = scratch.manage("runserver", "--noreload", str(port))
    scratch.until(lambda: ask(port), "the server answers")
    return server


def create(client: httpx.Client, number: int) -> str:
    answer = client.post("/leads", json={"name": "Alice", "email": f"cut.off{number}@mail.example"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]
