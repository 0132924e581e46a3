"""sales.md, "User Registration" and "Email Verification"; trust 12 to 14."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.utils import timezone

from betterside import clock
from crm.tests.factories import make_lead

from ..models import OneTimeCode, User
from ..roles import Role
from .factories import EntityFactory, UserFactory
from .mailbox import code_for, delivered, wrong

pytestmark = pytest.mark.django_db

# sales.md, "User Registration", word for word.
SAMPLE = {
    "username": "john_doe",
    "email": "john@company.com",
    "password": "SecurePass123",
    "first_name": "John",
    "last_name": "Doe",
    "phone": "+1234567890",
}


@pytest.fixture
def company():
    return EntityFactory(slug="company", email_domain="company.com")


def register(api, **changes):
    return api.post("/api/auth/register", SAMPLE | changes)


def verify(api, code, email="john@company.com"):
    return api.post("/api/auth/verify-otp", {"email": email, "otp": code})


def login(api, password="SecurePass123", email="john@company.com"):
    return api.post("/api/auth/login", {"email": email, "password": password})


def read_leads(api, email):
    token = login(api, email=email).json()["data"]["access_token"]
    return api.get("/api/cp/leads", HTTP_AUTHORIZATION=f"Bearer {token}")


def test_the_contract_sample_answers_as_written(api, company):
    answer = register(api)

    assert answer.status_code == 201
    user = User.objects.get(email="john@company.com")
    assert answer.json() == {
        "success": True,
        "message": "User registered successfully. Please check your email for verification.",
        "data": {"user_id": user.pk, "username": "john_doe", "email": "john@company.com"},
    }
    assert (user.first_name, user.last_name, user.phone, user.entity) == ("John", "Doe", "+1234567890", company)
    assert (user.is_verified, user.is_approved, user.role) == (False, False, Role.SALES_REP)


def test_from_registration_to_a_first_login(api, company):
    register(api)
    assert login(api).status_code == 403, "an unverified account gets no token"

    answer = verify(api, code_for("john@company.com"))

    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "message": "Your e-mail address is verified. You can sign in.",
        "data": {"email": "john@company.com", "is_verified": True, "is_approved": True},
    }
    user = login(api).json()["data"]["user"]
    assert (user["role"], user["entity"]["name"]) == ("sales_rep", "company")


def test_the_mail_leaves_after_the_answer_and_shows_nothing_that_a_stranger_typed(api, company):
    register(api, first_name="Visit http://evil.example")
    assert mail.outbox == []

    (message,) = delivered()

    assert message.to == ["john@company.com"]
    assert "evil" not in message.body
    assert message.extra_headers["Message-ID"].startswith("<code-")
    assert "&" not in message.body


@pytest.mark.parametrize(
    "email",
    [
        "john@company.com.evil.com",
        "john@evil-company.com",
        "john@mail.company.com",
        "john@c\u043empany.com",  # a Cyrillic o
        "john@other.example",
    ],
)
def test_a_stranger_at_another_domain_waits_and_reads_nothing(api, company, email):
    make_lead(entity=company)
    answer = register(api, email=email, entity="company")
    assert answer.status_code == 201
    stored = answer.json()["data"]["email"]
    assert stored.isascii()

    verified = verify(api, code_for(stored), stored)

    assert verified.json()["data"]["is_approved"] is False
    assert "administrator" in verified.json()["message"]
    assert read_leads(api, stored).status_code == 403


@pytest.mark.parametrize("email", ["JOHN@Company.COM", "john@\uff43ompany.com", "  john@company.com "])
def test_the_same_mailbox_is_the_same_account_however_it_is_written(api, company, email):
    register(api)
    answer = register(api, email=email)

    assert answer.json()["data"]["email"] == "john@company.com"
    assert User.objects.filter(entity=company).count() == 1


@pytest.mark.parametrize("email", ["jo\u017fh@company.com", "\u212aim@company.com", "john@", "@company.com", "john", 5])
def test_what_is_no_address_is_refused(api, company, email):
    answer = register(api, email=email)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "email"


def test_an_address_of_no_entity_must_name_one(api, company):
    inactive = EntityFactory(slug="closed", email_domain="closed.example", is_active=False)
    answers = [
        register(api, email="a@nowhere.example"),
        register(api, email="a@nowhere.example", entity="nowhere"),
        register(api, email=f"a@{inactive.email_domain}"),
        register(api, entity="closed"),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert len({answer.content for answer in answers}) == 1


def known_addresses(entity):
    def user(name, **fields):
        return UserFactory(username=name, email=f"{name}@company.com", entity=entity, **fields).email

    return {
        "known": user("known"),
        "inactive": user("inactive", is_active=False),
        "unverified": user("unverified", is_verified=False, is_approved=False),
        "unapproved": user("unapproved", is_approved=False),
        "unknown": "unknown@company.com",
    }


@pytest.mark.parametrize("state", ["known", "inactive", "unverified", "unapproved", "unknown"])
@pytest.mark.parametrize(
    "endpoint", ["register", "login", "resend-otp", "password/forgot", "verify-otp", "password/reset"]
)
def test_answers_do_not_tell_whether_an_address_has_an_account(api, company, state, endpoint):
    email = known_addresses(company)[state]
    body = SAMPLE | {"email": email, "username": "somebody", "otp": "123456"}

    answer = api.post(f"/api/auth/{endpoint}", body)

    expected = {"register": 201, "login": 401, "verify-otp": 400, "password/reset": 400}.get(endpoint, 200)
    assert answer.status_code == expected, answer.content
    said = answer.json()
    if endpoint == "register":
        assert set(said["data"]) == {"user_id", "username", "email"}
        assert not User.objects.filter(pk=said["data"]["user_id"]).exclude(email="unknown@company.com").exists()
        said["data"] = None
    assert "known@" not in str(said)
    others = [api.post(f"/api/auth/{endpoint}", body | {"email": "never-was@company.com"})]
    for other in others:
        theirs = other.json()
        if endpoint == "register":
            theirs["data"] = None
        assert (theirs, other.status_code, set(other.headers)) == (said, answer.status_code, set(answer.headers))


@pytest.mark.parametrize(
    ("state", "subject"),
    [
        ("known", "You have a BetterSide account already"),
        ("unapproved", "You have a BetterSide account already"),
        ("unverified", "Your code for BetterSide"),
        ("unknown", "Your code for BetterSide"),
        ("inactive", None),
    ],
)
def test_only_an_account_in_use_gets_mail(api, company, state, subject):
    register(api, email=known_addresses(company)[state], username="somebody")
    assert [message.subject for message in delivered()] == ([subject] if subject else [])


@pytest.mark.parametrize("endpoint", ["resend-otp", "password/forgot"])
def test_an_unknown_address_gets_no_mail(api, endpoint):
    api.post(f"/api/auth/{endpoint}", {"email": "nobody@company.com"})
    assert delivered() == []


@pytest.mark.parametrize("state", ["known", "inactive", "unverified", "unapproved", "unknown"])
@pytest.mark.parametrize("endpoint", ["register", "login"])
def test_each_path_hashes_one_password(api, company, monkeypatch, state, endpoint):
    email = known_addresses(company)[state]
    work = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: work.append(1) or encode(self, *args))

    api.post(f"/api/auth/{endpoint}", SAMPLE | {"email": email, "username": "somebody"})

    assert len(work) == 1


@pytest.mark.parametrize("endpoint", ["register", "login", "resend-otp", "password/forgot"])
def test_each_path_takes_the_same_queries_for_everybody(
    api, company, endpoint, django_assert_num_queries, django_assert_max_num_queries
):
    addresses = known_addresses(company)
    with django_assert_max_num_queries(20) as first:
        api.post(f"/api/auth/{endpoint}", SAMPLE | {"email": addresses.pop("unknown"), "username": "nobody"})
    for state, email in addresses.items():
        with django_assert_num_queries(len(first)):
            api.post(f"/api/auth/{endpoint}", SAMPLE | {"email": email, "username": f"again-{state}"})
    assert User.objects.filter(username__startswith="again-").count() == 0


def test_registering_a_verified_address_again_changes_nothing(api, company):
    user = UserFactory(entity=company, email="john@company.com", first_name="Real")
    before = User.objects.filter(pk=user.pk).values().get()

    register(api)

    assert User.objects.filter(pk=user.pk).values().get() == before


def test_registering_again_before_the_proof_keeps_the_newest_names(api, company):
    register(api, first_name="Jon", entity="")
    register(api)
    assert User.objects.get(email="john@company.com").first_name == "John"


@pytest.mark.parametrize("passwords", [["Strangers-pass-9", "SecurePass123"], ["SecurePass123", "Strangers-pass-9"]])
@pytest.mark.parametrize("days", [0, 30])
def test_the_owner_cannot_prove_a_strangers_password(api, company, passwords, days):
    register(api, password=passwords[0])
    delivered()
    with clock.at(timezone.now() + timedelta(days=days)):
        register(api, password=passwords[1])
        verify(api, code_for("john@company.com"))

    assert "registered more than once" in mail.outbox[-1].body
    assert login(api, "Strangers-pass-9").status_code == 401
    assert login(api).status_code == 401
    api.post("/api/auth/password/forgot", {"email": "john@company.com"})
    body = {"email": "john@company.com", "otp": code_for("john@company.com"), "password": "SecurePass123"}
    assert api.post("/api/auth/password/reset", body).status_code == 200
    assert login(api).status_code == 200


def test_sending_the_form_twice_does_no_harm(api, company):
    register(api)
    register(api)
    verify(api, code_for("john@company.com"))
    assert login(api).status_code == 200


def test_a_taken_username_is_not_told(api, company):
    UserFactory(username="John_Doe")
    answer = register(api)

    assert answer.status_code == 201
    assert answer.json()["data"]["username"] == "john_doe"
    username = User.objects.get(email="john@company.com").username
    assert username.startswith("john_doe")
    assert len(username) == len("john_doe") + 6
    assert username in delivered()[0].body


@pytest.mark.parametrize(
    "username", ["", "jo", "-john", "john doe", "john@company.com", "j\u00f6hn", "x" * 51, None, ["a"]]
)
def test_usernames_follow_the_rules(api, company, username):
    answer = register(api, username=username)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["username"]


@pytest.mark.parametrize("password", ["", "short1", "12345678901", "password123", "john_doe1", None])
def test_weak_passwords_are_refused(api, company, password):
    answer = register(api, password=password)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "password"
    assert not User.objects.filter(email="john@company.com").exists()


@pytest.mark.parametrize("field", ["entity_id", "role", "role_id", "is_staff", "is_verified", "is_approved", "id"])
def test_fields_that_are_not_the_registrants_are_ignored(api, company, field):
    assert register(api, **{field: 1}).status_code == 201
    user = User.objects.get(email="john@company.com")
    assert [user.is_staff, user.is_superuser, user.is_verified, user.is_approved] == [False] * 4
    assert (user.role, user.entity) == (Role.SALES_REP, company)


def test_a_code_works_once(api, company):
    register(api)
    code = code_for("john@company.com")
    assert verify(api, code).status_code == 200
    assert verify(api, code).status_code == 400


def test_a_code_lives_ten_minutes(api, company):
    register(api)
    code = code_for("john@company.com")
    with clock.at(timezone.now() + timedelta(minutes=10, seconds=1)):
        refused = verify(api, code)
    assert refused.json() == {
        "success": False,
        "message": "The code is wrong or has expired.",
        "errors": [{"field": "otp", "message": "The code is wrong or has expired."}],
    }
    with clock.at(timezone.now() + timedelta(minutes=9)):
        assert verify(api, code).status_code == 200


def test_after_five_tries_the_right_code_is_refused_in_the_same_words(api, company):
    register(api)
    code = code_for("john@company.com")
    refused = [verify(api, wrong(code)) for _try in range(5)]

    last = verify(api, code)

    assert {answer.status_code for answer in [*refused, last]} == {400}
    assert {answer.content for answer in [*refused, last]} == {last.content}


def test_a_newer_code_kills_the_older(api, company):
    register(api)
    older = code_for("john@company.com")
    api.post("/api/auth/resend-otp", {"email": "john@company.com"})
    newer = code_for("john@company.com")
    if older != newer:
        assert verify(api, older).status_code == 400
    assert verify(api, newer).status_code == 200


def test_at_most_five_codes_an_hour(api, company):
    register(api)
    start = timezone.now()
    assert len(delivered()) == 1
    for minute in range(1, 9):
        with clock.at(start + timedelta(minutes=minute)):
            answer = api.post("/api/auth/resend-otp", {"email": "john@company.com"}, REMOTE_ADDR=f"10.0.0.{minute}")
            assert answer.status_code == 200
            code_for("john@company.com")
    assert len(mail.outbox) == 5
    with clock.at(start + timedelta(minutes=61)):
        api.post("/api/auth/resend-otp", {"email": "john@company.com"}, REMOTE_ADDR="10.0.0.9")
        code_for("john@company.com")
    assert len(mail.outbox) == 6


def test_asking_fast_is_limited_for_a_minute_at_most(api):
    answers = [api.post("/api/auth/resend-otp", {"email": "nobody@company.com"}) for _try in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_guessing_fast_is_limited_for_a_minute_at_most(api):
    answers = [verify(api, "123456", "nobody@company.com") for _try in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_registering_is_limited_per_address(api, company, monkeypatch):
    monkeypatch.setattr("betterside.accounts.services.registration.PER_ADDRESS", 2)
    assert [register(api).status_code for _try in range(3)] == [201, 201, 429]


def test_the_code_is_in_no_row_and_no_job(api, company, django_db_blocker):
    from django.db import connection

    register(api)
    code = code_for("john@company.com")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM procrastinate_jobs t")
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "SELECT row_to_json(t)::text FROM (SELECT email, purpose, nonce, tries FROM accounts_onetimecode) t"
        )
        rows += [row[0] for row in cursor.fetchall()]
    assert len(rows) >= 2
    assert not [row for row in rows if code in row]


def test_a_dead_code_is_not_mailed(api, company):
    register(api)
    OneTimeCode.objects.update(expires_at=timezone.now(), created_at=timezone.now() - timedelta(minutes=10))
    assert delivered() == []


def test_the_mail_is_sent_later_when_the_mail_server_is_down(api, company, run_jobs, monkeypatch):
    register(api)
    with monkeypatch.context() as broken:
        broken.setattr(
            "django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(ConnectionRefusedError())
        )
        (failed,) = run_jobs()
    assert isinstance(failed.error, ConnectionRefusedError)
    run_jobs(until=timezone.now() + timedelta(seconds=60))
    assert [message.to for message in mail.outbox] == [["john@company.com"]]
