"""When a schedule runs next: worked out by hand around the ends of months and the changes of clocks."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.services.recurrence import falls_on, next_run

BERLIN, KOLKATA, NEW_YORK = map(ZoneInfo, ("Europe/Berlin", "Asia/Kolkata", "America/New_York"))


def schedule(frequency, at="09:00", **day):
    fields = {"day_of_week": None, "day_of_month": None} | day
    return SimpleNamespace(frequency=frequency, time=time.fromisoformat(at), **fields)


def moment(text) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CASES = [
    # Kolkata is 5:30 ahead all year.
    (schedule("daily"), KOLKATA, "2026-03-02 03:29", "2026-03-02 03:30"),
    (schedule("daily"), KOLKATA, "2026-03-02 03:30", "2026-03-03 03:30"),
    (schedule("daily", "02:00"), KOLKATA, "2026-03-01 21:00", "2026-03-02 20:30"),
    # Berlin: 29 March 2026 jumps from 02:00 to 03:00, 25 October goes back from 03:00 to 02:00.
    (schedule("daily"), BERLIN, "2026-03-28 08:00", "2026-03-29 07:00"),
    (schedule("daily"), BERLIN, "2026-10-24 07:00", "2026-10-25 08:00"),
    (schedule("daily", "02:30"), BERLIN, "2026-03-28 12:00", "2026-03-29 01:30"),
    (schedule("daily", "02:30"), BERLIN, "2026-03-29 01:30", "2026-03-30 00:30"),
    (schedule("daily", "02:30"), BERLIN, "2026-10-24 12:00", "2026-10-25 00:30"),
    (schedule("daily", "02:30"), BERLIN, "2026-10-25 00:30", "2026-10-26 01:30"),
    # New York: 8 March and 1 November 2026.
    (schedule("daily", "02:30"), NEW_YORK, "2026-03-08 05:00", "2026-03-08 07:30"),
    (schedule("daily", "01:30"), NEW_YORK, "2026-11-01 05:30", "2026-11-02 06:30"),
    # 2 March 2026 is a Monday.
    (schedule("weekly", day_of_week=1), BERLIN, "2026-03-02 07:59", "2026-03-02 08:00"),
    (schedule("weekly", day_of_week=1), BERLIN, "2026-03-02 08:00", "2026-03-09 08:00"),
    (schedule("weekly", day_of_week=7), BERLIN, "2026-03-23 08:00", "2026-03-29 07:00"),
    (schedule("weekly", "00:00", day_of_week=1), KOLKATA, "2026-03-01 12:00", "2026-03-01 18:30"),
    # The 31st is the last day of shorter months; 2028 has a 29 February.
    (schedule("monthly", day_of_month=31), BERLIN, "2026-01-31 08:00", "2026-02-28 08:00"),
    (schedule("monthly", day_of_month=31), BERLIN, "2026-02-28 08:00", "2026-03-31 07:00"),
    (schedule("monthly", day_of_month=31), BERLIN, "2026-03-31 07:00", "2026-04-30 07:00"),
    (schedule("monthly", day_of_month=29), BERLIN, "2028-02-01 00:00", "2028-02-29 08:00"),
    (schedule("monthly", day_of_month=30), BERLIN, "2027-02-01 00:00", "2027-02-28 08:00"),
    (schedule("monthly", day_of_month=1), ZoneInfo("UTC"), "2024-01-01 09:00", "2024-02-01 09:00"),
    (schedule("monthly", "00:30", day_of_month=1), KOLKATA, "2026-01-15 00:00", "2026-01-31 19:00"),
    (schedule("monthly", day_of_month=1), BERLIN, "2026-12-01 08:00", "2027-01-01 08:00"),
]


@pytest.mark.parametrize(("plan", "zone", "after", "expected"), CASES)
def test_by_hand(plan, zone, after, expected):
    assert next_run(plan, after=moment(after), zone=zone) == moment(expected)


PLANS = st.one_of(
    st.builds(lambda: schedule("daily")),
    st.builds(lambda day: schedule("weekly", day_of_week=day), st.integers(1, 7)),
    st.builds(lambda day: schedule("monthly", day_of_month=day), st.integers(1, 31)),
)
LONGEST = {"daily": 1, "weekly": 7, "monthly": 31}


@given(
    plan=PLANS,
    at=st.times().map(lambda value: value.replace(second=0, microsecond=0, fold=0)),
    zone=st.sampled_from([BERLIN, KOLKATA, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Kiritimati")]),
    after=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
)
def test_it_is_the_first_right_day_after_the_moment(plan, at, zone, after):
    """One run on each day that fits, never two and none left out, whatever the clock does."""
    plan.time = at
    found = next_run(plan, after=after, zone=zone)

    assert after < found <= after + timedelta(days=LONGEST[plan.frequency], hours=2)
    days = [found.astimezone(zone).date()]
    for _ in range(3):
        found = next_run(plan, after=found, zone=zone)
        days.append(found.astimezone(zone).date())
    between = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    assert [day for day in between if falls_on(plan, day)] == days
