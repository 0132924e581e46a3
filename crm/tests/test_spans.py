"""Periods of reports, by hand: from Thursday 2026-01-01 and from Sunday 2028-03-05 (2028 has a 29 February)."""

from datetime import date

import pytest

from crm.analytics.spans import SPANS

DAYS = {
    date(2026, 1, 1): {
        "today": "2026-01-01 2026-01-01",
        "yesterday": "2025-12-31 2025-12-31",
        "last_7_days": "2025-12-25 2025-12-31",
        "last_30_days": "2025-12-02 2025-12-31",
        "this_week": "2025-12-29 2026-01-01",
        "last_week": "2025-12-22 2025-12-28",
        "this_month": "2026-01-01 2026-01-01",
        "last_month": "2025-12-01 2025-12-31",
        "this_year": "2026-01-01 2026-01-01",
        "last_year": "2025-01-01 2025-12-31",
    },
    date(2028, 3, 5): {
        "this_week": "2028-02-28 2028-03-05",
        "last_week": "2028-02-21 2028-02-27",
        "last_month": "2028-02-01 2028-02-29",
        "last_30_days": "2028-02-04 2028-03-04",
    },
}


@pytest.mark.parametrize(
    ("today", "name", "days"), [(today, *row) for today, rows in DAYS.items() for row in rows.items()], ids=str
)
def test_the_span(today, name, days):
    first, last = SPANS[name](today)

    assert f"{first} {last}" == days


def test_every_span_is_worked_out_once():
    assert SPANS.keys() == DAYS[date(2026, 1, 1)].keys()
