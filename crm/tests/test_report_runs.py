"""Schedules that run: once for each time, caught up once, mailed once (sales.md, "Scheduled Reports")."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from PIL import Image

from betterside import clock
from betterside.accounts.roles import Role
from betterside.accounts.tests.factories import UserFactory
from crm import jobs
from crm.models import AllowedRecipient, ReportDelivery, ReportRun, ReportSchedule
from crm.services import report_runs, report_templates, schedules
from tests.races import at_once

from .factories import make_lead

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
NINE = NOW.replace(hour=9)


def schedule_of(manager, report_type="lead_analytics", filters=None, **fields):
    """Daily at nine."""
    with clock.at(NOW):
        template = report_templates.create(by=manager, name="Leads", report_type=report_type, filters=filters or {})
        return schedules.create(template=template, by=manager, fields={"frequency": "daily"} | fields)


def mailed() -> list:
    """The reports; making leads mails their owners too."""
    return [message for message in mail.outbox if message.attachments]


@pytest.fixture
def run_at(run_jobs):
    """Let the timetable tick at a moment, and the jobs run."""

    def run(moment):
        with clock.at(moment):
            begun = schedules.run_due()
            run_jobs(until=clock.now() + timedelta(days=3650))
        return begun

    return run


@pytest.mark.django_db
class TestRunning:
    def test_it_mails_the_report_to_each_recipient(self, manager, rep, run_at):
        make_lead(owner=rep)
        schedule = schedule_of(manager, recipients=[manager.email, rep.email], name="Daily leads")

        assert run_at(NINE - timedelta(seconds=1)) == 0
        assert run_at(NINE) == 1

        run = ReportRun.objects.get()
        assert (run.state, run.rows, run.error, run.planned_at) == ("sent", 1, "", NINE)
        assert [message.to for message in mailed()] == [[manager.email], [rep.email]]
        message = mailed()[0]
        assert message.subject == "Daily leads: 02 Mar 2026"
        assert "UTC" in message.body
        schedule.refresh_from_db()
        assert (schedule.next_run_at, schedule.last_run_at) == (NINE + timedelta(days=1), NINE)

    @pytest.mark.parametrize("file_format", ["csv", "json"])
    def test_the_figures_are_those_of_the_report(self, api, manager, rep, run_at, file_format):
        make_lead(owner=rep, platform="facebook")
        schedule_of(manager, report_type="platform_performance", format=file_format)
        run_at(NINE)

        name, content, content_type = mailed()[0].attachments[0]

        endpoint = api.as_(manager).get("/api/analytics/platforms").json()["data"]
        assert name == f"platform_performance-2026-03-02.{file_format}"
        if file_format == "json":
            assert json.loads(content)["data"] == endpoint
        else:
            rows = list(csv.DictReader(io.StringIO(content)))
            assert rows == [{key: str(value) for key, value in row.items()} for row in endpoint]

    def test_a_picture_comes_with_it(self, manager, rep, run_at):
        make_lead(owner=rep)
        schedule_of(manager)
        run_at(NINE)

        name, content, content_type = mailed()[0].attachments[1]

        assert (name, content_type) == ("lead_analytics-2026-03-02.png", "image/png")
        assert Image.open(io.BytesIO(content)).size == (900, 460)

    def test_what_was_missed_is_made_up_for_once(self, manager, run_at):
        schedule = schedule_of(manager)

        assert run_at(NINE + timedelta(days=5, hours=1)) == 1

        assert ReportRun.objects.get().planned_at == NINE
        assert len(mailed()) == 1
        schedule.refresh_from_db()
        assert schedule.next_run_at == NINE + timedelta(days=6)
        assert run_at(NINE + timedelta(days=5, hours=2)) == 0

    def test_a_paused_or_deleted_one_does_not_run(self, manager, run_at):
        schedules.pause(schedule=schedule_of(manager), by=manager)
        schedules.delete(schedule=schedule_of(manager), by=manager)

        assert run_at(NINE + timedelta(days=30)) == 0

    def test_an_entity_out_of_use_gets_none(self, manager, run_at):
        schedule_of(manager)
        manager.entity.is_active = False
        manager.entity.save()

        assert run_at(NINE) == 0

    def test_it_follows_the_entity_to_another_time_zone(self, manager, run_at):
        schedule = schedule_of(manager)
        manager.entity.timezone = "Asia/Kolkata"
        manager.entity.save()

        run_at(NOW)

        schedule.refresh_from_db()
        # 09:00 in Kolkata is 03:30 UTC, which is over today.
        assert schedule.next_run_at == datetime(2026, 3, 3, 3, 30, tzinfo=UTC)
        assert not ReportRun.objects.exists()

    def test_a_period_moves_with_the_calendar(self, manager, rep, run_at):
        with clock.at(NOW - timedelta(days=1)):
            make_lead(owner=rep)
        schedule_of(manager, filters={"period": "yesterday"})
        run_at(NINE)
        run_at(NINE + timedelta(days=1))

        totals = [run.figures["total_leads"] for run in ReportRun.objects.order_by("planned_at")]
        assert totals == [1, 0]


@pytest.mark.django_db
class TestRecipients:
    def test_who_left_gets_nothing_more(self, manager, rep, run_at):
        schedule_of(manager, recipients=[manager.email, rep.email])
        rep.is_active = False
        rep.save()
        run_at(NINE)

        assert [message.to for message in mailed()] == [[manager.email]]

    def test_an_address_that_is_allowed_no_longer_gets_nothing_more(self, manager, run_at):
        admin = UserFactory(admin=True, entity=manager.entity)
        allowed = AllowedRecipient.objects.create(
            entity=manager.entity, address="cfo@outside.example", allowed_by=admin
        )
        schedule_of(manager, recipients=["cfo@outside.example"])
        run_at(NINE)
        assert [message.to for message in mailed()] == [["cfo@outside.example"]]
        allowed.delete()
        run_at(NINE + timedelta(days=1))

        assert len(mailed()) == 1
        run = ReportRun.objects.first()
        assert (run.state, run.error) == ("failed", "Nobody is left to whom it may be sent.")

    def test_without_an_owner_who_may_it_is_paused(self, manager, rep, run_at):
        schedule = schedule_of(manager, recipients=[rep.email])
        manager.role = Role.SALES_REP
        manager.save()
        run_at(NINE)

        assert mailed() == []
        schedule.refresh_from_db()
        assert (schedule.status, schedule.next_run_at) == ("paused", None)
        run = ReportRun.objects.get()
        assert run.state == "failed"
        assert "may not make reports any more" in run.error


@pytest.mark.django_db
class TestTrouble:
    def test_a_mail_server_that_is_away_is_tried_again_under_the_same_ids(self, manager, rep, run_at, monkeypatch):
        schedule_of(manager, recipients=[manager.email, rep.email])
        sent, original = [], report_runs.report_mails.send

        def fails_once(delivery, run, files):
            sent.append(delivery.address)
            if len(sent) == 2:
                raise ConnectionRefusedError("no mail server")
            original(delivery, run, files)

        monkeypatch.setattr(report_runs.report_mails, "send", fails_once)
        run_at(NINE)

        assert sent == [manager.email, rep.email, rep.email]
        assert [message.to for message in mailed()] == [[manager.email], [rep.email]]
        run = ReportRun.objects.get()
        assert (run.state, run.error) == ("sent", "")

    def test_a_run_that_comes_twice_mails_once(self, manager, run_at):
        schedule_of(manager)
        run_at(NINE)

        report_runs.send(ReportRun.objects.select_related("entity", "schedule__template", "schedule__owner").get())

        assert len(mailed()) == 1

    def test_after_a_crash_the_second_mail_is_the_first_one_again(self, manager, rep, run_at):
        """Sent, but not noted: the same Message-ID and the same figures."""
        schedule_of(manager)
        run_at(NINE)
        run = ReportRun.objects.get()
        ReportRun.objects.update(state="running", finished_at=None)
        run.deliveries.update(sent_at=None)
        make_lead(owner=rep)

        report_runs.send(ReportRun.objects.select_related("entity", "schedule__template", "schedule__owner").get())

        first, second = mailed()
        assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
        assert first.attachments[0] == second.attachments[0]

    def test_one_that_never_works_says_so(self, manager, run_jobs, monkeypatch):
        schedule_of(manager)

        def away(delivery, run, files):
            raise ConnectionRefusedError("no mail server")

        monkeypatch.setattr(report_runs.report_mails, "send", away)
        with clock.at(NINE):
            schedules.run_due()
        for day in range(1, 20):
            run_jobs(until=NINE + timedelta(days=3650 + day), may_fail=True)

        run = ReportRun.objects.get()
        assert (run.state, run.error) == ("failed", "ConnectionRefusedError: no mail server")


@pytest.mark.django_db
class TestTheLog:
    def test_runs_can_be_read(self, api, manager, run_at, golden):
        schedule = schedule_of(manager)
        run_at(NINE)
        client = api.as_(manager)

        golden(client.get(f"/api/reporting/schedules/{schedule.pk}/runs"), "sales/report-run-list")
        assert (
            client.get("/api/reporting/runs").json()
            == client.get(f"/api/reporting/schedules/{schedule.pk}/runs").json()
        )

    def test_the_list_asks_as_often_for_30_runs_as_for_3(self, api, manager, assert_query_count):
        schedule, client = schedule_of(manager), api.as_(manager)

        def make(count):
            start = ReportRun.objects.count()
            for number in range(start, start + count):
                planned = NINE + timedelta(days=number)
                ReportRun.objects.create(entity=manager.entity, schedule=schedule, planned_at=planned)

        url = f"/api/reporting/schedules/{schedule.pk}/runs"
        assert_query_count.flat("report-schedule-runs", lambda: client.get(url), make)

    def test_it_is_kept_for_as_long_as_the_setting_says(self, manager, settings, monkeypatch):
        settings.REPORT_RUNS_KEPT = timedelta(days=90)
        monkeypatch.setattr(report_runs, "AT_ONCE", 2)
        schedule, made = schedule_of(manager), {}
        for age in (1, 89, 91, 92, 400):
            then = clock.now() - timedelta(days=age)
            made[age] = ReportRun.objects.create(
                entity=manager.entity, schedule=schedule, planned_at=then, created_at=then, figures_json="{}"
            )
            ReportDelivery.objects.create(entity=manager.entity, run=made[age], address=manager.email)

        jobs.forget_old_report_runs(timestamp=0)

        assert set(ReportRun.objects.all()) == {made[1], made[89]}
        assert set(ReportDelivery.objects.values_list("run", flat=True)) == {made[1].pk, made[89].pk}
        assert ReportSchedule.objects.get() == schedule


@pytest.mark.django_db(transaction=True)
class TestTwoWorkers:
    def begin(self) -> list:
        manager = UserFactory(manager=True)
        manager.entity.timezone = "UTC"
        manager.entity.save()
        schedule_of(manager)
        due = ReportSchedule.objects.select_related("entity").get()

        return at_once([lambda: schedules._begin(due, NINE)] * 8)

    def test_they_begin_one_run(self):
        assert sorted(self.begin()) == [False] * 7 + [True]
        assert ReportRun.objects.count() == 1

    def test_control_without_the_claim_they_all_try(self, monkeypatch):
        """Only the unique time of a run stops the others then, with an error."""
        queryset = type(ReportSchedule.objects.all())
        update = queryset.update
        monkeypatch.setattr(queryset, "update", lambda self, **fields: update(self, **fields) and 1 or 1)

        results = self.begin()

        assert sorted(type(result).__name__ for result in results) == ["IntegrityError"] * 7 + ["bool"]
