import pytest
from django.test import Client

from betterside.accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "Lakeview-tower-9"


@pytest.fixture
def browser():
    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory(cp=True))
    return client


def change(browser, old: str):
    data = {"old_password": old, "new_password1": NEW, "new_password2": NEW}
    return browser.post("/password/change", data, follow=True)


def test_it_leads_there_from_the_profile(browser):
    assert 'href="/password/change"' in browser.get("/profile").content.decode()
    assert "panel/password_change.html" in [t.name for t in browser.get("/password/change").templates]


def test_a_changed_password_keeps_this_session(browser):
    answer = change(browser, PASSWORD)

    assert answer.redirect_chain == [("/profile", 302)]
    assert "Your password is changed." in answer.content.decode()
    assert answer.context["user"].check_password(NEW)


def test_a_wrong_old_password_is_said_beside_its_field(browser):
    answer = change(browser, "not this one")

    assert answer.context["form"].errors.keys() == {"old_password"}
    assert 'id="id_old_password_error"' in answer.content.decode()
    assert answer.context["user"].check_password(PASSWORD)
