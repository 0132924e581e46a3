"""An export takes the same memory for 100,000 leads as for 5,000, and pages are all it ever holds of them."""

from pathlib import Path

import pytest
from django.db import connection

from betterside.accounts.tests.factories import UserFactory
from crm.analytics import lead_rows
from crm.models import Export, LeadStatus
from crm.services import exports

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STATM = Path("/proc/self/statm")
PAGE_OF_MEMORY = 4096
ROWS = {"csv": 100_000, "json": 20_000, "xlsx": 8_000}
SMALLEST_ROW = {"csv": 400, "json": 400, "xlsx": 60}  # bytes; XLSX is compressed
MEGABYTE = 1024 * 1024
INSERT = """
INSERT INTO crm_lead (public_id, entity_id, pipeline_id, status_id, lead_code, first_name, last_name, full_name, email,
    phone, phone_e164, phone_digits, company, job_title, source, platform, score, value, campaign_name, notes,
    raw_field_data, source_page_id, source_page_name, is_test, created_at, updated_at)
SELECT gen_random_uuid(), %s, 'sales', %s, 'LEAD-2026-' || n, 'Asha', 'Rao', 'Asha Rao ' || n, 'asha' || n || '@mail.example',
    '9876543210', '', '', 'Acme', 'Buyer', 'web', 'website', 5, n, '', repeat('Called. ', 40),
    '{}', '', '', false, now() - n * interval '1 minute', now()
FROM generate_series(%s, %s) AS n
"""


def resident() -> int:
    return int(STATM.read_text().split()[1]) * PAGE_OF_MEMORY


def make_leads(entity, first: int, last: int) -> None:
    new = LeadStatus.objects.get(pipeline="sales", name="new")
    with connection.cursor() as cursor:
        # Within the test: to fill them takes longer than all else.
        for index in ("lead_search", "lead_by_email", "lead_by_digits", "lead_list_pipeline", "lead_list_status"):
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
        cursor.execute(INSERT, [entity.pk, new.pk, first, last])
        cursor.execute("ANALYZE crm_lead")


@pytest.fixture
def most_memory(monkeypatch, settings, tmp_path):
    """Export all leads at once and say how much memory this process held at the most, page by page."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exports, "AT_ONCE", 10**6)
    pages, manager = lead_rows.pages, UserFactory(manager=True)

    def measure(file_format: str) -> int:
        held = [resident()]

        def watched(leads):
            for page in pages(leads):
                assert len(page) <= lead_rows.PAGE
                yield page
                held.append(resident())

        monkeypatch.setattr(lead_rows, "pages", watched)
        exports.ask(by=manager, report_type="leads", file_format=file_format, filters={})
        return max(*held, resident())

    measure.entity = manager.entity
    return measure


@pytest.mark.skipif(not STATM.exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("file_format", ROWS)
def test_memory_stays_flat(most_memory, file_format):
    rows = ROWS[file_format]
    make_leads(most_memory.entity, 1, rows // 20)
    before = most_memory(file_format)
    make_leads(most_memory.entity, rows // 20 + 1, rows)

    assert most_memory(file_format) - before < 8 * MEGABYTE

    export = Export.objects.first()
    assert (export.state, export.rows_done) == ("ready", rows)
    assert export.size > rows * SMALLEST_ROW[file_format]
