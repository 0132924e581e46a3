"""Counters and requests of marketing support (channel.md, "Marketing Counters", "Marketing Support tab")."""

import pytest
from django.core import mail
from django.core.files.base import ContentFile

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import Conflict, Invalid, NotAllowed
from betterside.realtime.models import Notification

from .. import jobs
from ..models import MarketingCounter, MarketingRequest
from ..services import marketing
from .factories import MarketingCounterFactory, mapped_project

pytestmark = pytest.mark.django_db
INCREMENT, REQUEST = "/api/cp/marketing/increment", "/api/cp/marketing/request"


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def staff():
    return UserFactory(admin=True, is_staff=True, entity=EntityFactory(slug="betterside"))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def counted(cp) -> dict:
    return MarketingCounter.objects.filter(cp=cp).totals()


def test_a_cp_sees_their_sums_and_each_project(api, cp):
    palm, sky = mapped_project(cp, title="Palm"), mapped_project(cp, title="Sky")
    MarketingCounterFactory(cp=cp, project=sky, creatives_shared=6, edms_shared=2)
    MarketingCounterFactory(cp=cp, project=palm, creatives_shared=3)
    MarketingCounterFactory(cp=cp, edms_shared=1)
    MarketingCounterFactory(cp=UserFactory(cp=True), creatives_shared=100)
    assert api.as_(cp).get("/api/cp/marketing").json() == {
        "creatives_shared": 9,
        "edms_shared": 3,
        "per_project": [
            {"project_id": palm.pk, "project_title": "Palm", "creatives_shared": 3, "edms_shared": 0},
            {"project_id": sky.pk, "project_title": "Sky", "creatives_shared": 6, "edms_shared": 2},
            {"project_id": None, "project_title": None, "creatives_shared": 0, "edms_shared": 1},
        ],
    }


def test_a_new_cp_sees_zeros(api, cp):
    assert api.as_(cp).get("/api/cp/marketing").json() == {"creatives_shared": 0, "edms_shared": 0, "per_project": []}


def test_a_manager_sees_the_sums_of_the_entity(api, cp):
    project = mapped_project(cp)
    for owner in (cp, UserFactory(cp=True)):
        MarketingCounterFactory(cp=owner, project=project, creatives_shared=2)
    MarketingCounterFactory(cp=UserFactory(cp=True, entity=EntityFactory(slug="elsewhere")), creatives_shared=50)
    found = api.as_(UserFactory(manager=True)).get("/api/cp/marketing").json()
    assert found["creatives_shared"] == 4
    assert [row["creatives_shared"] for row in found["per_project"]] == [4]


def test_staff_count_for_a_cp_of_any_entity(api, cp, staff):
    project = mapped_project(cp)
    client = api.as_(staff)
    first = client.post(INCREMENT, {"cp_id": cp.pk, "project_id": project.pk, "creatives": 2, "edms": 1})
    again = client.post(INCREMENT, {"cp_id": cp.pk, "project_id": project.pk, "creatives": 3})
    client.post(INCREMENT, {"cp_id": cp.pk, "edms": 5})
    assert first.status_code == again.status_code == 200, first.content
    counter = again.json()["counter"]
    assert (counter["cp_id"], counter["project_id"]) == (cp.pk, project.pk)
    assert (counter["creatives_shared"], counter["edms_shared"]) == (5, 1)
    assert counter["last_updated"] >= first.json()["counter"]["last_updated"]
    assert counted(cp) == {"creatives_shared": 5, "edms_shared": 6}


@pytest.mark.parametrize("token", ["s3cret-admin-token", "geheim-ü-✓"])
def test_the_admin_token_opens_the_door_without_an_account(api, cp, settings, token):
    settings.ADMIN_API_TOKEN = token
    sent = token.encode().decode("latin-1")
    answer = api.post(INCREMENT, {"cp_id": cp.pk, "creatives": 1}, headers={"X-Admin-Token": sent})
    assert answer.status_code == 200, answer.content
    assert counted(cp)["creatives_shared"] == 1


@pytest.mark.parametrize("sent", ["", "wrong", "s3cret-admin-toke", "s3cret-admin-token ", "☃", "ü"])
def test_a_wrong_token_is_no_token(api, cp, settings, sent):
    settings.ADMIN_API_TOKEN = "s3cret-admin-token"
    body, headers = {"cp_id": cp.pk, "creatives": 1}, {"X-Admin-Token": sent}
    assert api.post(INCREMENT, body, headers=headers).status_code == 401
    assert api.as_(cp).post(INCREMENT, body, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-Admin-Token": ""}])
def test_an_unset_token_closes_the_door(api, cp, settings, headers):
    settings.ADMIN_API_TOKEN = ""
    answer = api.post(INCREMENT, {"cp_id": cp.pk, "creatives": 1}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHORIZED"
    assert not MarketingCounter.objects.exists()


def test_a_cp_never_counts_for_themselves(api, cp, settings):
    settings.ADMIN_API_TOKEN = "s3cret-admin-token"
    body, headers = {"cp_id": cp.pk, "creatives": 1}, {"X-Admin-Token": "s3cret-admin-token"}
    assert api.as_(cp).post(INCREMENT, body).status_code == 403
    assert api.as_(cp).post(INCREMENT, body, headers=headers).status_code == 403
    assert api.as_(UserFactory(cp=True, is_staff=True)).post(INCREMENT, body).status_code == 403
    assert api.as_(UserFactory(manager=True)).post(INCREMENT, body).status_code == 403
    assert not MarketingCounter.objects.exists()


def test_a_counter_is_corrected_but_never_below_zero(api, cp, staff):
    client = api.as_(staff)
    client.post(INCREMENT, {"cp_id": cp.pk, "creatives": 3, "edms": 1})
    assert client.post(INCREMENT, {"cp_id": cp.pk, "creatives": -2}).json()["counter"]["creatives_shared"] == 1
    answer = client.post(INCREMENT, {"cp_id": cp.pk, "creatives": 1, "edms": -2})
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"edms": "The counter stands at 1 and cannot fall below zero."}
    assert counted(cp) == {"creatives_shared": 1, "edms_shared": 1}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cp_id": None}, "cp_id"),
        ({"cp_id": "one"}, "cp_id"),
        ({"cp_id": 10**9}, "cp_id"),
        ({"cp_id": 10**30}, "cp_id"),
        ({"project_id": 10**9}, "project_id"),
        ({"creatives": 0}, "creatives"),
        ({"creatives": "many"}, "creatives"),
        ({"creatives": 1.5}, "creatives"),
        ({"creatives": 10**12}, "creatives"),
        ({"edms": None}, "edms"),
    ],
)
def test_it_refuses_bad_values(api, cp, staff, change, field):
    answer = api.as_(staff).post(INCREMENT, {"cp_id": cp.pk, "creatives": 1} | change)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()["fields"]) == {field}
    assert not MarketingCounter.objects.exists()


def test_only_cps_have_counters_and_only_for_their_projects(api, cp, staff):
    client, theirs = api.as_(staff), mapped_project(UserFactory(cp=True))
    assert client.post(INCREMENT, {"cp_id": UserFactory(rep=True).pk, "creatives": 1}).status_code == 400
    assert client.post(INCREMENT, {"cp_id": cp.pk, "project_id": theirs.pk, "creatives": 1}).status_code == 400


def test_a_cp_asks_and_the_team_gets_one_mail(api, cp, settings, run_jobs):
    settings.TEAM_EMAIL = "team@better.example"
    project = mapped_project(cp, title="Skyline")
    answer = api.as_(cp).post(REQUEST, {"type": "edm", "project_id": project.pk, "notes": "For Diwali"})
    assert answer.status_code == 201, answer.content
    assert mail.outbox == []

    assert [job.task for job in run_jobs()] == ["cp.jobs.mail_marketing_request"]
    jobs.mail_marketing_request(request_id=answer.json()["marketing_request"]["id"])
    [message] = mail.outbox
    assert message.to == ["team@better.example"]
    assert "Skyline" in message.body
    assert "For Diwali" in message.body
    assert cp.email in message.body


@pytest.mark.parametrize(
    "change", [{"type": "film"}, {"type": None}, {"project_id": 10**9}, {"project_id": "x"}, {"notes": "x" * 10_001}]
)
def test_a_bad_request_is_refused_and_mails_nobody(api, cp, change, run_jobs):
    answer = api.as_(cp).post(REQUEST, {"type": "creative"} | change)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == set(change)
    assert not MarketingRequest.objects.exists()
    assert run_jobs() == []


def test_the_list_has_ones_own_by_type_status_and_project(api, cp, staff):
    project = mapped_project(cp)
    first = marketing.request(by=cp, type="edm", project_id=project.pk)
    second = marketing.request(by=cp, type="creative")
    marketing.request(by=UserFactory(cp=True), type="edm")
    marketing.decline(marketing_request=second, by=staff, answer="Not now")

    def ids(query=""):
        return [row["id"] for row in api.as_(cp).get(f"{REQUEST}?{query}").json()["data"]]

    assert ids() == [second.pk, first.pk]
    assert ids("type=edm") == [first.pk]
    assert ids("status=declined") == [second.pk]
    assert ids(f"project_id={project.pk}") == [first.pk]


def test_fulfilling_counts_once_and_tells_the_cp(cp, staff):
    project = mapped_project(cp, title="Skyline")
    asked = marketing.request(by=cp, type="creative", project_id=project.pk)
    marketing.fulfil(marketing_request=asked, by=staff, link="https://drive.example/x", answer="Enjoy")
    with pytest.raises(Conflict):
        marketing.fulfil(marketing_request=asked, by=staff, link="https://drive.example/y")
    with pytest.raises(Conflict):
        marketing.decline(marketing_request=asked, by=staff)

    asked.refresh_from_db()
    assert (asked.status, asked.link, asked.answered_by) == ("fulfilled", "https://drive.example/x", staff)
    assert MarketingCounter.objects.get(cp=cp, project=project).creatives_shared == 1
    told = Notification.objects.get(user=cp)
    assert (told.kind, told.title, told.body) == ("request_fulfilled", "Your creative for Skyline is ready", "Enjoy")


def test_declining_counts_nothing_and_says_why(cp, staff):
    asked = marketing.decline(marketing_request=marketing.request(by=cp, type="edm"), by=staff, answer="No budget")
    assert asked.status == "declined"
    assert counted(cp) == {"creatives_shared": 0, "edms_shared": 0}
    assert Notification.objects.get(user=cp).title == "Your request for an EDM was declined"


def test_it_takes_a_link_or_a_file_and_staff(cp, staff):
    asked = marketing.request(by=cp, type="edm")
    with pytest.raises(Invalid):
        marketing.fulfil(marketing_request=asked, by=staff)
    for user in (cp, UserFactory(manager=True)):
        with pytest.raises(NotAllowed):
            marketing.fulfil(marketing_request=asked, by=user, link="https://x.example")


def test_the_file_is_for_its_cp_alone(api, cp, staff):
    asked = marketing.request(by=cp, type="creative")
    client, path = api.as_(cp), f"{REQUEST}/{asked.pk}/file"
    assert client.get(path).status_code == 404
    marketing.fulfil(marketing_request=asked, by=staff, file=ContentFile(b"<script>1</script>", name="flyer.html"))

    assert client.get(REQUEST).json()["data"][0]["link"].endswith(path)
    answer = client.get(path)
    assert answer.content == b"<script>1</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="flyer.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert api.as_(UserFactory(cp=True)).get(path).status_code == 403
    assert api.as_(UserFactory(cp=True, entity=EntityFactory(slug="elsewhere"))).get(path).status_code == 404
    assert api.get(path).status_code == 401
