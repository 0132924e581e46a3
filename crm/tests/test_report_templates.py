"""/api/reporting: templates and schedules (sales.md, "Report Templates" and "Scheduled Reports")."""

from datetime import UTC, datetime

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import AllowedRecipient, ReportSchedule, ReportTemplate
from crm.services import report_templates, schedules

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
CONTRACT = {
    "name": "Monthly Lead Performance",
    "type": "lead_analytics",
    "filters": {"group_by": "month", "include_platforms": True, "include_conversion_funnel": True},
    "schedule": {"frequency": "monthly", "day_of_month": 1, "time": "09:00"},
}
TEMPLATES, SCHEDULES = "/api/reporting/templates", "/api/reporting/schedules"


@pytest.fixture
def manager(entity):
    return UserFactory(manager=True, username="manager", email="manager@company.com", first_name="Maya")


@pytest.fixture
def client(api, manager):
    with clock.at(NOW):
        yield api.as_(manager)


@pytest.fixture
def made(client):
    """The contract's template, as it was answered."""
    return client.post(TEMPLATES, CONTRACT).json()["data"]


def patch(client, schedule, **fields):
    return client.patch(f"{SCHEDULES}/{schedule['id']}", fields)


def test_the_contracts_template(client, golden):
    golden(client.post(TEMPLATES, CONTRACT), "sales/report-template-create")
    golden(client.get(TEMPLATES), "sales/report-template-list")


def test_the_contracts_schedules(client, made, golden):
    answer = client.get(SCHEDULES)

    golden(answer, "sales/report-schedule-list")
    assert answer["X-Total-Count"] == "1"


def test_a_template_is_read_changed_and_deleted(client, made):
    url = f"{TEMPLATES}/{made['id']}"

    assert client.get(url).json()["data"] == made
    changed = client.patch(url, {"name": "Leads", "filters": {"platform": "facebook"}}).json()["data"]
    assert (changed["name"], changed["filters"]) == ("Leads", {"platform": "facebook"})
    assert changed["schedule"] == made["schedule"]
    replaced = client.put(url, {"name": "Funnel", "type": "conversion_funnel"}).json()["data"]
    assert (replaced["type"], replaced["filters"]) == ("conversion_funnel", {})

    assert client.delete(url).status_code == 200
    assert client.get(url).status_code == 404
    assert client.get(TEMPLATES).json()["total"] == 0
    assert client.get(SCHEDULES).json()["data"] == []


def test_a_template_s_schedule_is_made_changed_and_deleted_with_it(client):
    template = client.post(TEMPLATES, {"name": "Leads", "type": "lead_analytics"}).json()["data"]
    url = f"{TEMPLATES}/{template['id']}"
    assert template["schedule"] is None

    assert client.patch(url, {"schedule": {"time": "08:00"}}).status_code == 400
    daily = client.patch(url, {"schedule": {"frequency": "daily"}}).json()["data"]["schedule"]
    assert (daily["frequency"], daily["time"], daily["next_run"]) == ("daily", "09:00", "2024-01-11T09:00:00Z")
    later = client.patch(url, {"schedule": {"time": "17:15"}}).json()["data"]["schedule"]
    assert (later["id"], later["next_run"]) == (daily["id"], "2024-01-10T17:15:00Z")
    assert client.patch(url, {"schedule": None}).json()["data"]["schedule"] is None


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
def test_what_was_answered_can_be_sent_back_whole(client, made, frequency):
    patch(client, made["schedule"], frequency=frequency)
    for url in (f"{TEMPLATES}/{made['id']}", f"{SCHEDULES}/{made['schedule']['id']}"):
        before = client.get(url).json()["data"]
        answer = client.put(url, before)
        assert answer.status_code == 200, answer.content
        assert without_times(answer.json()["data"]) == without_times(before)


def without_times(data: dict) -> dict:
    known = {name: value for name, value in data.items() if name != "updated_at"}
    return known | ({"schedule": without_times(known["schedule"])} if known.get("schedule") else {})


def test_a_schedule_of_its_own(client, made, rep):
    body = {
        "template_id": made["id"],
        "frequency": "weekly",
        "day_of_week": "friday",
        "time": "18:00",
        "format": "json",
    }

    answer = client.post(SCHEDULES, body | {"name": "Friday", "recipients": [rep.email.upper(), rep.email]})

    assert answer.status_code == 201
    found = answer.json()["data"]
    assert (found["name"], found["day_of_week"], found["day_of_month"]) == ("Friday", 5, None)
    assert found["next_run"] == "2024-01-12T18:00:00Z"
    assert found["recipients"] == [rep.email]
    assert client.get(f"{SCHEDULES}/{found['id']}").json()["data"] == found


@pytest.mark.parametrize(("day", "number"), [(0, 7), (1, 1), (7, 7), ("Sunday", 7), ("monday", 1)])
def test_days_of_the_week(client, made, day, number):
    found = patch(client, made["schedule"], frequency="weekly", day_of_week=day).json()["data"]

    assert (found["day_of_week"], found["day_of_month"]) == (number, None)


def test_times_are_local_to_the_entity(client, entity, made):
    entity.timezone = "Asia/Kolkata"
    entity.save()

    found = patch(client, made["schedule"], time="09:00").json()["data"]

    assert (found["next_run"], found["timezone"]) == ("2024-02-01T03:30:00Z", "Asia/Kolkata")


def test_pause_and_resume(client, made):
    url = f"{SCHEDULES}/{made['schedule']['id']}"

    paused = client.post(f"{url}/pause").json()["data"]
    assert (paused["status"], paused["next_run"]) == ("paused", None)
    assert client.post(f"{url}/pause").status_code == 200
    with clock.at(datetime(2024, 5, 20, tzinfo=UTC)):
        resumed = client.post(f"{url}/resume").json()["data"]
    assert (resumed["status"], resumed["next_run"]) == ("active", "2024-06-01T09:00:00Z")


def test_the_status_can_be_put_too(client, made):
    assert patch(client, made["schedule"], status="paused").json()["data"]["next_run"] is None
    changed = patch(client, made["schedule"], time="10:00").json()["data"]
    assert (changed["status"], changed["next_run"]) == ("paused", None)
    assert patch(client, made["schedule"], status="active").json()["data"]["next_run"] == "2024-02-01T10:00:00Z"


def test_who_saves_a_schedule_answers_for_it(client, api, made, entity):
    other = UserFactory(manager=True, entity=entity)

    patch(api.as_(other), made["schedule"], time="10:00")

    assert ReportSchedule.objects.get().owner == other


def test_a_schedule_is_deleted(client, made):
    url = f"{SCHEDULES}/{made['schedule']['id']}"

    assert client.delete(url).status_code == 200
    assert client.get(url).status_code == 404
    assert ReportSchedule.objects.get().next_run_at is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"type": "weather"}, "type"),
        ({"type": "leads"}, "type"),
        ({"filters": {"status": "warm"}}, "filters.status"),
        ({"schedule": {"time": "09:00"}}, "schedule.frequency"),
        ({"schedule": {"frequency": "hourly"}}, "schedule.frequency"),
        ({"schedule": {"frequency": "daily", "time": "25:00"}}, "schedule.time"),
        ({"schedule": {"frequency": "monthly", "day_of_month": 32}}, "schedule.day_of_month"),
        ({"schedule": {"frequency": "monthly", "day_of_month": 0}}, "schedule.day_of_month"),
        ({"schedule": {"frequency": "weekly", "day_of_week": 8}}, "schedule.day_of_week"),
        ({"schedule": {"frequency": "weekly", "day_of_week": "someday"}}, "schedule.day_of_week"),
        ({"schedule": {"frequency": "daily", "format": "xlsx"}}, "schedule.format"),
        ({"schedule": {"frequency": "daily", "recipients": []}}, "schedule.recipients"),
        ({"schedule": {"frequency": "daily", "recipients": ["me"]}}, "schedule.recipients.0"),
        ({"schedule": {"frequency": "daily", "recipients": ["x@outside.example"]}}, "recipients"),
    ],
)
def test_it_refuses_and_keeps_nothing(client, change, field):
    answer = client.post(TEMPLATES, CONTRACT | change)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not ReportTemplate.objects.exists()


def test_a_name_is_one_line(client):
    answer = client.post(TEMPLATES, CONTRACT | {"name": "Leads\r\nBcc: x@outside.example"})

    assert answer.json()["data"]["name"] == "Leads Bcc: x@outside.example"


# --- whose they are ------------------------------------------------------------------------------------


def test_another_entity_s_template_cannot_be_scheduled(client, stranger):
    theirs = report_templates.create(by=stranger, name="Theirs", report_type="sla", filters={})

    answers = [
        client.post(SCHEDULES, {"template_id": pk, "frequency": "daily"}) for pk in (theirs.pk, theirs.pk + 10_000)
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].content == answers[1].content
    assert not ReportSchedule.objects.exists()


def test_another_entity_s_are_not_there(client, stranger):
    theirs = report_templates.create(by=stranger, name="Theirs", report_type="sla", filters={})
    schedule = schedules.create(template=theirs, by=stranger, fields={"frequency": "daily"})

    for path in (
        f"{TEMPLATES}/{theirs.pk}",
        f"{SCHEDULES}/{schedule.pk}",
        f"{SCHEDULES}/{schedule.pk}/runs",
    ):
        assert client.get(path).status_code == 404
    assert client.get(TEMPLATES).json()["total"] == 0
    assert client.get(SCHEDULES).json()["data"] == []


class TestRecipients:
    def refused(self, client, made, address) -> str:
        answer = patch(client, made["schedule"], recipients=[address])
        assert answer.status_code == 400
        return answer.json()["errors"][0]["message"].replace(address, "…")

    def test_they_are_active_people_of_the_entity(self, client, made, rep):
        assert patch(client, made["schedule"], recipients=[rep.email]).status_code == 200

    def test_others_are_refused_in_the_same_words(self, client, made, stranger, entity):
        gone = UserFactory(entity=entity, is_active=False)
        waiting = UserFactory(entity=entity, is_approved=False)

        said = {
            self.refused(client, made, address)
            for address in ("x@outside.example", stranger.email, gone.email, waiting.email)
        }

        assert len(said) == 1
        assert ReportSchedule.objects.get().recipients == ["manager@company.com"]

    def test_an_admin_can_allow_an_address_and_take_it_back(self, client, api, made, entity):
        admin = api.as_(UserFactory(admin=True, entity=entity))
        answer = admin.post("/api/reporting/recipients", {"address": "CFO@outside.example"})
        assert answer.status_code == 201
        assert admin.post("/api/reporting/recipients", {"address": "cfo@outside.example"}).status_code == 201

        assert patch(client, made["schedule"], recipients=["cfo@Outside.example"]).status_code == 200
        assert client.get("/api/reporting/recipients").json()["total"] == 1
        assert admin.delete(f"/api/reporting/recipients/{answer.json()['data']['id']}").status_code == 200
        assert self.refused(client, made, "cfo@outside.example")

    def test_an_address_that_another_entity_allowed_is_refused(self, client, made):
        admin = UserFactory(admin=True, entity=EntityFactory(slug="elsewhere"))
        AllowedRecipient.objects.create(entity=admin.entity, address="cfo@outside.example", allowed_by=admin)

        assert self.refused(client, made, "cfo@outside.example")

    def test_a_manager_cannot_allow_one(self, client):
        assert client.post("/api/reporting/recipients", {"address": "cfo@outside.example"}).status_code == 403
        assert not AllowedRecipient.objects.exists()


# --- costs ------------------------------------------------------------------------------------------


def test_lists_ask_as_often_for_30_as_for_3(client, manager, entity, assert_query_count):
    admin = UserFactory(admin=True, entity=entity)

    def make(count):
        for _ in range(count):
            template = report_templates.create(by=manager, name="Leads", report_type="sla", filters={})
            schedules.create(template=template, by=manager, fields={"frequency": "daily"})
            number = AllowedRecipient.objects.count()
            AllowedRecipient.objects.create(entity=entity, address=f"a{number}@outside.example", allowed_by=admin)

    assert_query_count.flat("report-templates list", lambda: client.get(TEMPLATES), make)
    assert_query_count.flat("report-schedules list", lambda: client.get(SCHEDULES), make)
    assert_query_count.flat("report-recipients list", lambda: client.get("/api/reporting/recipients"), make)
