"""A busy pool is waited for, an absent server is not (trust F4, F6)."""

import copy
import threading
import time

import pytest
from django.db import connection
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from betterside.database.server import base

POOL = {"min_size": 0, "max_size": 1, "timeout": 0.3, "reconnect_timeout": 0.1}


@pytest.fixture
def wrapper(db):
    """Makes a wrapper with a pool of one connection, in which `where` replaces libpq's parameters."""
    made = []

    def make(**where):
        where = {**connection.get_connection_params(), **where}
        settings = copy.deepcopy(connection.settings_dict) | {"OPTIONS": {"pool": POOL}, "CONN_HEALTH_CHECKS": False}
        settings |= {name: where.get(name.lower(), "") for name in ("HOST", "PORT", "USER", "PASSWORD")}
        made.append(base.DatabaseWrapper(settings, alias="pooled"))
        return made[-1]

    yield make
    made[0].close_pool()


def take(wrapper):
    return wrapper.get_new_connection(wrapper.get_connection_params())


def test_somebody_waits_longer_for_a_busy_pool_than_its_time_out(wrapper):
    pooled = wrapper()
    threading.Timer(1, pooled.pool.putconn, [take(pooled)]).start()
    began = time.monotonic()
    pooled.pool.putconn(take(pooled))
    assert 0.7 < time.monotonic() - began < base.LONGEST_WAIT


def test_a_busy_pool_is_not_waited_for_without_end(wrapper, monkeypatch):
    monkeypatch.setattr(base, "LONGEST_WAIT", 0.8)
    pooled = wrapper()
    only = take(pooled)
    with pytest.raises(PoolTimeout):
        take(pooled)
    pooled.pool.putconn(only)


def test_an_absent_server_is_given_up_at_once(wrapper, tmp_path):
    began = time.monotonic()
    with pytest.raises(PoolTimeout):
        take(wrapper(host=str(tmp_path)))
    assert time.monotonic() - began < 2


def hang_up(pid: int):
    """As the server does to everybody when it ends; returns when it has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)


def test_a_connection_that_the_server_ended_is_given_to_nobody(wrapper):
    pooled = wrapper()
    taken = take(pooled)
    pooled.pool.putconn(taken)
    hang_up(taken.info.backend_pid)
    other = take(pooled)
    assert other is not taken
    assert other.execute("SELECT 1").fetchone() == (1,)
    pooled.pool.putconn(other)


def test_a_connection_in_steady_use_is_not_asked_about(wrapper, monkeypatch):
    pooled = wrapper()
    pooled.pool.putconn(take(pooled))
    monkeypatch.setattr(base.ConnectionPool, "check_connection", staticmethod(lambda _connection: pytest.fail("asked")))
    pooled.pool.putconn(take(pooled))


def test_a_connection_that_nobody_used_for_a_while_is_asked_about(wrapper, monkeypatch):
    """A firewall that forgot it says nothing: it is no more than silent."""
    pooled = wrapper()
    silent = take(pooled)
    pooled.pool.putconn(silent)
    monkeypatch.setattr(base, "FRESH", 0)
    monkeypatch.setattr(base.ConnectionPool, "check_connection", staticmethod(refusing(silent)))
    other = take(pooled)
    assert other is not silent
    assert other.execute("SELECT 1").fetchone() == (1,)
    pooled.pool.putconn(other)


def test_a_server_that_takes_connections_and_answers_on_none_is_given_up(wrapper, monkeypatch):
    def fail(_connection):
        raise OperationalError("No answer.")

    monkeypatch.setattr(base, "LONGEST_WAIT", 0.5)
    monkeypatch.setattr(base.ConnectionPool, "check_connection", staticmethod(fail))
    began = time.monotonic()
    with pytest.raises(PoolTimeout):
        take(wrapper())
    assert time.monotonic() - began < 3


def test_a_connection_whose_check_is_broken_off_goes_back_to_the_pool(wrapper, monkeypatch):
    def break_off(_connection):
        raise KeyboardInterrupt

    pooled = wrapper()
    with monkeypatch.context() as broken:
        broken.setattr(base.ConnectionPool, "check_connection", staticmethod(break_off))
        with pytest.raises(KeyboardInterrupt):
            take(pooled)
    pooled.pool.putconn(take(pooled))


def refusing(silent):
    def check(asked):
        if asked is silent:
            raise OperationalError("No answer.")

    return check
