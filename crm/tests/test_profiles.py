"""Two contracts meet at /api/leads: profile and header choose (DESIGN section 1)."""

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.api.faces import GROWTH
from betterside.api.views import FaceViewSet, ok
from crm.api import profiles

from .factories import make_lead

pytestmark = pytest.mark.django_db


class GrowthViewSet(FaceViewSet):
    face = GROWTH
    right = "leads.read"

    def list(self, request):
        return ok(["growth", request.user.username])


@pytest.fixture
def growth(monkeypatch, settings):
    """The routes as they are once growth has plugged in its viewset."""
    monkeypatch.setitem(profiles.VIEWSETS, "growth", GrowthViewSet)
    actions = {"get": "list", "post": "create"}
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("api/leads", profiles.by_profile(actions))]})


def test_the_entitys_profile_chooses(api, growth):
    user = UserFactory(manager=True, entity=EntityFactory(slug="smb", api_profile="growth"))
    assert api.as_(user).get("/api/leads").json() == ["growth", user.username]


def test_the_header_overrides_it_for_one_request(api, growth, manager):
    client = api.as_(manager)
    assert client.get("/api/leads", headers={"X-API-Profile": "growth"}).json()[0] == "growth"
    assert client.get("/api/leads").json()["success"] is True


def test_what_a_profile_does_not_have_is_not_allowed(api, growth, manager):
    assert api.as_(manager).post("/api/leads", {}, headers={"X-API-Profile": "growth"}).status_code == 405


def test_an_unknown_profile_is_refused(api, manager):
    answer = api.as_(manager).get("/api/leads", headers={"X-API-Profile": "channel"})
    assert answer.status_code == 400
    assert answer.json() == {"success": False, "message": "X-API-Profile must be one of: sales, growth."}


def test_a_stranger_is_asked_to_sign_in_whatever_the_header_says(api):
    for header in ("growth", "channel"):
        answer = api.get("/api/leads", headers={"X-API-Profile": header})
        assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_the_profile_changes_the_shape_only(api, manager, stranger):
    lead = make_lead(entity=stranger.entity)
    answer = api.as_(manager).get(f"/api/leads/{lead.pk}", headers={"X-API-Profile": "growth"})
    assert answer.status_code == 404


def test_choosing_reads_the_login_once(api, manager, django_assert_num_queries):
    client = api.as_(manager)
    with django_assert_num_queries(3):  # login, page, count
        client.get("/api/leads")


def test_the_session_needs_the_csrf_token(client, manager):
    client.handler.enforce_csrf_checks = True
    client.force_login(manager)
    assert client.get("/api/leads").status_code == 200
    refused = client.post("/api/leads", {"full_name": "Jane"}, content_type="application/json")
    assert refused.status_code == 403


class TestTheOpenApiDocument:
    """It has what both profiles take and answer."""

    @pytest.fixture(scope="class")
    def paths(self):
        return SchemaGenerator().get_schema(request=None, public=True)["paths"]

    @staticmethod
    def names(content: dict) -> list[str]:
        schemas = content["content"]["application/json"]["schema"]["anyOf"]
        return [one.get("$ref", one.get("items", {}).get("$ref", "")).rpartition("/")[2] for one in schemas]

    def test_answers(self, paths):
        assert self.names(paths["/api/leads"]["get"]["responses"]["200"]) == ["SalesLeadRowPage", "GrowthLead"]
        assert self.names(paths["/api/leads"]["post"]["responses"]["201"]) == ["SalesLeadAnswer", "GrowthLeadDetail"]
        for method in ("get", "patch"):
            answer = paths["/api/leads/{ref}"][method]["responses"]["200"]
            assert self.names(answer) == ["SalesLeadAnswer", "GrowthLeadDetail"]
        assert {"200", "204"} <= set(paths["/api/leads/{ref}"]["delete"]["responses"])

    def test_bodies_and_queries(self, paths):
        assert self.names(paths["/api/leads"]["post"]["requestBody"])[1] == "GrowthLeadFieldsRequest"
        assert self.names(paths["/api/leads/{ref}"]["patch"]["requestBody"])[1] == "PatchedGrowthLeadChangeRequest"
        named = [parameter["name"] for parameter in paths["/api/leads"]["get"]["parameters"]]
        assert {"owner", "assigned_user_id", "X-API-Profile"} <= set(named)
        assert len(named) == len(set(named))
