"""Stretches of time in queries."""

from django.db.models import FloatField, Func


def between(queryset, field: str, start, end):
    """Rows whose time is at or after `start` and before `end`; either may be None."""
    queryset = queryset.filter(**{f"{field}__gte": start}) if start else queryset
    return queryset.filter(**{f"{field}__lt": end}) if end else queryset


def hours_between(start, end) -> Func:
    return Func(
        end,
        start,
        template="(EXTRACT(EPOCH FROM %(expressions)s) / 3600)::float8",
        arg_joiner=" - ",
        output_field=FloatField(),
    )
