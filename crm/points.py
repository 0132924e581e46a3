"""What work on practice leads is worth. This table is the rule; `in_words` writes it for people.

* first response: what a person first does about a lead (logs something, or moves it) after it was given to somebody.
  It counts once each time the lead comes to somebody who did not have it before, for whoever responded
* follow-up: a planned one that was completed, for whoever completed it; on time is up to GRACE after it was due
* closing: a lead that is won, for whoever owned it when it was won, else for whoever moved it; while it stays won
"""

from datetime import timedelta
from decimal import Decimal

# Within so long: so many points.
RESPONSES = (
    (timedelta(minutes=15), 20),
    (timedelta(hours=1), 15),
    (timedelta(hours=4), 10),
    (timedelta(hours=24), 5),
)
LATER_RESPONSE = 1
# A response that badges call quick.
QUICK = RESPONSES[0][0]

GRACE = timedelta(hours=1)
FOLLOW_UP_ON_TIME, FOLLOW_UP_LATE = 10, 4

CLOSING = 50
# One point more for each full VALUE_STEP of the lead's value, up to so many.
VALUE_STEP, MOST_FOR_VALUE = Decimal(1000), 50


def for_response(waited: timedelta) -> int:
    return next((points for limit, points in RESPONSES if waited <= limit), LATER_RESPONSE)


def for_follow_up(*, on_time: bool) -> int:
    return FOLLOW_UP_ON_TIME if on_time else FOLLOW_UP_LATE


def for_closing(value: Decimal) -> int:
    return CLOSING + min(int(value // VALUE_STEP), MOST_FOR_VALUE)


def in_words() -> str:
    """The table in Markdown, for the API's documentation."""
    responses = [f"| first response within {_duration(limit)} | {points} |" for limit, points in RESPONSES]
    rows = [
        "| what | points |",
        "| --- | --- |",
        *responses,
        f"| first response later | {LATER_RESPONSE} |",
        f"| follow-up completed up to {_duration(GRACE)} after it was due | {FOLLOW_UP_ON_TIME} |",
        f"| follow-up completed later | {FOLLOW_UP_LATE} |",
        f"| closing (lead won) | {CLOSING} |",
        f"| for each full {VALUE_STEP:,} of its value, besides | 1, at most {MOST_FOR_VALUE} |",
    ]
    return "\n".join(rows)


def _duration(limit: timedelta) -> str:
    minutes = int(limit.total_seconds()) // 60
    return f"{minutes} minutes" if minutes < 60 else f"{minutes // 60} hour{'s' if minutes > 60 else ''}"
