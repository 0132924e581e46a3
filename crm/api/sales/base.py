"""What the sales face's views share (sales.md; DESIGN section 1, "What a face covers")."""

import contextlib
from functools import cache

from rest_framework import serializers
from rest_framework.response import Response

from betterside.accounts.models import User
from betterside.api import ranges
from betterside.api.faces import SALES
from betterside.api.paging import sliced
from betterside.api.sales import enveloped, success
from betterside.api.shapes import Shape
from betterside.api.views import FaceViewSet
from betterside.errors import DomainError, Invalid
from crm import prepared_leads
from crm.models import Lead, LeadNotFound

from .fields import lead_lookup


class SalesViewSet(FaceViewSet):
    face = SALES
    right = "leads.read"

    @property
    def entity(self):
        return self.request.user.entity

    def lead(self, ref: int | str) -> Lead:
        """The lead of an integer or UUID. LeadNotFound outside the entity, NotAllowed inside when it is not theirs."""
        lookup = lead_lookup(ref)
        if lookup is None:
            raise LeadNotFound
        return prepared_leads.seen_by(self.request.user, ("status", "pipeline"), **lookup)

    def colleague(self, pk: int, field: str) -> User:
        """Somebody of one's own entity, as a value: missing and foreign are the same Invalid."""
        found = User.objects.in_entity_of(self.request.user).filter(pk=pk).first()
        if found is None:
            raise Invalid(fields={field: "This user does not exist."})
        return found

    def range(self, query: dict) -> tuple:
        return ranges.bounds(query, self.entity.zone)


def page(shape: type[Shape], queryset, query: dict, *, total: int | None = None) -> Response:
    """A page of a list, with the true total (counted unless it is known) and the filters as they were understood."""
    total = queryset.count() if total is None else total
    return success(shape.rows(sliced(queryset, query)), filters=query, total=total)


@contextlib.contextmanager
def naming(**names: str):
    """Services know a field by the model's name, the contract by another: `naming(assigned_user_id="assignedUserId")`."""
    try:
        yield
    except DomainError as error:
        error.fields = {names.get(field, field): message for field, message in error.fields.items()}
        raise


@cache
def one_of(shape: type[serializers.Serializer]):
    return enveloped(f"Sales{_name(shape)}Answer", shape())


@cache
def list_of(shape: type[serializers.Serializer]):
    """A bare list: all there is, without pages."""
    return enveloped(f"Sales{_name(shape)}List", shape(many=True))


@cache
def page_of(shape: type[Shape]):
    extra = {"filters": serializers.DictField(), "total": serializers.IntegerField()}
    return enveloped(f"Sales{_name(shape)}Page", shape(many=True), **extra)


def _name(shape: type) -> str:
    return shape.__name__.removeprefix("Sales").removesuffix("Shape")
