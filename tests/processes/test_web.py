"""The web process of production when it is replaced, and when PostgreSQL takes no more connections (trust F6, F23)."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from betterside.database import launcher

from .conftest import listens

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


@pytest.fixture
def client():
    with httpx.Client(timeout=15, trust_env=False, limits=httpx.Limits(max_connections=None)) as client:
        yield client


def test_a_web_process_that_is_replaced_answers_what_it_has_begun(scratch, web, client, address, stop):
    old = web()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.get, f"{address}/api/slow?seconds=4") for _ in range(8)]
        scratch.until(lambda: len(scratch.noted("asked")) == 8, "all are worked on")
        old.terminate()
        scratch.until(lambda: not listens(address), "it listens no more")
        web()
        assert not any(one.done() for one in asked)
        assert [one.result().json() for one in asked] == ["done"] * 8
    assert old.wait(10) in (0, -signal.SIGTERM)


@pytest.fixture
def few_connections(scratch, monkeypatch):
    """A server that takes 20, three of which are a superuser's."""
    scratch.database.stop()
    with monkeypatch.context() as patch:
        patch.setitem(launcher.SETTINGS, "max_connections", "20")
        scratch.sql("SELECT 1")
    assert scratch.sql("SHOW max_connections") == [("20",)]
    yield
    scratch.database.stop()


def test_with_no_connection_left_it_says_so_and_nobody_hangs(scratch, few_connections, web, client, address):
    web()

    def ask(number):
        began = time.monotonic()
        answer = client.get(f"{address}/api/slow?seconds=0.5")
        return answer, time.monotonic() - began

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(ask, range(100)))

    refused = [answer for answer, _seconds in answers if answer.status_code != 200]
    assert {answer.status_code for answer in refused} == {503}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert all(answer.json()["success"] is False for answer in refused)
    assert max(seconds for _answer, seconds in answers) < 5
    assert client.get(f"{address}/api/slow?seconds=0").json() == "done"
