"""Staff see what was exported and mailed, and by whom; they change nothing and get no link."""

import pytest
from django.urls import reverse

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.charts import png
from crm.analytics import report_charts, report_types
from crm.models import AllowedRecipient, Export, ReportRun, ReportSchedule, ReportTemplate
from crm.services import exports, recipients, report_templates, schedules

from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def reports(manager, run_jobs):
    asked = exports.ask(by=manager, report_type="leads", file_format="csv", filters={"platform": "facebook"})
    template = report_templates.create(by=manager, name="Weekly", report_type="sla", filters={"status": ["new"]})
    schedule = schedules.create(template=template, by=manager, fields={"frequency": "daily"})
    recipients.allow(address="cfo@outside.example", by=UserFactory(admin=True, entity=manager.entity))
    with clock.at(schedule.next_run_at):
        schedules.run_due()
        run_jobs()
    return asked


@pytest.mark.parametrize("model", [Export, ReportTemplate, ReportSchedule, ReportRun, AllowedRecipient])
def test_each_has_a_list_and_a_page_to_read(staff, reports, model):
    name = f"admin:crm_{model._meta.model_name}"
    row = model.objects.get()

    page = staff.get(reverse(f"{name}_change", args=[row.pk]))

    assert staff.get(reverse(f"{name}_changelist")).status_code == 200
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert staff.get(reverse(f"{name}_add")).status_code == 403
    assert staff.post(reverse(f"{name}_change", args=[row.pk]), {"name": "Changed"}).status_code == 403


def test_an_export_says_who_what_and_how_much_but_not_where(staff, reports, manager):
    page = staff.get(reverse("admin:crm_export_change", args=[reports.export.pk])).content.decode()

    assert manager.email in page
    assert "facebook" in page
    assert reports.token not in page
    assert reports.export.token_digest not in page


@pytest.mark.parametrize("report_type", report_types.TYPES)
@pytest.mark.parametrize("is_empty", [True, False], ids=["without leads", "with a lead"])
def test_every_report_has_a_picture(manager, rep, report_type, is_empty):
    if not is_empty:
        make_lead(owner=rep, platform="facebook")
    figures = report_types.figures(report_type, by=manager, filters={})
    chart = report_charts.chart(report_type, figures)

    assert png(chart).startswith(b"\x89PNG")
    assert all(len(series.values) == len(chart.labels) for series in chart.series)
    values = sum(sum(series.values) for series in chart.series)
    assert (values > 0) == (not is_empty and report_type != "activity")
