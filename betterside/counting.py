"""Counting related rows in a subquery: a join would multiply with the next one, and group by every column."""

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def count_of(queryset: QuerySet, by: str) -> Coalesce:
    """How many rows of the queryset point at the outer row with their field `by`."""
    counted = queryset.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
