"""`manage.py dev` and `runserver` as a developer uses them."""

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from .conftest import ROOT

MANAGE = str(ROOT / "manage.py")
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


def ask(port, path="/healthz"):
    """Status, headers and body; None while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except (urllib.error.URLError, ConnectionError):
        return None


def running(scratch, *words) -> list[int]:
    """Process ids of commands of manage.py on the scratch database that have these words in their line."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = os.fsdecode((entry / "cmdline").read_bytes()).split("\0")
            environment = os.fsdecode((entry / "environ").read_bytes())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if f"SCRATCH={scratch.folder}\0" in environment and {MANAGE, *words} <= set(command):
            found.append(int(entry.name))
    return found


def is_ready(port) -> bool:
    return (ask(port, "/readyz") or [0])[0] == 200


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_dev_keeps_web_and_worker_alive_and_leaves_nothing_behind(scratch, stop, port):
    dev = scratch.manage("dev", str(port))
    scratch.until(lambda: is_ready(port), "web and worker are there")
    scratch.until(lambda: f"BetterSide runs at http://127.0.0.1:{port}" in dev.log.read_text(), "dev says where")
    for command in ("runserver", "worker"):
        (process,) = running(scratch, command)
        os.kill(process, signal.SIGKILL)
        scratch.until(lambda: running(scratch, command) not in ([], [process]), f"{command} is started again")  # noqa: B023
    scratch.until(lambda: is_ready(port), "both are back")
    assert stop(dev, signal.SIGINT) == 0
    assert running(scratch) == []
    assert ask(port) is None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_children_do_not_outlive_a_killed_dev(scratch, port):
    dev = scratch.manage("dev", str(port))
    scratch.until(lambda: running(scratch, "runserver") and running(scratch, "worker"), "both are started")
    dev.kill()
    scratch.until(lambda: running(scratch) == [dev.pid] or not running(scratch), "both end")


def test_dev_says_when_the_port_is_taken(port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(CommandError, match=f"try `make run PORT={port + 1}`"):
            call_command("dev", str(port))


def test_runserver_streams_serves_static_files_and_stops(scratch, stop, port):
    server = scratch.manage("runserver", "--noreload", str(port))
    scratch.until(lambda: ask(port), "the server answers")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/endless", timeout=5) as stream:
        assert stream.readline() == b"tick\n"
        assert ask(port)[0] == 200
        status, headers, body = ask(port, "/static/img/favicon.svg")
        assert (status, headers["Content-Type"].split(";")[0]) == (200, "image/svg+xml")
        assert body
        assert stream.readline() == b"tick\n"
        assert stop(server, seconds=8) in (0, -signal.SIGTERM)


def test_runserver_with_its_reloader_takes_an_address(scratch, stop, port):
    server = scratch.manage("runserver", f"127.0.0.1:{port}")
    scratch.until(lambda: ask(port), "the server answers")
    assert stop(server) == 0
    scratch.until(lambda: ask(port) is None, "nobody listens")


def test_two_hundred_slow_bodies_stop_nobody(scratch, port):
    scratch.manage("runserver", "--noreload", str(port))
    scratch.until(lambda: ask(port), "the server answers")
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(head)
        for _ in range(3):
            began = time.monotonic()
            assert ask(port)[0] == 200
            assert ask(port, "/api/auth/me")[0] == 401
            assert time.monotonic() - began < 2
            for connection in slow:
                connection.sendall(b" ")
    finally:
        for connection in slow:
            connection.close()
