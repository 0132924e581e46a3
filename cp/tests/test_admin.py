"""Channel partners in the staff admin."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.staff.tests.pages import submit
from betterside.staff.tests.queries import queries_of
from cp.models import Project, ProjectAssignment
from cp.services import profiles

from .factories import MarketingCounterFactory, ProjectFactory, mapped_project

pytestmark = pytest.mark.django_db
PROJECTS = "/admin/cp/project/"


@pytest.fixture
def staff(client):
    client.force_login(
        UserFactory(entity=EntityFactory(slug="betterside"), admin=True, is_staff=True, is_superuser=True)
    )
    return client


def map_to(client, project, cp):
    """Add a CP to a project that has none yet."""
    row = {"assignments-TOTAL_FORMS": "1", "assignments-0-cp": cp.pk, "assignments-0-project": project.pk}
    return submit(client, f"{PROJECTS}{project.pk}/change/", "project_form", **row, **{"assignments-0-id": ""})


class TestProjects:
    def test_a_project_is_added_for_a_developer_of_its_entity(self, staff):
        developer = UserFactory(developer=True)
        fields = {"entity": developer.entity_id, "title": "Skyline", "developer": developer.pk}
        answer = submit(staff, f"{PROJECTS}add/", "project_form", **fields)
        assert answer.status_code == 302, answer.context["errors"]
        assert Project.objects.get().developer == developer

    @pytest.mark.parametrize("person", [{"manager": True}, {"developer": True, "entity__slug": "other"}])
    def test_others_are_no_developer_of_it(self, staff, person):
        fields = {"entity": EntityFactory().pk, "title": "Skyline", "developer": UserFactory(**person).pk}
        answer = submit(staff, f"{PROJECTS}add/", "project_form", **fields)
        assert "developer" in answer.context["adminform"].form.errors
        assert not Project.objects.exists()

    def test_a_cp_is_mapped_and_sees_the_project(self, staff):
        project, cp = ProjectFactory(), UserFactory(cp=True)
        answer = map_to(staff, project, cp)
        assert answer.status_code == 302, answer.context["errors"]
        assert ProjectAssignment.objects.get().entity == project.entity
        assert list(Project.objects.visible_to(cp)) == [project]

    @pytest.mark.parametrize("person", [{"rep": True}, {"cp": True, "entity__slug": "other"}])
    def test_nobody_else_is_mapped(self, staff, person):
        project = ProjectFactory()
        answer = map_to(staff, project, UserFactory(**person))
        assert "This is no CP of the project&#x27;s entity." in answer.content.decode()
        assert not ProjectAssignment.objects.exists()

    def test_a_mapping_is_taken_back(self, staff):
        project = mapped_project(UserFactory(cp=True))
        submit(staff, f"{PROJECTS}{project.pk}/change/", "project_form", **{"assignments-0-DELETE": "on"})
        assert not ProjectAssignment.objects.exists()
        assert Project.objects.exists()


class TestProfiles:
    def test_a_profile_is_changed_through_its_service(self, staff, monkeypatch):
        profile = profiles.of(UserFactory(cp=True))
        calls = []
        monkeypatch.setattr("cp.admin.profiles.profiles.update", lambda **change: calls.append(change))
        submit(staff, f"/admin/cp/cpprofile/{profile.pk}/change/", "cpprofile_form", city="Pune")
        assert calls == [{"user": profile.user, "fields": {"city": "Pune"}}]

    def test_it_is_stored(self, staff):
        profile = profiles.of(UserFactory(cp=True))
        answer = submit(staff, f"/admin/cp/cpprofile/{profile.pk}/change/", "cpprofile_form", city="Pune")
        profile.refresh_from_db()
        assert answer.status_code == 302, answer.context["errors"]
        assert profile.city == "Pune"


def test_a_counter_is_only_read(staff):
    counter = MarketingCounterFactory(creatives_shared=3)
    path = f"/admin/cp/marketingcounter/{counter.pk}/change/"
    assert staff.get(path).status_code == 200
    assert staff.post(path, {"creatives_shared": "9"}).status_code == 403


def test_what_was_shared_is_counted_but_never_below_zero(staff):
    counter = MarketingCounterFactory(creatives_shared=3)

    def count(**more):
        data = {"action": "count", "_selected_action": [counter.pk], "answered": "yes", **more}
        return staff.post("/admin/cp/marketingcounter/", data, follow=True).content.decode()

    count(creatives="2", edms="1")
    assert "1 not changed: The counter stands at 5 and cannot fall below zero." in count(creatives="-6", edms="0")
    counter.refresh_from_db()
    assert (counter.creatives_shared, counter.edms_shared) == (5, 1)


@pytest.mark.parametrize("path", [PROJECTS, "/admin/cp/cpprofile/", "/admin/cp/marketingcounter/"])
def test_a_list_asks_as_much_for_many_rows_as_for_few(staff, path):
    def rows(count):
        for cp in UserFactory.create_batch(count, cp=True):
            MarketingCounterFactory(cp=cp, project=mapped_project(cp))
            profiles.of(cp)

    rows(2)
    few = queries_of(staff, path)
    rows(10)
    assert queries_of(staff, path) == few <= 12


def test_the_page_of_a_project_asks_as_much_for_many_cps_as_for_a_pageful(staff):
    project = ProjectFactory()
    path = f"{PROJECTS}{project.pk}/change/"

    def map_more(count):
        for cp in UserFactory.create_batch(count, cp=True):
            ProjectAssignment.objects.create(entity=cp.entity, cp=cp, project=project)

    map_more(21)
    pageful = queries_of(staff, path)
    map_more(21)
    assert queries_of(staff, path) == pageful
