"""The pages behind "Forgot your password?", end to end (trust 21)."""

import re

import pytest
from django.core import mail
from django.test import Client

from betterside.jobs.testing import run_jobs

from ..services import logins, users
from .factories import PASSWORD, UserFactory
from .mailbox import code_for, delivered

pytestmark = pytest.mark.django_db
NEW = "a brand new horse 7"


@pytest.fixture
def user():
    return UserFactory(cp=True, email="asha@acme.example")


@pytest.fixture
def browser():
    return Client(SERVER_NAME="localhost")


def ask(browser, email="asha@acme.example", **kwargs):
    return browser.post("/password/reset", {"email": email}, **kwargs)


def link() -> str:
    """The path of the last mail's link, after the job that sends it."""
    run_jobs()
    return re.search(r"http://127\.0\.0\.1:8000(/password/reset/\S+)", mail.outbox[-1].body)[1]


def set_new(browser, path, password=NEW, again=NEW):
    form = browser.get(path, follow=True)
    return browser.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": again})


def signs_in(password) -> bool:
    return Client(SERVER_NAME="localhost").login(username="asha@acme.example", password=password)


def test_the_login_page_leads_there(browser):
    assert 'href="/password/reset"' in browser.get("/login").content.decode()


def test_it_mails_a_link_that_sets_a_new_password(browser, user):
    session = Client(SERVER_NAME="localhost")
    session.force_login(user)
    access = logins.start(user=user).access

    assert ask(browser).url == "/password/reset/sent"
    assert mail.outbox == []
    done = set_new(browser, link())
    assert mail.outbox[0].to == ["asha@acme.example"]

    assert done.url == "/password/reset/done"
    assert browser.get(done.url).status_code == 200
    assert signs_in(NEW)
    assert not signs_in(PASSWORD)
    assert session.get("/").status_code == 302
    assert browser.get("/api/auth/me", headers={"Authorization": f"Bearer {access}"}).status_code == 401


def test_the_link_works_once(browser, user):
    ask(browser)
    path = link()
    set_new(browser, path)
    again = Client(SERVER_NAME="localhost").get(path, follow=True)
    assert "new_password1" not in again.content.decode()
    assert signs_in(NEW)


def test_a_later_password_kills_the_link(browser, user):
    ask(browser)
    path = link()
    user.set_password("changed meanwhile 9")
    user.save()
    assert "new_password1" not in browser.get(path, follow=True).content.decode()


@pytest.mark.parametrize(
    "path", ["/password/reset/MQ/wrong-token", "/password/reset/%00/x", "/password/reset/OTk5/a-b"]
)
def test_a_wrong_link_opens_nothing(browser, user, path):
    answer = browser.get(path, follow=True)
    assert answer.status_code == 200
    assert "new_password1" not in answer.content.decode()


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), (NEW, "another one 8"), ("1234567890", "1234567890")]
)
def test_a_weak_or_mistyped_password_says_why_and_changes_nothing(browser, user, password, again):
    ask(browser)
    answer = set_new(browser, link(), password, again)
    assert answer.status_code == 200
    assert answer.context["form"].errors["new_password2"]
    assert signs_in(PASSWORD)


def test_unknown_and_inactive_get_the_same_page_and_no_mail(browser, user):
    users.deactivate(user=UserFactory(email="gone@acme.example"))
    answers = [ask(browser, email) for email in ("nobody@acme.example", "gone@acme.example", "asha@acme.example")]
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, "/password/reset/sent")}
    assert [message.to for message in delivered()] == [["asha@acme.example"]]


def test_the_link_names_the_configured_site_whatever_the_host_says(browser, user):
    assert ask(browser, headers={"Host": "evil.example"}).status_code == 400
    assert delivered() == []
    ask(browser, headers={"X-Forwarded-Host": "evil.example", "Host": "localhost"})
    assert link()
    assert "evil" not in mail.outbox[0].body


def test_a_flood_of_mails_is_refused(browser, user):
    for _ in range(5):
        ask(browser)
        delivered()
    answer = ask(browser)
    assert answer.status_code == 200
    assert "Too many tries" in answer.content.decode()
    assert len(mail.outbox) == 5


def test_a_newer_link_kills_the_older(browser, user):
    ask(browser)
    older = link()
    ask(browser)
    newer = link()
    assert "new_password1" not in browser.get(older, follow=True).content.decode()
    assert "new_password1" in Client(SERVER_NAME="localhost").get(newer, follow=True).content.decode()


def test_the_code_of_the_mail_dies_with_its_link(browser, api, user):
    ask(browser)
    path, code = link(), code_for(user.email)
    set_new(browser, path)
    body = {"email": user.email, "otp": code, "password": "Another-pass-88"}
    assert api.post("/api/auth/password/reset", body).status_code == 400


def test_the_link_proves_the_address(browser, user):
    user.is_verified = False
    user.save()
    ask(browser)
    set_new(browser, link())
    user.refresh_from_db()
    assert user.is_verified
