"""The promises of GET /api/events, held against a real server."""

import asyncio
import threading
from contextlib import AsyncExitStack

import httpx
import pytest
from django.db import connection, connections, transaction
from django.test import Client

from betterside.accounts.services import api_keys, logins, passwords, users
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from .. import events, passes, stream
from ..models import Event
from .listening import in_thread, listening, serving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    with serving() as address:
        yield address


def token(user) -> str:
    return logins.start(user=user).access


def session(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def happen(subject: int, user, *, pipeline="channel", **data) -> Event:
    data = {"pipeline": pipeline, "public_id": f"uuid-{subject}"} | data
    return events.record(entity_id=user.entity_id, kind="lead.updated", subject_id=subject, user_id=user.pk, **data)


def test_a_hundred_clients_get_each_event_exactly_once(address):
    cps = [UserFactory(cp=True) for _ in range(5)]
    tokens, sessions = [token(cp) for cp in cps], [session(cp) for cp in cps]

    async def scenario():
        async with AsyncExitStack() as stack:
            ways = [{"token": tokens[n % 5]} if n % 2 else {"session": sessions[n % 5]} for n in range(100)]
            opening = [stack.enter_async_context(listening(address, **way)) for way in ways]
            streams = await asyncio.gather(*opening)
            for number in range(10):
                await in_thread(happen_to_all, number, cps)
            await asyncio.gather(*(stream.has(10) for stream in streams))
            await asyncio.sleep(0.3)
            return [stream.subjects() for stream in streams], await in_thread(connections_in_use)

    heard, in_use = asyncio.run(scenario())
    assert heard == [list(range(10))] * 100
    assert in_use < 15  # an open stream holds none


def happen_to_all(number, users):
    for user in users:
        happen(number, user)


def connections_in_use() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_a_client_that_was_cut_off_misses_nothing_and_gets_nothing_twice(address):
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as first:
            await in_thread(happen, 1, cp)
            await first.has(1)
        for number in (2, 3, 4):
            await in_thread(happen, number, cp)
        async with listening(address, token=key, last=first.position) as second:
            await in_thread(happen, 5, cp)
            await second.has(4)
            await asyncio.sleep(0.2)
        async with listening(address, token=key, query=f"?last_event_id={second.position}") as third:
            await in_thread(happen, 6, cp)
            await third.has(1)
        return first.subjects(), second.subjects(), third.subjects()

    assert asyncio.run(scenario()) == ([1], [2, 3, 4, 5], [6])


def test_it_is_the_same_stream_from_any_process(address):
    """Two servers with a hub each, both giving positions, and a reader that goes from one to the other and back."""
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario(other):
        heard, last = [], ""
        async with listening(other, token=key) as watching:
            for round_ in range(6):
                async with listening([address, other][round_ % 2], token=key, last=last) as stream:
                    await in_thread(happen, 2 * round_, cp)
                    await stream.hears_of(2 * round_)
                heard, last = heard + stream.subjects(), stream.position
                await in_thread(happen, 2 * round_ + 1, cp)
            await watching.has(12)
            return heard, watching.subjects()

    with serving() as other:
        heard, watched = asyncio.run(scenario(other))
    assert heard == list(range(11))
    assert watched == list(range(12))


class Overtaken:
    """A transaction that records an event first and commits when told."""

    def __init__(self, subject, user):
        self.recorded, self.commit = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(subject, user))
        self.thread.start()
        assert self.recorded.wait(10)

    def _run(self, subject, user):
        with transaction.atomic():
            happen(subject, user)
            self.recorded.set()
            self.commit.wait(20)
        connections.close_all()

    def end(self):
        self.commit.set()
        self.thread.join(20)


def test_an_event_that_commits_after_a_later_one_is_not_missed(address):
    """Ids are given at the insert: reading on behind the highest id seen would skip the slow transaction's."""
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as first:
            slow = await in_thread(Overtaken, 1, cp)
            await in_thread(happen, 2, cp)
            await first.has(1)
        await in_thread(slow.end)
        async with listening(address, token=key, last=first.position) as second:
            await second.has(1)
            await asyncio.sleep(0.2)
        return first.subjects(), second.subjects()

    heard = asyncio.run(scenario())
    ids = dict(Event.objects.values_list("subject_id", "id"))
    assert ids[1] < ids[2], "the control: the later commit has the lower id"
    assert heard == ([2], [1])


def test_a_rolled_back_change_is_never_told(address):
    cp = UserFactory(cp=True)
    key = token(cp)

    def fail():
        with transaction.atomic():
            happen(1, cp)
            transaction.set_rollback(True)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(fail)
            await in_thread(happen, 2, cp)
            await stream.has(1)
            return stream.subjects()

    assert asyncio.run(scenario()) == [2]


def test_foreign_events_never_arrive(address):
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    stranger = UserFactory(cp=True, entity=EntityFactory(slug="elsewhere"))
    boss, foreign_boss = UserFactory(manager=True), UserFactory(manager=True, entity=stranger.entity)
    rep = UserFactory(rep=True)
    people = [cp, boss, foreign_boss, rep]
    keys = [token(person) for person in people]

    def change():
        happen(1, stranger)
        happen(2, colleague)
        happen(3, cp)
        events.record(entity_id=cp.entity_id, kind="notification.created", subject_id=4, user_id=colleague.pk)
        events.record(entity_id=cp.entity_id, kind="ads_request.changed", subject_id=5, user_id=colleague.pk)
        # The end, which everybody hears of.
        for person in people:
            events.record(entity_id=person.entity_id, kind="notification.created", subject_id=9, user_id=person.pk)

    async def scenario():
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(listening(address, token=key)) for key in keys]
            await in_thread(change)
            for stream in streams:
                await stream.until(lambda stream: any(message.get("notification_id") for message in stream.messages))
            return [stream.messages for stream in streams]

    heard = [[found for message in messages for found in subjects(message)] for messages in asyncio.run(scenario())]
    assert heard == [[3, 9], [2, 3, 5, 9], [1, 9], [2, 3, 9]]


def subjects(message: dict) -> list[int]:
    return [value for name, value in message.items() if name.endswith("_id")]


def test_the_previous_owner_hears_that_the_lead_is_gone(address):
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    keys = [token(cp), token(colleague)]

    async def scenario():
        async with listening(address, token=keys[0]) as before, listening(address, token=keys[1]) as after:
            await in_thread(happen, 1, colleague, previous=cp.pk)
            await before.has(1)
            await after.has(1)
            return before.messages, after.messages

    before, after = asyncio.run(scenario())
    assert before == after
    assert "previous" not in before[0]


def test_it_writes_the_leads_id_as_its_face_does(address):
    boss = UserFactory(manager=True)
    key = token(boss)

    async def scenario():
        async with listening(address, token=key) as stream:
            for pipeline in ("channel", "sales", "practice", "growth", "marketing"):
                await in_thread(happen, 7, boss, pipeline=pipeline, status="new")
            await stream.has(5)
            return stream.messages

    messages = asyncio.run(scenario())
    assert [message["lead_id"] for message in messages] == [7, 7, 7, "uuid-7", "7"]
    at = messages[0].pop("at")
    assert at.endswith("Z")
    assert messages[0] == {"kind": "lead.updated", "lead_id": 7, "pipeline": "channel", "status": "new"}


def test_it_goes_on_after_the_database_cut_its_connection(address):
    cp = UserFactory(cp=True)
    key = token(cp)

    def cut():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'betterside hub' AND datname = current_database()"
            )
            assert cursor.fetchall() == [(True,)]
        happen(2, cp)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(happen, 1, cp)
            await stream.has(1)
            await in_thread(cut)
            await in_thread(happen, 3, cp)
            await stream.has(3)
            return stream.subjects()

    assert asyncio.run(scenario()) == [1, 2, 3]


@pytest.mark.parametrize("last", ["999999999999", "3"])
def test_an_id_that_nobody_gave_out_means_fetch_afresh(address, last):
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key, last=last) as stream:
            await in_thread(happen, 1, cp)
            await stream.has(2)
            return stream.messages

    messages = asyncio.run(scenario())
    assert messages[0] == {"kind": "resync"}
    assert messages[1]["lead_id"] == 1


def test_too_much_to_replay_means_fetch_afresh(address, monkeypatch):
    monkeypatch.setattr(stream, "REPLAY_LIMIT", 2)
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as first:
            pass
        for number in (1, 2, 3):
            await in_thread(happen, number, cp)
        async with listening(address, token=key, last=first.position) as second:
            await in_thread(happen, 4, cp)
            await second.has(2)
            return second.messages

    resync, live = asyncio.run(scenario())
    assert resync == {"kind": "resync"}
    assert live["lead_id"] == 4


def test_it_pings(address, monkeypatch):
    monkeypatch.setattr(stream, "PING_EVERY", 0.1)
    key = token(UserFactory(cp=True))

    async def scenario():
        async with listening(address, token=key) as stream:
            await stream.until(lambda stream: stream.pings >= 3)
            return stream.response.headers, stream.messages

    headers, messages = asyncio.run(scenario())
    assert headers["content-type"] == "text/event-stream"
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
    assert messages == []


def log_out(user):
    for login in user.logins.open():
        logins.end(login=login)


AT_ONCE = 3  # seconds; the next ping would take up to 15


@pytest.mark.parametrize(
    "end",
    [
        log_out,
        lambda user: users.deactivate(user=user),
        lambda user: passwords.change(user=user, password="another-Secret-9"),
    ],
    ids=["logout", "deactivated", "password"],
)
def test_the_stream_ends_at_once_with_its_login(address, end):
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(end, cp)
            await stream.until(lambda stream: stream.is_over, seconds=AT_ONCE)

    asyncio.run(scenario())


def test_the_stream_ends_at_once_with_its_session(address):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(UserFactory(cp=True))

    async def scenario():
        async with listening(address, session=browser.cookies["sessionid"].value) as stream:
            await in_thread(browser.post, "/logout")
            await stream.until(lambda stream: stream.is_over, seconds=AT_ONCE)

    asyncio.run(scenario())


def test_the_stream_ends_at_once_with_its_api_key(address):
    admin = UserFactory(admin=True)
    secret = api_keys.regenerate(by=admin).secret

    async def scenario():
        async with listening(address, api_key=secret) as stream:
            await in_thread(api_keys.revoke, by=admin)
            await stream.until(lambda stream: stream.is_over, seconds=AT_ONCE)

    asyncio.run(scenario())


def test_the_streams_of_others_go_on(address):
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    keys = [token(cp), token(colleague)]

    async def scenario():
        async with listening(address, token=keys[0]) as ended, listening(address, token=keys[1]) as kept:
            await in_thread(log_out, cp)
            await ended.until(lambda stream: stream.is_over, seconds=AT_ONCE)
            await in_thread(happen, 1, colleague)
            await kept.has(1)

    asyncio.run(scenario())


def test_nothing_is_told_that_happened_after_the_logout(address):
    cp = UserFactory(cp=True)
    key = token(cp)

    def leave():
        with transaction.atomic():
            log_out(cp)
            happen(1, cp)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(leave)
            await stream.until(lambda stream: stream.is_over, seconds=AT_ONCE)
            return stream.messages

    assert asyncio.run(scenario()) == []


def test_what_nobody_announced_is_noticed_with_the_next_ping(address, monkeypatch):
    monkeypatch.setattr(stream, "PING_EVERY", 0.1)
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(type(cp).objects.filter(pk=cp.pk).update, is_active=False)
            await stream.until(lambda stream: stream.is_over)

    asyncio.run(scenario())


def test_a_new_role_counts_at_once_for_an_open_stream(address):
    boss, cp, admin = UserFactory(manager=True), UserFactory(cp=True), UserFactory(admin=True)
    key = token(boss)

    def demote():
        users.change(user=boss, by=admin, fields={"role": cp.role})
        happen(2, cp)
        happen(3, boss)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(happen, 1, cp)
            await stream.has(1)
            await in_thread(demote)
            await stream.hears_of(3)
            return stream.subjects()

    assert asyncio.run(scenario()) == [1, 3]


def test_a_ticket_opens_a_stream_for_a_minute(address, monkeypatch):
    cp = UserFactory(cp=True)
    headers = {"Authorization": f"Bearer {token(cp)}"}
    answer = httpx.post(f"{address}/api/events/ticket", headers=headers)
    assert answer.status_code == 201
    ticket = answer.json()["data"]["ticket"]

    async def scenario():
        async with listening(address, query=f"?ticket={ticket}") as stream:
            await in_thread(happen, 1, cp)
            await stream.has(1)

    asyncio.run(scenario())
    monkeypatch.setattr(passes, "TICKET_SECONDS", -1)
    assert httpx.get(f"{address}/api/events?ticket={ticket}").status_code == 401


def test_a_ticket_of_a_session_ends_with_the_session(address):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(UserFactory(cp=True))
    ticket = browser.post("/api/events/ticket").json()["data"]["ticket"]
    browser.post("/logout")
    assert httpx.get(f"{address}/api/events?ticket={ticket}").status_code == 401


def test_refusals_are_in_the_faces_shape(address):
    waiting = token(UserFactory(cp=True, is_approved=False))
    good = token(UserFactory(cp=True))

    def ask(method="GET", path="/api/events", **headers):
        return httpx.request(method, f"{address}{path}", headers=headers)

    cases = [
        (ask(), 401),
        (ask(Authorization="Bearer x.y.z"), 401),
        (ask(path=f"/api/events?token={good}"), 401),
        (ask(path="/api/events?ticket=%C3%A9"), 401),
        (ask(Authorization=f"Bearer {waiting}"), 403),
        (ask(**{"Authorization": f"Bearer {good}", "Last-Event-ID": "abc"}), 400),
        (ask(**{"Authorization": f"Bearer {good}", "Last-Event-ID": "9" * 40}), 400),
        (ask("POST", Authorization=f"Bearer {good}"), 405),
        (ask("POST", "/api/events/ticket"), 401),
    ]
    for answer, status in cases:
        assert answer.status_code == status, answer.text
        assert answer.json()["success"] is False


def test_another_site_is_not_allowed_to_listen(address):
    key = token(UserFactory(cp=True))

    async def scenario():
        async with httpx.AsyncClient() as client:
            headers = {"Authorization": f"Bearer {key}", "Origin": "https://evil.example"}
            async with client.stream("GET", f"{address}/api/events", headers=headers) as response:
                return response.headers

    assert "access-control-allow-origin" not in asyncio.run(scenario())
