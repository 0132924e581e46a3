"""Ranges of whole days, both ends included, in the entity's time zone (DESIGN section 6)."""

from datetime import UTC, date, datetime

from rest_framework import serializers

from betterside import days

FIRST_YEAR, LAST_YEAR = 1970, 2200


def _in_reach(value: date | datetime) -> None:
    """Days at the ends of Python's calendar cannot be moved between time zones."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise serializers.ValidationError(f"The year must be between {FIRST_YEAR} and {LAST_YEAR}.")


class DayField(serializers.DateField):
    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "validators": [_in_reach], "help_text": "YYYY-MM-DD"} | kwargs)


class MomentField(serializers.DateTimeField):
    """An ISO 8601 time; without an offset it is UTC."""

    def __init__(self, **kwargs):
        super().__init__(**{"validators": [_in_reach], "default_timezone": UTC} | kwargs)

    def enforce_timezone(self, value):
        _in_reach(value)
        return super().enforce_timezone(value)


class RangeQuery(serializers.Serializer):
    date_from = DayField()
    date_to = DayField()

    def validate(self, data):
        first, last = data.get("date_from"), data.get("date_to")
        if first and last and first > last:
            raise serializers.ValidationError({"date_from": "date_from is after date_to."})
        return data


def bounds(query: dict, zone) -> tuple[datetime | None, datetime | None]:
    """The half-open stretch of time that the query's days mean; an end that was not given is None."""
    first, last = query.get("date_from"), query.get("date_to")
    return first and days.start_of(first, zone), last and days.bounds(last, last, zone)[1]
