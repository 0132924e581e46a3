"""Meta's usage headers: how much of the allowance is gone, and how long to wait."""

import json

SLOW_DOWN_AT = 75
# Meta names no time in some refusals; a page is then left alone for a minute.
DEFAULT_WAIT = 60
LONGEST_WAIT = 24 * 3600


def read(headers) -> tuple[int, int]:
    """(highest use in per cent, seconds to wait by `estimated_time_to_regain_access`)."""
    entries = [*_app_usage(headers), *_business_usage(headers)]
    used = [value for entry in entries for key, value in entry.items() if _is_percent(key, value)]
    minutes = [entry.get("estimated_time_to_regain_access") or 0 for entry in entries]
    numbers = [value for value in minutes if _is_number(value)]
    return int(max(used, default=0)), int(min(max(numbers, default=0) * 60, LONGEST_WAIT))


def _is_percent(key: str, value) -> bool:
    return key in ("call_count", "total_cputime", "total_time") and _is_number(value)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and 0 <= value < float("inf")


def _app_usage(headers) -> list[dict]:
    return [_parsed(headers.get("X-App-Usage"))]


def _business_usage(headers) -> list[dict]:
    lists = _parsed(headers.get("X-Business-Use-Case-Usage")).values()
    return [entry for entries in lists if isinstance(entries, list) for entry in entries if isinstance(entry, dict)]


def _parsed(header: str | None) -> dict:
    try:
        value = json.loads(header or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
