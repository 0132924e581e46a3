"""The sales face's success shape, shared by accounts and crm: {"success": true, "data": …, "message"?}."""

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response


def success(data=None, message: str = "", status: int = 200, **extra) -> Response:
    body = {"success": True}
    if message:
        body["message"] = message
    return Response(body | {"data": data} | extra, status=status)


@extend_schema_field({"type": "null"})
class NothingField(serializers.Field):
    """The `data` of an answer that has none. A nullable field of any type would fit null twice, and a `oneOf` takes no
    value that fits twice."""


def enveloped(name: str, data: serializers.Field, **extra) -> serializers.Serializer:
    """The envelope for the OpenAPI document; `name` must be unique in it."""
    fields = {"success": serializers.BooleanField(default=True), "data": data}
    return inline_serializer(name, fields | extra)
