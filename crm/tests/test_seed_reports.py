"""The demo's saved reports: what ran, what will run, and what was exported (DESIGN section 9)."""

import pytest
from django.core import mail
from django.utils import timezone

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import User

from ..models import AllowedRecipient, Export, ReportDelivery, ReportRun, ReportSchedule, ReportTemplate
from ..seed import reports, sales
from ..services import export_files

pytestmark = pytest.mark.django_db
MODELS = [AllowedRecipient, Export, ReportDelivery, ReportRun, ReportSchedule, ReportTemplate]


@pytest.fixture
def seeded(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    accounts_seed.run()
    sales.run()
    mail.outbox.clear()
    reports.run()


@pytest.fixture
def manager(seeded):
    return User.objects.get(username="fx.manager")


def data(client, path: str) -> list[dict]:
    return client.get(path).json()["data"]


def test_every_list_about_reports_has_something_to_show(api, manager):
    client, now = api.as_(manager), timezone.now()
    templates, plans = data(client, "/api/reporting/templates"), data(client, "/api/reporting/schedules")

    assert len(templates) == 4
    assert {plan["status"] for plan in plans} == {"active", "paused"}
    assert all(plan["next_run"] > now.isoformat() for plan in plans if plan["status"] == "active")
    assert data(client, "/api/reporting/recipients")
    assert {export["state"] for export in data(client, "/api/analytics/export")} == {"ready"}


def test_the_log_has_a_run_for_each_week_with_its_figures(api, manager):
    runs = data(api.as_(manager), "/api/reporting/runs")

    assert {run["state"] for run in runs} == {"sent"}
    assert len([run for run in runs if run["name"] == "Leads of last week"]) in (4, 5)
    assert all(run.figures for run in ReportRun.objects.all())
    weekly = ReportSchedule.objects.get(entity=manager.entity, frequency="weekly")
    assert weekly.last_run_at == weekly.runs.latest("planned_at").planned_at
    assert weekly.last_run_at.astimezone(manager.entity.zone).strftime("%A %H:%M") == "Monday 09:00"


def test_it_mails_nobody(seeded, run_jobs):
    run_jobs()
    assert mail.outbox == []
    assert not ReportDelivery.objects.filter(sent_at=None).exists()


def test_the_exports_have_their_files(seeded):
    assert {one.file for one in Export.objects.all()} == {path.name for path in export_files.folder().iterdir()}


def test_again_it_changes_nothing(seeded):
    before = [model.objects.count() for model in MODELS]
    reports.run()
    assert [model.objects.count() for model in MODELS] == before
    assert all(before)
