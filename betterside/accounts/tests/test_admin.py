"""Accounts in the staff admin: every change through accounts.services, with its trace in the staff log."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from betterside.accounts.models import Login, User
from betterside.accounts.roles import Role
from betterside.accounts.services import logins
from betterside.staff.tests.queries import queries_of

from .factories import PASSWORD, EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
USERS = "/admin/accounts/user/"


@pytest.fixture
def boss():
    return UserFactory(admin=True, is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def clerk(client):
    """Staff whose group may change users, but no superuser."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "add_user"]))
    client.force_login(user)
    return client


def form_of(user, **changes) -> dict:
    fields = ["email", "username", "first_name", "last_name", "phone", "role"]
    flags = ["is_verified", "is_away", "is_staff", "is_superuser"]
    data = {name: getattr(user, name) for name in fields} | {"entity": user.entity_id}
    return data | {name: "on" for name in flags if getattr(user, name)} | changes


def act(client, action, *users):
    return client.post(USERS, {"action": action, "_selected_action": [user.pk for user in users]}, follow=True)


class TestSeats:
    def test_selected_accounts_are_approved(self, staff):
        user = UserFactory(is_approved=False)
        answer = act(staff, "approve_selected", user)
        user.refresh_from_db()
        assert user.is_approved
        assert "Approved: 1 user." in answer.content.decode()
        assert LogEntry.objects.get(object_id=str(user.pk)).change_message == "Approved"

    def test_deactivating_ends_every_login(self, staff):
        user = UserFactory()
        logins.start(user=user)
        act(staff, "deactivate_selected", user)
        user.refresh_from_db()
        assert not user.is_active
        assert Login.objects.get(user=user).end_reason == Login.EndReason.DEACTIVATED

    def test_an_account_is_activated_again(self, staff):
        user = UserFactory(is_active=False)
        act(staff, "activate_selected", user)
        user.refresh_from_db()
        assert user.is_active

    def test_nobody_deactivates_themselves(self, staff, boss):
        answer = act(staff, "deactivate_selected", boss)
        boss.refresh_from_db()
        assert boss.is_active
        assert "You cannot deactivate yourself." in answer.content.decode()

    @pytest.mark.parametrize(
        ("button", "before", "after"),
        [
            ("approve", {"is_approved": False}, ("is_approved", True)),
            ("deactivate", {}, ("is_active", False)),
            ("activate", {"is_active": False}, ("is_active", True)),
        ],
    )
    def test_the_page_of_an_account_has_the_same_behind_a_question(self, staff, button, before, after):
        user = UserFactory(**before)
        page = f"{USERS}{user.pk}/"
        assert f"{page}{button}/" in staff.get(f"{page}change/").content.decode()

        assert staff.get(f"{page}{button}/").status_code == 200
        user.refresh_from_db()
        assert getattr(user, after[0]) is not after[1], "a GET changes nothing"

        answer = staff.post(f"{page}{button}/", {"answered": "yes"})
        user.refresh_from_db()
        assert (answer.status_code, answer["Location"]) == (302, f"{page}change/")
        assert getattr(user, after[0]) is after[1]


class TestChanging:
    def test_only_what_differs_is_written(self, staff):
        user = UserFactory(last_name="Before")
        answer = staff.post(f"{USERS}{user.pk}/change/", form_of(user, last_name="After", role=Role.MANAGER))
        user.refresh_from_db()
        assert answer.status_code == 302
        assert (user.last_name, user.role) == ("After", Role.MANAGER)
        assert LogEntry.objects.get().get_change_message() == "Changed Last name and Role."

    def test_moving_to_another_entity_ends_every_login(self, staff):
        user, other = UserFactory(), EntityFactory(slug="other")
        logins.start(user=user)
        staff.post(f"{USERS}{user.pk}/change/", form_of(user, entity=other.pk))
        user.refresh_from_db()
        assert user.entity == other
        assert Login.objects.get().end_reason == Login.EndReason.MOVED

    def test_an_address_that_is_taken_is_refused_without_regard_to_case(self, staff):
        taken, user = UserFactory(), UserFactory()
        answer = staff.post(f"{USERS}{user.pk}/change/", form_of(user, email=taken.email.upper()))
        assert answer.status_code == 200
        assert "Another account has this email." in answer.content.decode()

    def test_a_new_account_can_sign_in(self, staff, api):
        data = {"email": "New@acme.example", "username": "new", "password1": PASSWORD, "password2": PASSWORD}
        data |= {"entity": EntityFactory().pk, "role": Role.SALES_REP, "is_verified": "on", "is_approved": "on"}
        answer = staff.post(f"{USERS}add/", data)
        assert answer.status_code == 302, answer.context["errors"]
        signed_in = api.post("/api/auth/login", {"email": "new@acme.example", "password": PASSWORD})
        assert signed_in.status_code == 200

    def test_a_password_set_here_ends_every_login(self, staff):
        user = UserFactory()
        logins.start(user=user)
        new = "another horse battery"
        answer = staff.post(f"{USERS}{user.pk}/password/", {"password1": new, "password2": new})
        user.refresh_from_db()
        assert answer.status_code == 302
        assert user.check_password(new)
        assert Login.objects.get().end_reason == Login.EndReason.PASSWORD_CHANGED

    def test_a_weak_password_is_refused(self, staff):
        user = UserFactory()
        answer = staff.post(f"{USERS}{user.pk}/password/", {"password1": "12345", "password2": "12345"})
        user.refresh_from_db()
        assert answer.status_code == 200
        assert user.check_password(PASSWORD)

    def test_staff_change_their_own_password(self, staff, boss):
        assert staff.get("/admin/password_change/").status_code == 200
        logins.start(user=boss)
        new = "another horse battery"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        answer = staff.post("/admin/password_change/", data)
        boss.refresh_from_db()
        assert (answer.status_code, answer["Location"]) == (302, "/admin/password_change/done/")
        assert boss.check_password(new)
        assert Login.objects.get().end_reason == Login.EndReason.PASSWORD_CHANGED
        assert staff.get("/admin/").status_code == 200, "this session goes on"


class TestStaffWithoutAllRights:
    """A clerk may change users, and must not lend themselves a superuser's rights that way."""

    def test_they_change_ordinary_accounts(self, clerk):
        user = UserFactory(last_name="Before")
        clerk.post(f"{USERS}{user.pk}/change/", form_of(user, last_name="After"))
        user.refresh_from_db()
        assert user.last_name == "After"

    def test_they_make_nobody_staff(self, clerk):
        user = UserFactory()
        clerk.post(f"{USERS}{user.pk}/change/", form_of(user, is_staff="on", is_superuser="on"))
        user.refresh_from_db()
        assert not user.is_staff
        assert not user.is_superuser

    def test_they_do_not_touch_staff_accounts(self, clerk, boss):
        assert clerk.post(f"{USERS}{boss.pk}/change/", form_of(boss, last_name="X")).status_code == 403
        new = {"password1": "another horse battery", "password2": "another horse battery"}
        assert clerk.post(f"{USERS}{boss.pk}/password/", new).status_code == 403
        assert clerk.post(f"{USERS}{boss.pk}/deactivate/", {"answered": "yes"}).status_code == 403
        answer = act(clerk, "deactivate_selected", boss)
        assert "Only a superuser may change staff accounts." in answer.content.decode()
        boss.refresh_from_db()
        assert boss.is_active
        assert boss.check_password(PASSWORD)

    def test_they_neither_see_nor_change_groups(self, clerk):
        assert clerk.get("/admin/auth/group/").status_code == 403


class TestLogins:
    def test_selected_logins_are_ended(self, staff):
        logins.start(user=UserFactory())
        login = Login.objects.get()
        staff.post("/admin/accounts/login/", {"action": "end", "_selected_action": [login.pk]})
        login.refresh_from_db()
        assert login.ended_at is not None

    def test_its_page_shows_no_token(self, staff):
        logins.start(user=UserFactory())
        login = Login.objects.get()
        page = staff.get(f"/admin/accounts/login/{login.pk}/change/").content.decode()
        assert login.refresh_jti not in page
        assert login.stamp not in page

    def test_nobody_sees_a_password_hash(self, staff, boss):
        page = staff.get(f"{USERS}{boss.pk}/change/").content.decode()
        assert boss.password not in page


@pytest.mark.parametrize("path", [USERS, "/admin/accounts/login/", "/admin/accounts/entity/", "/admin/admin/logentry/"])
def test_a_list_asks_as_much_for_many_rows_as_for_few(staff, path):
    def rows(count):
        for user in UserFactory.create_batch(count):
            logins.start(user=user)
            EntityFactory(slug=f"entity{user.pk}")
            act(staff, "approve_selected", user)

    rows(2)
    few = queries_of(staff, path)
    rows(8)
    assert queries_of(staff, path) == few <= 12


def test_the_page_of_an_account_asks_for_all_permissions_at_once(staff, boss):
    assert queries_of(staff, f"{USERS}{boss.pk}/change/") <= 15


def test_a_refusal_on_the_way_to_a_page_is_a_message(staff):
    """Selecting nothing that exists changes nothing and is no error."""
    answer = act(staff, "approve_selected", User(pk=10**12))
    assert answer.status_code == 200
