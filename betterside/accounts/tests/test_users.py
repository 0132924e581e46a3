"""/api/users (DESIGN section 3): only admins manage, never beyond their entity, never the last admin."""

import contextlib
import threading
from datetime import timedelta
from functools import partial
from unittest import mock

import pytest
from django.core import mail

from crm.tests.factories import make_lead
from tests.races import at_once, no_row_locks, statuses

from ..models import Login, User
from ..roles import Role
from ..services import invitations, users
from .factories import PASSWORD, EntityFactory, UserFactory
from .mailbox import code_for, delivered

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(admin=True, username="boss", first_name="Farah", last_name="Khan")


@pytest.fixture
def rep(admin):
    return UserFactory(rep=True, username="riya", first_name="Riya", last_name="Kapoor", phone="98765")


def test_the_list_of_an_admin(api, admin, rep, golden):
    golden(api.as_(admin).get("/api/users"), "sales/user-list")


def test_the_list_of_a_colleague_has_no_addresses(api, admin, rep, golden):
    UserFactory(is_approved=False)
    golden(api.as_(rep).get("/api/users"), "sales/user-list-colleague")


def test_one_user(api, admin, rep, golden):
    golden(api.as_(admin).get(f"/api/users/{rep.pk}"), "sales/user")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["boss", "riya", "gone", "new"]),
        ("search=riya kap", ["riya"]),
        ("search=RIYA@", ["riya"]),
        ("role=admin", ["boss"]),
        ("role=", ["boss", "riya", "gone", "new"]),
        ("is_active=false", ["gone"]),
        ("is_approved=false", ["new"]),
        ("role=sales_rep&is_active=true&is_approved=true", ["riya"]),
        ("limit=2&offset=1", ["riya", "gone"]),
        ("search=%25", []),
        ("search=nobody", []),
    ],
)
def test_filters(api, admin, rep, query, found):
    UserFactory(username="gone", is_active=False)
    UserFactory(username="new", is_approved=False)
    UserFactory(username="foreign", entity__slug="other")
    answer = api.as_(admin).get(f"/api/users?{query}").json()
    assert [user["username"] for user in answer["data"]] == found
    if "limit" not in query:
        assert answer["total"] == len(found)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "role=king", "is_active=perhaps", "search=%00"])
def test_bad_filters(api, admin, query):
    answer = api.as_(admin).get(f"/api/users?{query}")
    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_the_filters_are_echoed(api, admin):
    answer = api.as_(admin).get("/api/users?role=admin&limit=1000")
    assert answer.json()["filters"] == {"role": "admin", "limit": 100, "offset": 0}


def test_the_list_asks_as_often_for_30_as_for_3(api, admin, assert_query_count):
    client = api.as_(admin)
    assert_query_count.flat("users list", lambda: client.get("/api/users"), lambda n: UserFactory.create_batch(n))


# --- Changing ------------------------------------------------------------------------------------


def test_an_admin_changes_a_colleague(api, admin, rep, golden):
    body = {"first_name": "Rhea", "phone": None, "role": "manager", "is_away": True, "email": "x@y.example", "id": 5}
    golden(api.as_(admin).patch(f"/api/users/{rep.pk}", body), "sales/user-update")


def test_a_change_of_role_acts_at_once(api, admin, rep):
    client = api.as_(rep)
    assert client.post("/api/users", {"email": "a@b.example"}).status_code == 403
    api.as_(admin).patch(f"/api/users/{rep.pk}", {"role": "admin"})
    assert client.get("/api/users").json()["data"][0]["email"]
    api.as_(admin).patch(f"/api/users/{rep.pk}", {"role": "buyer"})
    assert client.get("/api/users").status_code == 403


@pytest.mark.parametrize("how", ["deactivate", "patch"])
def test_deactivating_ends_every_login(api, admin, rep, how):
    client = api.as_(rep)
    boss = api.as_(admin)
    path = f"/api/users/{rep.pk}"
    answer = boss.post(f"{path}/deactivate") if how == "deactivate" else boss.patch(path, {"is_active": False})

    assert answer.json()["data"]["is_active"] is False
    assert client.get("/api/auth/me").status_code == 401
    assert Login.objects.get(user=rep).end_reason == "deactivated"
    login = {"email": rep.email, "password": PASSWORD}
    assert api.post("/api/auth/login", login).status_code == 401
    boss.patch(path, {"is_active": True})
    assert api.post("/api/auth/login", login).status_code == 200


def test_approving_opens_the_door(api, admin):
    newcomer = UserFactory(is_approved=False)
    client = api.as_(newcomer)
    assert client.get("/api/users").status_code == 403

    answer = api.as_(admin).post(f"/api/users/{newcomer.pk}/approve", {"role": "support"})

    assert answer.json()["message"] == "User approved successfully"
    assert (answer.json()["data"]["is_approved"], answer.json()["data"]["role"]) == (True, "support")
    assert client.get("/api/users").status_code == 200


@pytest.mark.parametrize("change", [{"role": "manager"}, {"is_active": False}, {"is_approved": False}])
def test_the_last_admin_stays(api, admin, change):
    UserFactory(admin=True, is_active=False)
    UserFactory(admin=True, is_verified=False)
    UserFactory(admin=True, entity__slug="other")

    answer = api.as_(admin).patch(f"/api/users/{admin.pk}", change)

    assert answer.status_code == 409
    assert "admin" in answer.json()["message"]
    admin.refresh_from_db()
    assert (admin.role, admin.is_active, admin.is_approved) == (Role.ADMIN, True, True)
    UserFactory(admin=True)
    assert api.as_(admin).patch(f"/api/users/{admin.pk}", change).status_code == 200


def test_nobody_is_managed_across_entities(api, admin):
    foreign = UserFactory(entity__slug="other")
    client = api.as_(admin)
    for method, path, body in [
        ("get", "", None),
        ("patch", "", {"role": "admin"}),
        ("post", "/approve", {}),
        ("post", "/deactivate", {}),
    ]:
        theirs = getattr(client, method)(f"/api/users/{foreign.pk}{path}", body)
        missing = getattr(client, method)(f"/api/users/{foreign.pk + 10**6}{path}", body)
        assert (theirs.status_code, theirs.content) == (404, missing.content)
    foreign.refresh_from_db()
    assert foreign.role == Role.SALES_REP
    assert foreign.is_active


def test_staff_accounts_are_not_an_entity_admins(api, admin):
    staff = UserFactory(admin=True, is_staff=True)
    assert api.as_(admin).patch(f"/api/users/{staff.pk}", {"is_active": False}).status_code == 403


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "is_verified", "entity_id", "password", "email"])
def test_fields_that_nobody_gives_here_are_ignored(api, admin, rep, field):
    before = User.objects.filter(pk=rep.pk).values(field)[0]
    assert api.as_(admin).patch(f"/api/users/{rep.pk}", {field: 1}).status_code == 200
    assert User.objects.filter(pk=rep.pk).values(field)[0] == before


GARBAGE = [
    {"role": "king"},
    {"role": 1},
    {"role": None},
    {"role": ["admin"]},
    {"first_name": ""},
    {"first_name": "x" * 51},
    {"phone": "1" * 21},
    {"phone": {}},
    {"is_active": "perhaps"},
    {"is_active": None},
    {"last_name": "a\u0000b"},
    [],
    "role",
]


@pytest.mark.parametrize("body", GARBAGE)
def test_garbage_changes_nothing(api, admin, rep, body):
    before = User.objects.filter(pk=rep.pk).values().get()
    answer = api.as_(admin).patch(f"/api/users/{rep.pk}", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["success"] is False
    assert User.objects.filter(pk=rep.pk).values().get() == before


@pytest.mark.parametrize("path", ["abc", "99999999999999999999", "-1", "1.5"])
def test_an_id_that_is_none_is_not_found(api, admin, path):
    assert api.as_(admin).get(f"/api/users/{path}").status_code == 404


# --- Inviting ------------------------------------------------------------------------------------


def invite(api, admin, **fields):
    return api.as_(admin).post("/api/users", {"email": "New.Person@partner.example"} | fields)


def link_in(message) -> str:
    return next(line for line in message.body.splitlines() if "/invitation/" in line).split("8000")[-1]


def test_from_an_invitation_to_a_first_login(api, admin, client, golden):
    golden(invite(api, admin, role="manager", first_name="Nina"), "sales/user-invite")
    assert mail.outbox == []
    (message,) = delivered()
    assert message.to == ["new.person@partner.example"]
    path = link_in(message)

    shown = client.get(path, SERVER_NAME="localhost")
    assert b"new.person" in shown.content
    weak = client.post(path, {"new_password1": "123", "new_password2": "123"}, SERVER_NAME="localhost")
    assert weak.status_code == 200
    done = client.post(path, {"new_password1": PASSWORD, "new_password2": PASSWORD}, SERVER_NAME="localhost")

    assert (done.status_code, done["Location"]) == (302, "/login")
    login = api.post("/api/auth/login", {"email": "new.person@partner.example", "password": PASSWORD})
    assert login.json()["data"]["user"]["role"] == "manager"
    again = client.post(
        path, {"new_password1": "Other-pass-99", "new_password2": "Other-pass-99"}, SERVER_NAME="localhost"
    )
    assert b"no longer works" in again.content
    assert User.objects.get(username="new.person").check_password(PASSWORD)


def test_a_link_works_for_seven_days_and_for_nobody_else(admin, monkeypatch):
    user = users.invite(by=admin, email="new@partner.example", role=Role.SUPPORT)
    token = invitations.token(user)
    assert invitations.invited(token) == user
    assert invitations.invited(token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert invitations.invited("x") is None
    assert timedelta(days=7) == invitations.LIFETIME
    monkeypatch.setattr(invitations, "LIFETIME", timedelta(seconds=-1))
    assert invitations.invited(token) is None


def test_who_was_invited_can_reset_instead_and_has_the_seat(api, admin):
    invite(api, admin, role="support")
    email = "new.person@partner.example"
    api.post("/api/auth/password/forgot", {"email": email})
    body = {"email": email, "otp": code_for(email), "password": "Brand-new-pass-7"}
    assert api.post("/api/auth/password/reset", body).status_code == 200
    login = api.post("/api/auth/login", {"email": email, "password": "Brand-new-pass-7"})
    assert login.json()["data"]["user"]["role"] == "support"


def test_inviting_again_mails_another_link(api, admin):
    first = invite(api, admin).json()["data"]
    again = invite(api, admin, role="manager").json()["data"]
    assert (again["id"], again["role"]) == (first["id"], "manager")
    ids = [message.extra_headers["Message-ID"] for message in delivered()]
    assert len(set(ids)) == 2


def test_registering_an_invited_address_does_not_take_the_seat(api, admin):
    EntityFactory(slug="partner", email_domain="partner.example")
    invite(api, admin)
    delivered()
    body = {"username": "thief", "password": "Strangers-pass-9", "first_name": "T", "last_name": "F"}
    answer = api.post("/api/auth/register", body | {"email": "new.person@partner.example"})

    assert answer.status_code == 201
    assert [message.subject for message in delivered()] == ["You are invited to BetterSide"]
    user = User.objects.get(email="new.person@partner.example")
    assert (user.entity, user.has_usable_password()) == (admin.entity, False)


def test_an_account_that_nobody_proved_is_taken_over_without_its_password(api, admin):
    squatter = UserFactory(
        email="new.person@partner.example", is_verified=False, is_approved=False, entity__slug="other"
    )
    assert invite(api, admin).status_code == 201
    squatter.refresh_from_db()
    assert (squatter.entity, squatter.has_usable_password()) == (admin.entity, False)


def test_who_owns_leads_stays_in_their_entity(api, admin):
    known = UserFactory(email="new.person@partner.example", is_verified=False, entity__slug="other")
    lead = make_lead(owner=known)
    User.objects.filter(pk=known.pk).update(is_approved=False)

    assert invite(api, admin).status_code == 409
    body = {"username": "again", "password": "SecurePass123", "first_name": "N", "last_name": "P", "entity": "acme"}
    assert api.post("/api/auth/register", body | {"email": known.email}).status_code == 201
    known.refresh_from_db()
    assert known.entity == lead.entity


@pytest.mark.parametrize("fields", [{}, {"is_active": False}, {"is_verified": False}, {"is_approved": False}])
@pytest.mark.parametrize("slug", ["acme", "other"])
def test_an_account_of_somebody_is_not_taken_over(api, admin, fields, slug):
    known = UserFactory(email="new.person@partner.example", entity__slug=slug, **fields)
    before = User.objects.filter(pk=known.pk).values().get()
    taken_over = fields == {"is_verified": False} and slug == "acme"

    answer = invite(api, admin)

    assert answer.status_code == (201 if taken_over else 409)
    if not taken_over:
        assert User.objects.filter(pk=known.pk).values().get() == before
        assert delivered() == []


def test_inviting_is_limited(api, admin, monkeypatch):
    monkeypatch.setattr("betterside.accounts.api.users.INVITATIONS_A_MINUTE", 2)
    client = api.as_(admin)
    answers = [client.post("/api/users", {"email": f"new{n}@partner.example"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[-1]["Retry-After"]) <= 60


def test_an_idempotency_key_invites_once(api, admin):
    client = api.as_(admin)
    answers = [
        client.post("/api/users", {"email": "new@partner.example"}, HTTP_IDEMPOTENCY_KEY="one") for _try in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert len(delivered()) == 1


# --- Races ---------------------------------------------------------------------------------------


def two_admins_demote_each_other(api) -> dict:
    """Each waits after its check until the other has checked too, or half a second."""
    first, second = UserFactory(admin=True), UserFactory(admin=True)
    calls = [(api.as_(first), f"/api/users/{second.pk}"), (api.as_(second), f"/api/users/{first.pk}")]
    both_checked = threading.Barrier(2)
    check = users._require_an_admin

    def check_and_wait(entity_id):
        check(entity_id)
        with contextlib.suppress(threading.BrokenBarrierError):
            both_checked.wait(timeout=0.5)

    with mock.patch.object(users, "_require_an_admin", check_and_wait):
        return statuses(at_once([partial(client.patch, path, {"role": "manager"}) for client, path in calls]))


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_demote_each_other_at_once(api):
    assert two_admins_demote_each_other(api) == {"200": 1, "409": 1}
    assert User.objects.filter(role=Role.ADMIN).count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_locks_no_admin_is_left(api):
    with no_row_locks():
        assert two_admins_demote_each_other(api) == {"200": 2}


@pytest.mark.django_db(transaction=True)
def test_one_address_invited_ten_times_at_once_is_one_account(api):
    client = api.as_(UserFactory(admin=True))
    answers = at_once([lambda: client.post("/api/users", {"email": "new@partner.example"})] * 10)
    assert statuses(answers) == {"201": 10}
    assert User.objects.filter(email="new@partner.example").count() == 1
