"""What holds for every page of the admin, whichever apps add theirs."""

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse

from betterside.accounts.models import User
from betterside.accounts.tests.factories import PASSWORD, UserFactory

from .queries import queries_of

pytestmark = pytest.mark.django_db


def name_of(model) -> str:
    return model._meta.label


def pages(model) -> dict[str, str]:
    """The list, the add page and, when there is a row, its change and delete pages."""
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    found = {"list": reverse(f"{names}_changelist"), "add": reverse(f"{names}_add")}
    if row := model._default_manager.first():
        found |= {page: reverse(f"{names}_{page}", args=[row.pk]) for page in ("change", "delete", "history")}
    return found


MODELS = sorted(admin.site._registry, key=name_of)


@pytest.fixture
def demo_data():
    call_command("seed", force=True, verbosity=0)


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
    return client


class TestEveryPage:
    @pytest.mark.usefixtures("demo_data")
    def test_it_answers_a_superuser(self, staff, rf):
        answers, request = {}, rf.get("/admin/")
        request.user = User.objects.get(is_superuser=True, entity__slug="acme")
        for model in MODELS:
            may_add = admin.site._registry[model].has_add_permission(request)
            expected = {"list": 200, "add": 200 if may_add else 403, "change": 200, "delete": 403, "history": 200}
            for page, url in pages(model).items():
                if (status := staff.get(url).status_code) != expected[page]:
                    answers[url] = status
        assert answers == {}

    @pytest.mark.usefixtures("demo_data")
    @pytest.mark.parametrize("role", ["manager", "admin", "rep", "cp"])
    def test_it_sends_others_to_the_login_page(self, client, role):
        client.force_login(UserFactory(**{role: True}))
        for model in MODELS:
            for url in pages(model).values():
                for answer in (client.get(url), client.post(url, {"action": "anything"})):
                    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/"), url

    @pytest.mark.usefixtures("demo_data")
    def test_it_refuses_staff_without_permissions(self, client):
        client.force_login(UserFactory(rep=True, is_staff=True))
        refused = {url: client.get(url).status_code for model in MODELS for url in pages(model).values()}
        assert set(refused.values()) == {403}, refused

    def test_no_row_can_be_deleted_in_bulk(self, staff):
        user = UserFactory()
        staff.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
        assert User.objects.filter(pk=user.pk).exists()


class TestSigningIn:
    def login(self, client, user, password=PASSWORD):
        return client.post("/admin/login/?next=/admin/", {"username": user.email, "password": password})

    def test_staff_come_in(self, client):
        answer = self.login(client, UserFactory(is_staff=True))
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")

    def test_a_manager_who_is_no_staff_stays_out(self, client):
        answer = self.login(client, UserFactory(manager=True))
        assert answer.status_code == 200
        assert "This account may not use the admin." in answer.content.decode()
        assert "_auth_user_id" not in client.session

    def test_tries_are_counted_together_with_the_other_doors(self, client, api):
        user = UserFactory(is_staff=True)
        for _ in range(10):
            self.login(client, user, password="wrong")
        answer = api.post("/api/auth/login", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 429

    def test_the_address_without_a_slash_leads_here(self, client):
        assert client.get("/admin")["Location"] == "/admin/"


class TestContentSecurityPolicy:
    def test_the_admin_may_evaluate_but_runs_no_inline_script(self, client):
        policy = client.get("/admin/login/")["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval';" in policy
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy

    def test_every_other_page_keeps_the_strict_one(self, client):
        policy = client.get("/login")["Content-Security-Policy"]
        assert "unsafe" not in policy


class TestHome:
    def test_it_asks_a_fixed_number_of_queries(self, staff):
        few = queries_of(staff, "/admin/")
        UserFactory.create_batch(8, is_approved=False)
        assert queries_of(staff, "/admin/") == few <= 20

    def test_it_shows_who_waits_for_a_seat(self, staff):
        waiting = UserFactory(is_approved=False)
        unproved = UserFactory(is_approved=False, is_verified=False)
        page = staff.get("/admin/").content.decode()
        assert waiting.email in page
        assert unproved.email not in page
