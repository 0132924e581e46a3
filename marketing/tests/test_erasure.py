"""A person who went through every door is forgotten: a full dump has no word of theirs (trust, case 30)."""

import csv
import itertools
from datetime import timedelta

import pytest
from django.core.management import call_command

from betterside import clock
from betterside.accounts.models import Entity
from betterside.accounts.tests.factories import UserFactory
from betterside.staff.tests.pages import submit
from crm.models import Contact, Export, Lead, Task
from crm.services import export_files, exports, reminders, report_templates, schedules, task_reminders
from crm.tests.factories import make_lead, status
from tests.dump import hits

from .factories import CaptureRouteFactory

pytestmark = pytest.mark.django_db
NAME, EMAIL, PHONE = "Zubeida Quatermain", "Zubeida@quatermain.example", "+91 98111 22233"
WORDS = ("zubeida", "quatermain", "9811122233", "98111 22233")
HOLD_THEM = {
    "api_idempotentrequest",
    "crm_activity",
    "crm_assignment",
    "crm_contact",
    "crm_lead",
    "crm_leadmeta",
    "crm_practiceprofile",
    "crm_stageentry",
    "crm_task",
    "django_admin_log",
    "marketing_inboxentry",
    "realtime_notification",
}


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return export_files.folder()


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def rep(manager):
    return UserFactory(rep=True)


@pytest.fixture
def post(api, manager):
    """A creating POST of the manager with a key of its own; its answer."""
    keys = map(str, itertools.count())

    def send(path, body, **headers):
        answer = api.as_(manager).post(path, body, headers={"Idempotency-Key": next(keys), **headers})
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    return send


@pytest.fixture
def sales(post, rep):
    def go():
        body = {"full_name": NAME, "email": EMAIL, "phone": PHONE, "notes": f"{NAME} likes tea"}
        pk = post("/api/leads", body)["data"]["id"]
        post("/api/assignments/assign", {"leadId": pk, "assignedUserId": rep.pk, "notes": f"For {NAME}"})
        due = clock.now() + timedelta(hours=1)
        said = {
            "leadId": pk,
            "activityType": "call",
            "description": f"Rang {NAME}",
            "nextFollowUpDate": f"{due:%FT%TZ}",
        }
        post("/api/activities/log", said)
        to = {"leadId": pk, "statusId": status("sales", "qualified").pk, "notes": f"{NAME} has the money"}
        post("/api/stages/change-status", to)
        with clock.at(due + timedelta(minutes=1)):
            reminders.remind()

    return go


@pytest.fixture
def growth(post):
    def go():
        body = {"name": NAME, "email": EMAIL, "phone": PHONE, "notes": f"{NAME} wrote"}
        ref = post("/api/leads", body, **{"X-API-Profile": "growth"})["id"]
        post(f"/api/leads/{ref}/activity", {"type": "call", "title": f"{NAME} rang", "description": NAME})
        contact = post(f"/api/leads/{ref}/convert", {})["id"]
        post(f"/api/contacts/{contact}/history", {"type": "call", "title": NAME, "description": NAME})
        post("/api/contacts", {"name": NAME, "email": EMAIL, "phone": PHONE})
        due = clock.now() + timedelta(hours=1)
        task = {"title": f"Call {NAME}", "description": f"On {PHONE}", "due_date": due.isoformat()}
        post("/api/tasks", task | {"related_to_type": "lead", "related_to_id": ref})
        with clock.at(due + timedelta(hours=1)):
            task_reminders.remind()

    return go


@pytest.fixture
def practice(post):
    def go():
        body = {"practice_name": "Quatermain Clinic", "owner_name": NAME, "practice_phone": PHONE, "owner_phone": PHONE}
        post("/api/v1/leads", body | {"address": "1 Quatermain Street"})

    return go


@pytest.fixture
def marketing(post):
    def go():
        body = {"first_name": "Zubeida", "last_name": "Quatermain", "email": EMAIL}
        lead = post("/api/v1/marketing/leads", body)["data"]["id"]
        post("/api/stages/change-status", {"leadId": int(lead), "statusId": status("marketing", "CONVERTED").pk})

    return go


@pytest.fixture
def website(api, manager):
    """Once as a new lead, once attached to it, once rejected."""

    def go():
        for policy in ("create", "attach", "reject"):
            Entity.objects.update(duplicate_policy=policy)
            sent = {
                "platform": "website",
                "entity_id": manager.entity_id,
                "page_id": policy,
                "page_url": "https://example.com/?me=zubeida",
                "utm": {"source": "mail", "content": EMAIL, "campaign": "zubeida-only"},
                "answers": {"full_name": NAME, "email": EMAIL, "phone": PHONE, "message": f"I am {NAME}"},
            }
            api.post("/api/webhooks/website", sent)

    return go


@pytest.fixture
def meta(graph, deliver, manager, run_jobs):
    """Once as a new lead, once attached to it."""

    def go():
        CaptureRouteFactory(entity=manager.entity)
        for policy in ("create", "attach"):
            Entity.objects.update(duplicate_policy=policy)
            data = [{"name": "full_name", "values": [NAME]}, {"name": "email", "values": [EMAIL]}]
            graph.known[policy] = {"id": policy, "created_time": "2024-06-10T15:23:10+0000", "field_data": data}
            deliver({"leadgen_id": policy, "page_id": "PAGE", "form_id": "FORM", "created_time": 1718032990})
            run_jobs()

    return go


@pytest.fixture
def admin(client):
    def go():
        client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
        for lead in Lead.objects.filter(email__iexact=EMAIL):
            answer = submit(client, f"/admin/crm/lead/{lead.pk}/change/", "lead_form", job_title="Miss Quatermain")
            assert answer.status_code == 302, answer.context["errors"]
        client.post("/admin/crm/lead/export/?q=zubeida", {"format": "0", "resource": "0", "leadresource_id": "on"})

    return go


@pytest.fixture
def reports(manager, run_jobs):
    def go():
        template = report_templates.create(by=manager, name="All", report_type="lead_performance", filters={})
        with clock.at(clock.now() - timedelta(days=2)):
            schedules.create(template=template, by=manager, fields={"frequency": "daily"})
        schedules.run_due()
        for kind in Export.Format.values:
            exports.ask(by=manager, report_type="leads", file_format=kind, filters={})
        run_jobs()

    return go


@pytest.fixture
def through_every_door(sales, growth, practice, marketing, website, meta, admin, reports):
    for door in (sales, growth, practice, marketing, website, meta, admin, reports):
        door()


@pytest.mark.parametrize("asked", [{"email": EMAIL}, {"phone": PHONE}], ids=["by e-mail", "by phone"])
@pytest.mark.usefixtures("through_every_door")
def test_a_full_dump_has_no_word_of_somebody_who_came_through_every_door(manager, folder, asked):
    other = make_lead(entity=manager.entity, full_name="Somebody Else")
    assert set(hits(*WORDS)) == HOLD_THEM
    assert len(exported()) == Lead.objects.exclude(pk=other.pk).count()

    argument = [f"--{name}={value}" for name, value in asked.items()]
    call_command("erase", "--entity", manager.entity.slug, *argument, "--yes")

    assert hits(*WORDS) == {}
    assert list(folder.iterdir()) == []
    assert list(Lead.objects.all()) == [other]
    assert not Contact.objects.exists()
    assert not Task.objects.exists()


def exported() -> list[dict]:
    """The person's rows in the list of leads that lies ready."""
    export = Export.objects.get(format="csv", state="ready")
    with export_files.path_of(export.file).open(newline="") as file:
        return [row for row in csv.DictReader(file) if NAME in row["full_name"]]
