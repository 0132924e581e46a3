"""POST /api/analytics/export and its link (sales.md, "Data Export"; trust, cases 26 and 28)."""

import csv
import io
import json
import os
import stat
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncRequestFactory
from django.urls import resolve
from openpyxl import load_workbook

from betterside import clock
from betterside.accounts.roles import Role
from betterside.accounts.services import logins
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.api.models import IdempotentRequest
from crm.analytics import lead_rows
from crm.models import Export
from crm.services import export_files, export_writing, exports

from .factories import make_lead

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
TYPES = [
    "lead_performance",
    "lead_analytics",
    "platform_performance",
    "user_performance",
    "conversion_funnel",
    "time_based",
    "activity",
    "sla",
]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return export_files.folder()


@pytest.fixture
def client(api, manager):
    return api.as_(manager)


@pytest.fixture
def large(monkeypatch):
    """Two leads are many."""
    monkeypatch.setattr(exports, "AT_ONCE", 1)


def ask(client, report_type="leads", file_format="csv", **filters):
    body = {"report_type": report_type, "format": file_format, "filters": filters}
    answer = client.post("/api/analytics/export", body)
    assert answer.status_code in (201, 202), answer.content
    return answer.json()["data"]


def fetch(client, asked) -> bytes:
    answer = client.get(asked["download_url"])
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"))))


def read_xlsx(content: bytes) -> dict[str, list[tuple]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.values) for sheet in book}


def test_the_contracts_request(client, golden):
    body = {
        "report_type": "lead_analytics",
        "format": "csv",
        "filters": {"date_from": "2024-01-01", "date_to": "2024-12-31"},
    }

    answer = client.post("/api/analytics/export", body)

    golden(answer, "sales/export")
    assert answer.json()["data"]["download_url"].startswith("/api/analytics/export/download/")
    assert len(answer.json()["data"]["download_url"].rsplit("/", 1)[1]) >= 22  # 128 bits in base64


@pytest.mark.parametrize("report_type", TYPES)
def test_a_report_as_json_holds_the_figures_of_the_endpoint(client, rep, report_type):
    make_lead(owner=rep, platform="facebook")
    report = client.post("/api/analytics/custom-report", {"report_type": report_type}).json()["data"]

    found = json.loads(fetch(client, ask(client, report_type, "json")))

    assert found["data"] == report
    assert found["report_type"] == report_type


@pytest.mark.parametrize("report_type", TYPES)
def test_csv_and_xlsx_hold_the_same_cells(client, rep, report_type):
    make_lead(owner=rep, platform="facebook")

    rows = read_csv(fetch(client, ask(client, report_type, "csv")))
    sheets = read_xlsx(fetch(client, ask(client, report_type, "xlsx")))

    first = next(iter(sheets.values()))
    assert len(first) > 1
    assert [list(map(_comparable, row)) for row in first] == [list(map(_comparable, row)) for row in rows[: len(first)]]


def test_a_report_with_sections_has_a_table_for_each(client, rep):
    make_lead(owner=rep, platform="facebook")

    sheets = read_xlsx(fetch(client, ask(client, "lead_analytics", "xlsx", include_platforms=True, group_by="month")))
    rows = read_csv(fetch(client, ask(client, "lead_analytics", "csv", include_platforms=True, group_by="month")))

    assert list(sheets) == ["lead_analytics", "time_based", "platforms"]
    assert rows[0][0] == "total_leads"
    assert [row[0] for row in rows if len(row) == 1] == ["time_based", "platforms"]
    assert sheets["platforms"][1][:2] == ("facebook", 1)


def test_the_list_of_leads(client, rep):
    with clock.at(NOW):
        lead = make_lead(
            owner=rep, full_name="Zoë Müller", platform="website", value="12.50", notes="Line one\nline two"
        )

    header, row = read_csv(fetch(client, ask(client)))
    found = dict(zip(header, row, strict=True))

    assert header[:4] == ["id", "lead_code", "first_name", "last_name"]
    assert found["full_name"] == "Zoë Müller"
    assert found["assigned_user"] == rep.email
    assert (found["status"], found["platform"], found["value"]) == ("new", "website", "12.50")
    assert (found["created_at"], found["closed_at"]) == ("2026-03-02 06:00:00", "")
    assert found["notes"] == "Line one\nline two"
    assert found["id"] == str(lead.pk)


def test_leads_as_json_are_objects(client, rep):
    with clock.at(NOW):
        make_lead(owner=rep, value="12.50")

    (row,) = json.loads(fetch(client, ask(client, file_format="json")))["data"]

    assert (row["value"], row["created_at"], row["closed_at"], row["company"]) == (
        12.5,
        "2026-03-02T06:00:00Z",
        None,
        None,
    )


def test_leads_as_xlsx_have_real_times_and_numbers(client, rep):
    rep.entity.timezone = "Asia/Kolkata"
    rep.entity.save()
    with clock.at(NOW):
        make_lead(owner=rep, score=7, notes="bell \x07 and tab \t")

    ((title, (header, row)),) = read_xlsx(fetch(client, ask(client, file_format="xlsx"))).items()
    found = dict(zip(header, row, strict=True))

    assert title == "leads"
    assert found["created_at"] == datetime(2026, 3, 2, 11, 30)
    assert (found["score"], found["notes"]) == (7, "bell  and tab \t")


def test_no_leads_are_a_header_or_an_empty_list(client):
    assert len(read_csv(fetch(client, ask(client)))) == 1
    assert json.loads(fetch(client, ask(client, file_format="json")))["data"] == []
    assert len(read_xlsx(fetch(client, ask(client, file_format="xlsx")))["leads"]) == 1


def test_filters_narrow_the_list(client, rep):
    make_lead(owner=rep, platform="facebook", full_name="Wanted")
    make_lead(owner=rep, platform="website")
    make_lead(owner=rep, platform="facebook", status_name="qualified")

    rows = read_csv(fetch(client, ask(client, platform="facebook", status=["new", "contacted"])))

    assert [row[4] for row in rows[1:]] == ["Wanted"]


DANGER = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "\u00a0=1", "=cmd|' /C calc'!A0", "\uff1d1"]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_no_cell_can_run_as_a_formula(client, rep, file_format):
    for text in DANGER:
        make_lead(owner=rep, company=text, notes=text)

    content = fetch(client, ask(client, file_format=file_format))

    rows = read_csv(content) if file_format == "csv" else read_xlsx(content)["leads"]
    place = rows[0].index("notes")
    assert all(row[place].startswith("'") for row in rows[1:])
    assert {row[place][1:].replace("\r", "\n") for row in rows[1:]} == {text.replace("\r", "\n") for text in DANGER}
    if file_format == "xlsx":
        types = {cell.data_type for sheet in load_workbook(io.BytesIO(content)) for row in sheet for cell in row}
        assert "f" not in types


def test_a_username_cannot_run_as_a_formula_in_a_report(client, entity):
    rep = UserFactory(rep=True, username="=1+1", entity=entity)
    make_lead(owner=rep)

    rows = read_csv(fetch(client, ask(client, "user_performance")))

    assert rows[1][rows[0].index("username")] == "'=1+1"


# --- whose it is -----------------------------------------------------------------------------------


def test_the_link_is_only_for_who_asked(client, api, entity, stranger):
    url = ask(client)["download_url"]

    assert api.get(url).status_code == 401
    assert api.as_(UserFactory(manager=True, entity=entity)).get(url).status_code == 403
    assert api.as_(UserFactory(admin=True, entity=entity)).get(url).status_code == 403
    foreign = api.as_(stranger).get(url)
    never = api.as_(stranger).get("/api/analytics/export/download/never-was")
    assert (foreign.status_code, foreign.content) == (404, never.content)
    assert Export.objects.get().downloads == 0


def test_who_is_no_manager_any_more_gets_nothing(client, manager):
    url = ask(client)["download_url"]
    manager.role = Role.SALES_REP
    manager.save()

    assert client.get(url).status_code == 403


def test_the_link_ends(client):
    asked = ask(client)
    expires = datetime.fromisoformat(asked["expires_at"])
    assert timedelta(hours=23) < expires - clock.now() <= timedelta(hours=24)

    with clock.at(expires - timedelta(seconds=1)):
        assert client.get(asked["download_url"]).status_code == 200
    with clock.at(expires):
        assert client.get(asked["download_url"]).status_code == 404


def test_the_token_is_stored_nowhere(client):
    token = ask(client)["download_url"].rsplit("/", 1)[1]
    stored = Export.objects.values().get()

    assert token not in str(stored)
    assert len(stored["token_digest"]) == 64


def test_a_repeated_request_with_a_key_keeps_no_link(client):
    """The answer that an Idempotency-Key keeps would hold the token."""
    headers = {"Idempotency-Key": "once"}
    client.post("/api/analytics/export", {"report_type": "sla"}, headers=headers)

    assert not IdempotentRequest.objects.exists()


def test_files_can_be_read_by_us_alone(client, folder):
    ask(client)

    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert str(Export.objects.get().pk) != path.stem


def test_browsers_save_the_file(client):
    with clock.at(NOW):
        answer = client.get(ask(client, "sla", "xlsx")["download_url"])
        assert answer.status_code == 200

    assert answer["Content-Disposition"] == 'attachment; filename="sla-2026-03-02.xlsx"'
    assert answer["Cache-Control"] == "private, no-store"
    assert int(answer["Content-Length"]) == len(answer.getvalue())


def test_under_asgi_it_comes_part_by_part(client, manager, rep, monkeypatch):
    """Else Django would gather the whole file in memory first."""
    monkeypatch.setattr("betterside.api.files.PART", 100)
    make_lead(owner=rep)
    url = ask(client)["download_url"]
    whole = fetch(client, {"download_url": url})
    headers = {"Authorization": f"Bearer {logins.start(user=manager).access}"}

    async def parts() -> list[bytes]:
        request = AsyncRequestFactory().get(url, headers=headers)
        view = resolve(url)
        answer = await sync_to_async(view.func)(request, **view.kwargs)
        assert answer.is_async
        return [part async for part in answer.streaming_content]

    found = async_to_sync(parts)()
    assert b"".join(found) == whole
    assert max(map(len, found)) == 100


def test_whatever_the_client_says_it_wants(client):
    assert client.get(ask(client)["download_url"], headers={"Accept": "text/csv"}).status_code == 200


# --- the log -----------------------------------------------------------------------------------------


def test_each_export_is_logged(client, manager, rep, golden):
    make_lead(owner=rep)
    make_lead(owner=rep)
    with clock.at(NOW):
        fetch(client, ask(client, status="new"))

    export = Export.objects.get()
    assert (export.user, export.entity, export.rows_done) == (manager, manager.entity, 2)
    assert (export.filters, export.downloads) == ({"status": ["new"]}, 1)
    golden(client.get("/api/analytics/export"), "sales/export-list")
    golden(client.get(f"/api/analytics/export/{export.pk}"), "sales/export-state")


def test_the_list_asks_as_often_for_30_exports_as_for_3(client, manager, assert_query_count):
    def make(count):
        for _ in range(count):
            exports.ask(by=manager, report_type="activity", file_format="csv", filters={})

    assert_query_count.flat("analytics-export list", lambda: client.get("/api/analytics/export"), make)


# --- large ones --------------------------------------------------------------------------------------


def test_a_large_export_is_a_job(client, rep, run_jobs, large):
    for _ in range(3):
        make_lead(owner=rep)
    run_jobs()

    answer = client.post("/api/analytics/export", {"report_type": "leads"})
    asked = answer.json()["data"]
    assert (answer.status_code, asked["state"], asked["percent"]) == (202, "waiting", 0)
    early = client.get(asked["download_url"])
    assert (early.status_code, early["Retry-After"]) == (409, "5")
    run_jobs()

    state = client.get(asked["state_url"]).json()["data"]
    assert (state["state"], state["percent"], state["rows"]) == ("ready", 100, 3)
    assert len(read_csv(fetch(client, asked))) == 4


def test_progress_can_be_asked(client, rep, run_jobs, large, monkeypatch):
    seen, pages = [], lead_rows.pages
    monkeypatch.setattr(lead_rows, "PAGE", 2)
    for _ in range(5):
        make_lead(owner=rep)
    asked = ask(client)

    def state():
        return client.get(asked["state_url"]).json()["data"]

    def watched(leads):
        for page in pages(leads):
            seen.append((state()["state"], state()["percent"]))
            yield page

    monkeypatch.setattr(lead_rows, "pages", watched)
    run_jobs()

    assert seen == [("running", 0), ("running", 40), ("running", 80)]
    assert state()["percent"] == 100


def test_the_pages_hold_every_lead_once(client, rep, monkeypatch):
    """Also leads of one moment, which an ordering by time alone would lose or repeat."""
    monkeypatch.setattr(lead_rows, "PAGE", 3)
    with clock.at(NOW):
        expected = [make_lead(owner=rep).pk for _ in range(7)]
    with clock.at(NOW + timedelta(days=1)):
        expected += [make_lead(owner=rep).pk for _ in range(2)]

    rows = read_csv(fetch(client, ask(client)))

    assert [int(row[0]) for row in rows[1:]] == sorted(expected, reverse=True)


def test_a_job_that_runs_twice_makes_one_file(client, rep, run_jobs, large, folder):
    make_lead(owner=rep)
    make_lead(owner=rep)
    export = Export.objects.get(pk=ask(client)["id"])
    run_jobs()
    before = list(folder.iterdir())

    export_writing.write(export)

    assert list(folder.iterdir()) == before


def test_a_job_that_fails_says_so_and_leaves_no_file(client, rep, run_jobs, large, folder, monkeypatch):
    make_lead(owner=rep)
    make_lead(owner=rep)
    asked = ask(client)

    def full(*args):
        raise OSError("No space left on device")

    monkeypatch.setattr("crm.services.export_writing.write_csv", full)
    run_jobs(until=clock.now() + timedelta(days=1), may_fail=True)

    state = client.get(asked["state_url"]).json()["data"]
    assert (state["state"], state["percent"]) == ("failed", 0)
    assert "No space left" in Export.objects.get().error
    assert client.get(asked["download_url"]).status_code == 409
    assert list(folder.iterdir()) == []


def test_a_job_for_somebody_who_was_demoted_writes_nothing(client, manager, rep, run_jobs, large, folder):
    make_lead(owner=rep)
    make_lead(owner=rep)
    asked = ask(client)
    manager.role = Role.SALES_REP
    manager.save()
    run_jobs(may_fail=True)

    assert Export.objects.get(pk=asked["id"]).state == "failed"
    assert list(folder.iterdir()) == []


def test_a_job_for_somebody_who_moved_on_writes_nothing(client, manager, rep, run_jobs, large):
    """Else the new entity's leads would stand in the old one's log."""
    make_lead(owner=rep)
    make_lead(owner=rep)
    asked = ask(client)
    manager.entity = EntityFactory(slug="elsewhere")
    manager.save()
    run_jobs(may_fail=True)

    assert Export.objects.get(pk=asked["id"]).state == "failed"


def test_only_so_many_are_written_at_a_time(client, rep, large, monkeypatch):
    monkeypatch.setattr(exports, "MOST_UNFINISHED", 2)
    make_lead(owner=rep)
    make_lead(owner=rep)
    ask(client)
    ask(client)

    answer = client.post("/api/analytics/export", {"report_type": "leads"})

    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert Export.objects.count() == 2


# --- housekeeping -------------------------------------------------------------------------------------


def test_expired_files_are_removed_and_the_log_stays(client, folder):
    with clock.at(NOW):
        old = ask(client)["id"]
    young = ask(client)["id"]

    exports.forget_expired()

    assert Export.objects.get(pk=old).state == "expired"
    assert [path.name for path in folder.iterdir()] == [Export.objects.get(pk=young).file]


def test_files_that_nobody_knows_are_removed_when_they_are_old(client, folder):
    ask(client)
    fresh, old = export_files.new("csv"), export_files.new("csv")
    os.utime(old, (0, 0))

    exports.forget_expired()

    assert not old.exists()
    assert fresh.exists()
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "report_type"),
        ({"report_type": "weather"}, "report_type"),
        ({"report_type": "leads", "format": "pdf"}, "format"),
        ({"report_type": "leads", "filters": {"platform": "myspace"}}, "filters.platform"),
        ({"report_type": "time_based", "filters": {"date_from": "1990-01-01"}}, "date_from"),
    ],
)
def test_it_refuses(client, folder, body, field):
    answer = client.post("/api/analytics/export", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Export.objects.exists()


def _comparable(cell) -> str:
    """Of XLSX, where 0.0 comes back as 0, and CSV, where all is text."""
    try:
        return str(float(cell))
    except (TypeError, ValueError):
        return "" if cell is None else cell
