"""The people and objects that the matrix asks about: one entity's, and a manager of another."""

from contextlib import contextmanager
from operator import attrgetter

from django.db import connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from betterside.accounts.services import logins
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.tests.factories import make_lead

from .rows import THINGS, Row, thing

# Counters and marks that a refusal may leave behind.
VOLATILE_TABLES = {"accounts_onetimecode", "api_ratecounter", "django_session"}
VOLATILE_COLUMNS = ["last_activity", "last_login"]
PEOPLE = {
    "admin": {"admin": True},
    "manager": {"manager": True},
    "rep": {"rep": True},
    "rep_colleague": {"rep": True},
    "agent": {"agent": True},
    "agent_colleague": {"agent": True},
    "support": {"support": True},
    "cp": {"cp": True},
    "cp_colleague": {"cp": True},
    "developer": {"developer": True},
    "buyer": {"buyer": True},
    "unapproved": {"rep": True, "is_approved": False},
}


class World:
    """`world.cp` is a user, `world.channel_lead` one of the registered things, all built at once."""

    def __init__(self):
        self.entity = EntityFactory(slug="home")
        self.other_entity = EntityFactory(slug="elsewhere")
        self.people = {name: UserFactory(entity=self.entity, **fields) for name, fields in PEOPLE.items()}
        self.people["foreign"] = UserFactory(manager=True, entity=self.other_entity)
        self.tokens = {name: logins.start(user=user).access for name, user in self.people.items()}
        self.sessions = {name: self._session(user) for name, user in self.people.items()}
        self.things: dict = {}
        for name in THINGS:
            getattr(self, name)

    @staticmethod
    def _session(user) -> str:
        client = Client()
        client.force_login(user)
        return client.cookies["sessionid"].value

    def __getattr__(self, name: str):
        if name in self.people:
            return self.people[name]
        if name not in THINGS:
            raise AttributeError(f"The world has no {name}.")
        if name not in self.things:
            self.things[name] = THINGS[name](self)
        return self.things[name]

    def read(self, name: str):
        """A thing, or a part of one: "channel_lead.public_id"."""
        return attrgetter(name)(self)

    def ask(self, row: Row, role: str, path: str = ""):
        """The row's request as this role."""
        client = self._browser(role) if row.page else self._client(role)
        headers = {name: row.fill(value, self) for name, value in row.headers.items()}
        call = getattr(client, row.method.lower())
        path = path or row.path(self)
        return call(path, headers=headers) if row.method == "GET" else call(path, row.payload(self), headers=headers)

    def _client(self, role: str) -> APIClient:
        client = APIClient(SERVER_NAME="localhost", raise_request_exception=False)
        client.default_format = "json"
        if role in self.tokens:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.tokens[role]}")
        return client

    def _browser(self, role: str) -> Client:
        client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        if role in self.sessions:
            client.cookies["sessionid"] = self.sessions[role]
        return client


@thing
def channel_lead(world):
    return make_lead(owner=world.cp, pipeline="channel")


@thing
def sales_lead(world):
    return make_lead(owner=world.rep, pipeline="sales")


@thing
def growth_lead(world):
    return make_lead(owner=world.rep, pipeline="growth")


@thing
def practice_lead(world):
    return make_lead(owner=world.agent, pipeline="practice")


@thing
def marketing_lead(world):
    return make_lead(owner=world.rep, pipeline="marketing")


@thing
def unassigned_lead(world):
    return make_lead(entity=world.entity, pipeline="sales")


@contextmanager
def undone():
    """Whatever happens within is rolled back."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def contents() -> dict[str, str]:
    """A digest of each table's rows, so that any change of any field shows."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    rows = "to_jsonb(t) - %s::text[]"
    queries = [
        f"SELECT '{table}', md5(coalesce(string_agg(({rows})::text, '' ORDER BY t.*::text), '')) FROM \"{table}\" t"
        for table in sorted(set(tables) - VOLATILE_TABLES)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries), [VOLATILE_COLUMNS] * len(queries))
        return dict(cursor.fetchall())
