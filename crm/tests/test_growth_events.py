"""GET /api/events as the growth face's client uses it (growth.md, section 3), held against a real server."""

import asyncio
import re
from contextlib import AsyncExitStack

import httpx
import pytest

from betterside.accounts.services import logins
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime import events, stream
from betterside.realtime.tests.listening import in_thread, listening, serving

pytestmark = pytest.mark.django_db(transaction=True)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def address():
    with serving() as address:
        yield address


@pytest.fixture
def entity(db):
    return EntityFactory(slug="socio", api_profile="growth", main_pipeline="growth")


@pytest.fixture
def manager(entity):
    return UserFactory(manager=True, entity=entity)


def token(user) -> str:
    return logins.start(user=user).access


class Somebody:
    """A client of the API, with a token of the user."""

    def __init__(self, address: str, user):
        headers = {"Authorization": f"Bearer {token(user)}"}
        self.http = httpx.Client(base_url=f"{address}/api", headers=headers, timeout=20)

    def ask(self, method: str, path: str, body: dict | None = None) -> dict:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def make_a_lead(self, email: str = "alice@example.com") -> str:
        return self.ask("POST", "/leads", {"name": "Alice", "email": email})["id"]

    def make_a_contact(self) -> str:
        return self.ask("POST", "/contacts", {"name": "Bob", "email": "bob@example.com"})["id"]

    def make_a_task(self) -> str:
        return self.ask("POST", "/tasks", {"title": "Call"})["id"]


def ids(message: dict) -> dict:
    return {name: value for name, value in message.items() if name.endswith("_id")}


def test_whoever_is_cut_off_and_returns_misses_nothing(address, manager, entity):
    me, key = Somebody(address, manager), token(manager)
    rep = UserFactory(rep=True, entity=entity)
    made = {}

    def before():
        made["lead"] = me.make_a_lead()
        me.ask("PATCH", f"/leads/{made['lead']}", {"status": "contacted"})

    def meanwhile():
        lead = f"/leads/{made['lead']}"
        me.ask("PATCH", lead, {"owner_id": str(rep.pk)})
        me.ask("PATCH", lead, {"score": 70})
        made["call"] = me.ask("POST", f"{lead}/activity", {"type": "call", "title": "Called"})["id"]
        made["contact"] = me.ask("POST", f"{lead}/convert")["id"]
        made["task"] = me.make_a_task()

    def afterwards():
        contact = f"/contacts/{made['contact']}"
        made["meeting"] = me.ask("POST", f"{contact}/history", {"type": "meeting", "title": "Met"})["id"]
        me.ask("PATCH", contact, {"role": "CEO"})
        me.ask("PATCH", f"/tasks/{made['task']}", {"completed": True})
        for path in (f"/tasks/{made['task']}", contact, f"/leads/{made['lead']}"):
            me.ask("DELETE", path)

    async def scenario():
        async with listening(address, token=key) as first:
            await in_thread(before)
            await first.has(2)
        await in_thread(meanwhile)
        async with listening(address, token=key, last=first.position) as second:
            await in_thread(afterwards)
            await second.until(lambda stream: stream.messages and stream.messages[-1]["kind"] == "lead.deleted")
        return first.messages + second.messages

    messages = asyncio.run(scenario())
    lead, contact, task = ({f"{name}_id": made[name]} for name in ("lead", "contact", "task"))
    assert [(message["kind"], ids(message)) for message in messages] == [
        ("lead.created", lead),
        ("lead.moved", lead),
        # cut off here
        ("lead.assigned", lead),
        ("lead.updated", lead),
        ("activity.logged", lead | {"activity_id": made["call"]}),
        ("lead.updated", lead),
        ("contact.created", contact),
        ("task.created", task),
        # back here
        ("activity.logged", contact | {"activity_id": made["meeting"]}),
        ("contact.updated", contact),
        ("task.updated", task),
        ("task.deleted", task),
        ("contact.deleted", contact),
        ("lead.deleted", lead),
    ]
    assert all(UUID.fullmatch(value) for message in messages for value in ids(message).values())


def test_everybody_hears_of_what_they_may_see(address, manager, entity):
    cp, rep = UserFactory(cp=True, entity=entity), UserFactory(rep=True, entity=entity)
    support, buyer = UserFactory(support=True, entity=entity), UserFactory(buyer=True, entity=entity)
    stranger = UserFactory(manager=True, entity=EntityFactory(slug="other", api_profile="growth"))
    people = [manager, rep, support, cp, buyer, stranger]
    keys = [token(person) for person in people]
    one, other = Somebody(address, rep), Somebody(address, cp)

    def change():
        made = [one.make_a_lead(), one.make_a_contact(), one.make_a_task()]
        own = [other.make_a_lead("cp@example.com"), other.make_a_contact(), other.make_a_task()]
        for person in people:  # the end, which each hears of
            events.record(entity_id=person.entity_id, kind="notification.created", subject_id=9, user_id=person.pk)
        return made, own

    async def scenario():
        async with AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(listening(address, token=key)) for key in keys]
            changed = await in_thread(change)
            for stream in streams:
                await stream.until(lambda stream: any("notification_id" in message for message in stream.messages))
            return changed, [stream.messages[:-1] for stream in streams]

    (made, own), heard = asyncio.run(scenario())
    found = [[value for message in messages for value in ids(message).values()] for messages in heard]
    assert found == [made + own, made + own, made + own, own, [], []]


def test_a_cp_hears_that_something_was_taken_from_them_and_nothing_after(address, manager, entity):
    """The last word about what was theirs: their client can take it off the list."""
    cp = UserFactory(cp=True, entity=entity)
    owner, boss, key = Somebody(address, cp), Somebody(address, manager), token(cp)
    rep = UserFactory(rep=True, entity=entity)
    contact, task = owner.make_a_contact(), owner.make_a_task()

    async def scenario():
        async with listening(address, token=key) as stream:
            for path in (f"/contacts/{contact}", f"/tasks/{task}"):
                await in_thread(boss.ask, "PATCH", path, {"owner_id": str(rep.pk)})
            await stream.has(2)
            for path in (f"/contacts/{contact}", f"/tasks/{task}"):
                await in_thread(boss.ask, "DELETE", path)
            await asyncio.sleep(0.3)
            return [message["kind"] for message in stream.messages]

    assert asyncio.run(scenario()) == ["contact.updated", "task.updated"]


def test_an_api_key_listens_until_it_is_replaced(address, entity, monkeypatch):
    monkeypatch.setattr(stream, "PING_EVERY", 0.1)
    admin = Somebody(address, UserFactory(admin=True, entity=entity))
    key = admin.ask("POST", "/settings/regenerate-key")["api_key"]
    headers = {"Authorization": f"Api-Key {key}"}

    def ended() -> bool:
        with httpx.stream("GET", f"{address}/api/events", headers=headers, timeout=15) as answer:
            assert answer.status_code == 200
            lines = answer.iter_lines()
            next(lines)
            admin.ask("POST", "/settings/regenerate-key")
            return list(lines) is not None

    assert ended()
    assert httpx.get(f"{address}/api/events", headers=headers).status_code == 401
