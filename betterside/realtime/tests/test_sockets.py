"""The promises of /ws, held against a real server."""

import asyncio
import contextlib
import json
import socket
import threading

import pytest
from django.db import OperationalError
from django.test import Client
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from betterside.accounts.services import api_keys, logins, users
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from .. import events, handshake, hub, sockets, stream
from .listening import in_thread, listening, serving
from .test_stream import AT_ONCE, happen, log_out, session, token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address():
    with serving() as address:
        yield address


class Socket:
    """A client: `messages` in order, without `ready`, and the code it was closed with."""

    def __init__(self, connection):
        self.connection = connection
        self.messages: list[dict] = []
        self.code = self.reason = None
        self.position = None
        self._task = asyncio.create_task(self._read())

    async def _read(self):
        try:
            while True:
                message = json.loads(await self.connection.recv())
                self.position = message.get("event_id", self.position)
                self.messages.append(message)
        except ConnectionClosed as closed:
            self.code, self.reason = closed.rcvd.code, closed.rcvd.reason

    async def until(self, condition, seconds: float = 15):
        async with asyncio.timeout(seconds):
            while not condition(self):
                await asyncio.sleep(0.01)

    async def is_ready(self):
        await self.until(lambda socket: {"ready"} & {message["kind"] for message in socket.messages})

    async def hears_of(self, subject, seconds: float = 15):
        await self.until(lambda socket: subject in socket.subjects(), seconds)

    async def is_closed(self, seconds: float = 15) -> int:
        await self.until(lambda socket: socket.code is not None, seconds)
        return self.code

    async def say(self, **message):
        await self.connection.send(json.dumps(message))

    def subjects(self) -> list:
        return [message["lead_id"] for message in self.messages if "lead_id" in message]

    def kinds(self) -> list[str]:
        return [message["kind"] for message in self.messages]


@contextlib.asynccontextmanager
async def open_socket(address, *, query="", session="", authorization="", origin=None, **options):
    headers = {"Authorization": authorization} if authorization else {}
    headers |= {"Cookie": f"sessionid={session}"} if session else {}
    url = f"{address.replace('http', 'ws')}/ws{query}"
    async with connect(url, additional_headers=headers, origin=origin, proxy=None, **options) as connection:
        client = Socket(connection)
        try:
            yield client
        finally:
            client._task.cancel()


def bearer(user) -> str:
    return f"Bearer {token(user)}"


# --- Getting in ----------------------------------------------------------------------------------


def by_header(user):
    return {"authorization": bearer(user)}, {}


def by_subprotocol(user):
    return {"subprotocols": ["bearer", token(user)]}, {}


def by_first_message(user):
    return {}, {"type": "auth", "token": token(user)}


def by_bare_token(user):
    return {}, {"token": token(user)}


def by_session(user):
    return {"session": session(user)}, {}


@pytest.mark.parametrize("way", [by_header, by_subprotocol, by_first_message, by_bare_token, by_session])
def test_each_way_in_leads_to_the_events(address, way):
    cp = UserFactory(cp=True)
    options, first = way(cp)

    async def scenario():
        async with open_socket(address, **options) as client:
            if first:
                await client.say(**first)
            await client.is_ready()
            await in_thread(happen, 7, cp, status="new")
            await client.hears_of(7, seconds=1)
            return client.connection.subprotocol, client.messages

    subprotocol, (ready, message) = asyncio.run(scenario())
    assert subprotocol == ("bearer" if way is by_subprotocol else None)
    assert ready.keys() == {"kind", "event_id"}
    assert message.pop("at").endswith("Z")
    assert message.pop("event_id") > ready["event_id"]
    assert message == {"kind": "lead.updated", "lead_id": 7, "pipeline": "channel", "status": "new"}


def test_an_api_key_opens_a_socket_until_it_is_revoked(address):
    admin = UserFactory(admin=True)
    key = api_keys.regenerate(by=admin).secret

    async def scenario():
        async with open_socket(address, authorization=f"Api-Key {key}") as client:
            await client.is_ready()
            await in_thread(api_keys.revoke, by=admin)
            return await client.is_closed(AT_ONCE)

    assert asyncio.run(scenario()) == 4401


def test_the_handshake_is_refused_to_a_page_of_another_site(address, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://spa.example"]
    cp = UserFactory(cp=True)
    key, cookie = token(cp), session(cp)

    async def status(origin, **options):
        try:
            async with open_socket(address, origin=origin, **options) as client:
                await client.is_ready()
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code

    async def scenario():
        ways = [{"session": cookie}, {"authorization": f"Bearer {key}"}, {"subprotocols": ["bearer", key]}]
        own = [await status(address, **way) for way in ways]
        foreign = [
            await status(origin, **way) for way in ways for origin in ("https://evil.example", f"{address}9", "null")
        ]
        return own, foreign, await status("https://spa.example", authorization=f"Bearer {key}")

    own, foreign, friend = asyncio.run(scenario())
    assert own == [101] * 3
    assert foreign == [403] * 9
    assert friend == 101


def test_the_session_counts_for_this_sites_pages_alone(address, settings):
    """As over HTTP, where allowed origins get no credentials: they bring a token."""
    settings.CORS_ALLOWED_ORIGINS = ["https://spa.example"]
    cp, other = UserFactory(cp=True), UserFactory(cp=True)
    cookie, key = session(cp), token(other)

    async def scenario():
        async with open_socket(address, origin="https://spa.example", session=cookie) as client:
            await asyncio.sleep(0.3)
            assert client.messages == []
            await client.say(type="auth", token=key)
            await client.is_ready()
            await in_thread(happen, 1, cp)
            await in_thread(happen, 2, other)
            await client.hears_of(2)
            return client.subjects()

    assert asyncio.run(scenario()) == [2]


def test_a_host_that_is_not_ours_is_refused(address):
    """A page of evil.example whose name was made to lead here would be of our own origin."""
    key = bearer(UserFactory(cp=True))
    with shaking_hands(address, Host="evil.example", Origin="http://evil.example", Authorization=key) as answer:
        assert answer.recv(100).startswith(b"HTTP/1.1 400")
    with shaking_hands(address, Host="localhost", Origin="http://localhost", Authorization=key) as answer:
        assert answer.recv(100).startswith(b"HTTP/1.1 101")


@contextlib.contextmanager
def shaking_hands(address, **headers):
    """The bare connection, on which the client has asked for a socket and will say nothing more by itself."""
    host, port = address.removeprefix("http://").split(":")
    headers = {
        "Host": f"{host}:{port}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    } | headers
    lines = ["GET /ws HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        yield connection


def test_production_wants_tls(address, settings):
    settings.SECURE_SSL_REDIRECT = True
    with shaking_hands(address, Authorization=bearer(UserFactory(cp=True))) as answer:
        assert answer.recv(100).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("path", ["/", "/ws/leads", "/api/events", "/api/ws"])
def test_there_is_one_path(address, path):
    async def scenario():
        with pytest.raises(InvalidStatus) as refusal:
            await connect(f"{address.replace('http', 'ws')}{path}", proxy=None)
        assert json.loads(refusal.value.response.body)["success"] is False
        return refusal.value.response.status_code

    assert asyncio.run(scenario()) == 404


def test_it_refuses_who_shows_nothing_good(address):
    good = token(UserFactory(cp=True))
    login = logins.start(user=UserFactory(cp=True))
    waiting = token(UserFactory(cp=True, is_approved=False))
    gone = token(UserFactory(cp=True, is_active=False))
    logins.end(login=login.login)
    cases = [
        ({"authorization": "Bearer x.y.z"}, {}, 4401),
        ({"authorization": f"Bearer {login.access}"}, {}, 4401),
        ({"authorization": f"Bearer {login.refresh}"}, {}, 4401),
        ({"authorization": f"Bearer {gone}"}, {}, 4401),
        ({"authorization": f"Bearer {waiting}"}, {}, 4403),
        ({"authorization": "Api-Key bsk_no"}, {}, 4401),
        ({"subprotocols": ["bearer", "x.y.z"]}, {}, 4401),
        ({}, {"type": "auth", "token": "x.y.z"}, 4401),
        ({}, {"type": "auth", "token": "é"}, 4401),
        ({}, {"type": "auth", "token": ["x"]}, 4401),
        ({}, {"type": "auth"}, 4401),
        ({}, {"type": "resume", "last_event_id": 1}, 4401),
        ({}, {"type": "auth", "token": waiting}, 4403),
        ({"authorization": f"Bearer {good}", "query": "?last_event_id=x"}, {}, 4400),
    ]

    async def outcome(options, first):
        async with open_socket(address, **options) as client:
            if first:
                await client.say(**first)
            return await client.is_closed(), client.messages, client.reason

    for options, first, code in cases:
        closed, messages, reason = asyncio.run(outcome(options, first))
        assert (closed, messages) == (code, []), (options, first)
        assert reason


@pytest.mark.parametrize("name", ["token", "access_token", "ticket"])
def test_a_token_in_the_address_opens_nothing(address, monkeypatch, name):
    """Addresses are logged."""
    monkeypatch.setattr(sockets, "PATIENCE", 0.3)
    key = token(UserFactory(cp=True))

    async def scenario():
        async with open_socket(address, query=f"?{name}={key}") as client:
            return await client.is_closed(), client.messages

    assert asyncio.run(scenario()) == (4408, [])


@pytest.mark.parametrize("cookie", ["", "stale"])
def test_a_socket_that_never_signs_in_is_closed(address, monkeypatch, cookie):
    monkeypatch.setattr(sockets, "PATIENCE", 0.3)

    async def scenario():
        async with open_socket(address, session=cookie) as client:
            await client.say(type="ping")
            return await client.is_closed(3), client.kinds()

    assert asyncio.run(scenario()) == (4408, ["pong"])


@pytest.mark.parametrize(("error", "code"), [(OperationalError(), 4503), (ZeroDivisionError(), 4500)])
def test_what_goes_wrong_closes_the_socket_too(address, monkeypatch, error, code):
    key = bearer(UserFactory(cp=True))

    def fail(*_arguments):
        raise error

    monkeypatch.setattr(handshake, "pass_shown", fail)

    async def scenario():
        async with open_socket(address, authorization=key) as client:
            return await client.is_closed(3)

    assert asyncio.run(scenario()) == code


# --- What is told --------------------------------------------------------------------------------


def test_it_says_what_the_sse_stream_says(address):
    """Same hub, same audience, same messages, to everybody's own."""
    cp, colleague, boss = UserFactory(cp=True), UserFactory(cp=True), UserFactory(manager=True)
    stranger = UserFactory(manager=True, entity=EntityFactory(slug="elsewhere"))
    people = [cp, colleague, boss, stranger]
    keys = [token(person) for person in people]

    def change():
        happen(1, stranger)
        happen(2, colleague, previous=cp.pk)
        happen(3, cp, pipeline="growth", status="new")
        happen(4, cp, pipeline="marketing")
        events.record(entity_id=cp.entity_id, kind="ads_request.changed", subject_id=5, user_id=colleague.pk)
        for person in people:
            events.record(entity_id=person.entity_id, kind="notification.created", subject_id=9, user_id=person.pk)

    async def compare(key):
        async with (
            listening(address, token=key) as stream,
            open_socket(address, authorization=f"Bearer {key}") as client,
        ):
            await client.is_ready()
            yield
            await stream.until(lambda stream: stream.messages and "notification_id" in stream.messages[-1])
            await client.until(lambda client: "notification_id" in client.messages[-1])
            said = [{**message} for message in client.messages[1:]]
            assert [message.pop("event_id") for message in said] == sorted({m["event_id"] for m in client.messages[1:]})
            assert said == stream.messages
            assert str(client.position) == stream.position
            yield

    async def scenario():
        pairs = [compare(key) for key in keys]
        for pair in pairs:
            await anext(pair)
        await in_thread(change)
        for pair in pairs:
            await anext(pair)
            await pair.aclose()

    asyncio.run(scenario())


@pytest.mark.parametrize("how", ["query", "auth", "resume"])
def test_a_client_that_was_cut_off_misses_nothing_and_gets_nothing_twice(address, how):
    cp = UserFactory(cp=True)
    key = token(cp)

    async def again(position):
        options = {} if how == "auth" else {"authorization": f"Bearer {key}"}
        query = f"?last_event_id={position}" if how == "query" else ""
        async with open_socket(address, query=query, **options) as client:
            if how == "auth":
                await client.say(type="auth", token=key, last_event_id=position)
            if how == "resume":
                await client.is_ready()
                await client.say(type="resume", last_event_id=position)
            await client.hears_of(4)
            await in_thread(happen, 5, cp)
            await client.hears_of(5)
            await asyncio.sleep(0.2)
            return client.subjects(), client.position

    async def scenario():
        async with open_socket(address, authorization=f"Bearer {key}") as client:
            await client.is_ready()
            await in_thread(happen, 1, cp)
            await client.hears_of(1)
            position = client.position
        for number in (2, 3, 4):
            await in_thread(happen, number, cp)
        heard, position = await again(position)
        await in_thread(happen, 4, cp)
        return heard, (await again(position))[0]

    assert asyncio.run(scenario()) == ([2, 3, 4, 5], [4, 5])


def test_a_position_of_sse_holds_here_too(address):
    cp = UserFactory(cp=True)
    key = token(cp)

    async def scenario():
        async with listening(address, token=key) as stream:
            await in_thread(happen, 1, cp)
            await stream.has(1)
        await in_thread(happen, 2, cp)
        async with open_socket(
            address, authorization=f"Bearer {key}", query=f"?last_event_id={stream.position}"
        ) as client:
            await client.hears_of(2)
            return client.subjects()

    assert asyncio.run(scenario()) == [2]


def test_an_id_that_nobody_gave_out_means_fetch_afresh(address):
    key = bearer(UserFactory(cp=True))

    async def scenario():
        async with open_socket(address, authorization=key, query="?last_event_id=999999999999") as client:
            await client.is_ready()
            return client.kinds()

    assert asyncio.run(scenario()) == ["resync", "ready"]


@pytest.mark.parametrize(("queue", "heard"), [(256, [1, 2, 3, 4, 5, 6]), (3, [1, 4, 5, 6])])
def test_a_client_that_falls_behind_its_queue_is_told_to_fetch_afresh(address, monkeypatch, queue, heard):
    monkeypatch.setattr(hub, "QUEUE_LIMIT", queue)
    cp = UserFactory(cp=True)
    key = token(cp)
    say, is_free = sockets.LiveUpdates.say, threading.Event()

    async def slowly(self, message, position=None):
        while message.get("lead_id") == 1 and not is_free.is_set():
            await asyncio.sleep(0.01)
        await say(self, message, position)

    monkeypatch.setattr(sockets.LiveUpdates, "say", slowly)

    async def scenario():
        async with (
            open_socket(address, authorization=f"Bearer {key}") as client,
            listening(address, token=key) as stream,
        ):
            await client.is_ready()
            for number in range(1, 7):
                await in_thread(happen, number, cp)
                await stream.hears_of(number)
            is_free.set()
            await client.hears_of(6)
            return client.subjects(), client.kinds()

    subjects, kinds = asyncio.run(scenario())
    assert subjects == heard
    assert kinds.count("resync") == (1 if queue == 3 else 0)
    assert "resync" not in kinds or kinds.index("resync") == 2  # behind `ready` and what was on its way


def test_a_second_sign_in_replaces_the_first(address):
    cp, other = UserFactory(cp=True), UserFactory(cp=True)
    key = token(other)
    first = bearer(cp)

    async def scenario():
        async with open_socket(address, authorization=first) as client:
            await client.is_ready()
            await client.say(type="auth", token=key)
            await client.until(lambda client: client.kinds().count("ready") == 2)
            await in_thread(happen, 1, cp)
            await in_thread(happen, 2, other)
            await client.hears_of(2)
            return client.subjects()

    assert asyncio.run(scenario()) == [2]


# --- The end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [log_out, lambda user: users.deactivate(user=user)], ids=["logout", "deactivated"])
@pytest.mark.parametrize("way", [by_header, by_first_message])
def test_it_is_closed_at_once_with_its_login(address, way, end):
    cp = UserFactory(cp=True)
    options, first = way(cp)

    async def scenario():
        async with open_socket(address, **options) as client:
            if first:
                await client.say(**first)
            await client.is_ready()
            await in_thread(end, cp)
            return await client.is_closed(AT_ONCE)

    assert asyncio.run(scenario()) == 4401


def test_it_is_closed_at_once_with_its_session(address):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(UserFactory(cp=True))

    async def scenario():
        async with open_socket(address, session=browser.cookies["sessionid"].value, origin=address) as client:
            await client.is_ready()
            await in_thread(browser.post, "/logout")
            return await client.is_closed(AT_ONCE)

    assert asyncio.run(scenario()) == 4401


def test_it_is_closed_at_once_with_the_seat(address):
    cp, admin = UserFactory(cp=True), UserFactory(admin=True)
    key = bearer(cp)

    async def scenario():
        async with open_socket(address, authorization=key) as client:
            await client.is_ready()
            await in_thread(users.change, user=cp, by=admin, fields={"is_approved": False})
            return await client.is_closed(AT_ONCE)

    assert asyncio.run(scenario()) == 4403


def test_it_pings_with_the_position(address, monkeypatch):
    monkeypatch.setattr(stream, "PING_EVERY", 0.1)
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    key = bearer(cp)

    async def scenario():
        async with open_socket(address, authorization=key) as client:
            await client.is_ready()
            ready = client.position
            await in_thread(happen, 1, colleague)
            await client.until(lambda client: client.kinds().count("ping") >= 3 and client.position > ready)
            return set(client.kinds())

    assert asyncio.run(scenario()) == {"ready", "ping"}


def test_a_dead_client_is_dropped():
    """It says nothing any more, not even the answer to a ping."""
    key = bearer(UserFactory(cp=True))
    with (
        serving(ws_ping_interval=0.2, ws_ping_timeout=0.2) as address,
        shaking_hands(address, Authorization=key) as dead,
    ):
        assert dead.recv(100).startswith(b"HTTP/1.1 101")
        while dead.recv(4096):
            pass


# --- Limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("no json", 4400),
        ("[]", 4400),
        ("null", 4400),
        (b"\xff\xfe", 4400),
        ('{"type": "shout"}', 4400),
        ('{"type": ["ping"]}', 4400),
        ('{"type": "resume"}', 4400),
        ('{"type": "resume", "last_event_id": "x"}', 4400),
        ('{"type": "resume", "last_event_id": -1}', 4400),
        ('{"type": "resume", "last_event_id": true}', 4400),
        ('{"type": "resume", "last_event_id": 99999999999999999999}', 4400),
        ('{"type": "ping", "x": "%s"}' % ("x" * 5000), 4413),
        ("[" * 4000, 4400),
    ],
)
def test_what_it_cannot_read_closes_the_socket(address, said, code):
    key = bearer(UserFactory(cp=True))

    async def scenario():
        async with open_socket(address, authorization=key) as client:
            await client.is_ready()
            await client.connection.send(said)
            return await client.is_closed(3)

    assert asyncio.run(scenario()) == code


def test_a_client_that_talks_too_much_is_closed(address):
    key = bearer(UserFactory(cp=True))

    async def scenario():
        async with open_socket(address, authorization=key) as client:
            await client.is_ready()
            with contextlib.suppress(ConnectionClosed):
                for _ in range(sockets.BURST + 1):
                    await client.say(type="ping")
            return await client.is_closed(3), client.kinds().count("pong")

    assert asyncio.run(scenario()) == (4429, sockets.BURST)


def test_a_user_has_so_many_streams_over_both_doors(address, monkeypatch):
    monkeypatch.setattr(stream, "STREAMS_PER_USER", 2)
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    key, other = token(cp), bearer(colleague)

    async def scenario():
        async with listening(address, token=key), open_socket(address, authorization=f"Bearer {key}") as second:
            await second.is_ready()
            async with open_socket(address, authorization=f"Bearer {key}") as third:
                assert await third.is_closed(3) == 4429
            async with open_socket(address, authorization=other) as fourth:
                await fourth.is_ready()

    asyncio.run(scenario())


def test_an_address_has_so_many_sockets(address, monkeypatch):
    monkeypatch.setattr(handshake, "SOCKETS_PER_ADDRESS", 2)

    async def scenario():
        async with open_socket(address), open_socket(address):
            with pytest.raises(InvalidStatus) as refusal:
                async with open_socket(address):
                    pass
        # They are given back.
        async with asyncio.timeout(5):
            while True:
                with contextlib.suppress(InvalidStatus):
                    async with open_socket(address), open_socket(address):
                        return refusal.value.response
                await asyncio.sleep(0.05)

    refusal = asyncio.run(scenario())
    assert refusal.status_code == 429
    assert refusal.headers["Retry-After"] == "15"
