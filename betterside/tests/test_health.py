import pytest
from django.db import OperationalError, connection

from betterside import health
from betterside.accounts.jobs import forget_expired_sessions
from betterside.jobs import defer

pytestmark = pytest.mark.django_db


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def worker():
    sql("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_healthz_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_with_a_living_worker(client, worker):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "worker": "ok"},
        "jobs": {"waiting": 0, "oldest_seconds": 0, "failed": 0},
    }


def test_degraded_without_a_worker(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
    assert answer.json()["checks"]["worker"] == "missing"


def test_degraded_when_the_worker_is_silent(client, worker):
    sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '61 s'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "silent for 61 s")
    sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert client.get("/readyz").status_code == 200


def test_waiting_and_failed_jobs_are_counted(client, worker):
    first = defer(forget_expired_sessions, queueing_lock="a", timestamp=0)
    defer(forget_expired_sessions, queueing_lock="b", timestamp=0)
    failed = defer(forget_expired_sessions, queueing_lock="c", timestamp=0)
    retried = defer(forget_expired_sessions, queueing_lock="d", timestamp=0)
    tomorrow = defer(forget_expired_sessions, queueing_lock="e", timestamp=0)
    sql("UPDATE procrastinate_events SET at = now() - interval '50 s' WHERE job_id = %s", first)
    sql("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", failed)
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '70 s' WHERE id = %s", retried)
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day' WHERE id = %s", tomorrow)
    jobs = client.get("/readyz").json()["jobs"]
    assert jobs == {"waiting": 3, "oldest_seconds": pytest.approx(70, abs=1), "failed": 1}


def test_unavailable_while_a_migration_is_missing(client, worker):
    sql("DELETE FROM django_migrations WHERE app = 'crm' AND name = '0002_schema'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["checks"]["migrations"] == "1 missing"


def test_unavailable_on_an_empty_database(client, monkeypatch):
    sql("ALTER TABLE procrastinate_workers RENAME TO gone")
    sql("DELETE FROM django_migrations")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"].endswith(" missing")


def test_unavailable_while_the_database_is_away(client, monkeypatch):
    def away():
        raise OperationalError("gone")

    monkeypatch.setattr(health, "database", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "checks": {"database": "away"}}
    assert client.get("/healthz").status_code == 200
