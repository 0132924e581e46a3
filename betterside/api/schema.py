"""The OpenAPI document: each operation with its query parameters and its face's error shape."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes, is_list_serializer
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from . import faces
from .faces import face_of
from .views import FaceViewSet


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "betterside.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "betterside.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        said = "`Api-Key bsk_…`, from POST /api/settings/regenerate-key."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": said}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "betterside.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema):
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class ChannelError(serializers.Serializer):
    error = serializers.CharField()
    code = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField(), required=False)


class FieldError(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class SalesError(serializers.Serializer):
    success = serializers.BooleanField(default=False)
    message = serializers.CharField()
    errors = FieldError(many=True, required=False)


class PracticeError(serializers.Serializer):
    detail = serializers.JSONField(help_text="A sentence, or for bad input a list of {loc, msg, type}.")


class MarketingError(serializers.Serializer):
    success = serializers.BooleanField(default=False)
    message = serializers.CharField()
    error_code = serializers.CharField()
    errors = serializers.DictField(child=serializers.CharField(), required=False)
    timestamp = serializers.DateTimeField()


ERRORS = {
    "channel": ChannelError,
    "sales": SalesError,
    "growth": SalesError,
    "practice": PracticeError,
    "marketing": MarketingError,
}
MEANINGS = {
    "400": "Bad input",
    "401": "No valid token",
    "403": "Not allowed",
    "404": "Not there for you",
    "409": "Conflict",
    "413": "The body is too large",
    "415": "The body is of another type",
    "422": "Bad input",
    "429": "Too many tries; see Retry-After",
}


# Faces call different things by one name (LeadShape); the document's names say whose they are.
NAMED_AFTER = {
    "cp.api": "Channel",
    "crm.api.growth": "Growth",
    "crm.api.practice": "Practice",
    "crm.api.sales": "Sales",
    "marketing.api": "Marketing",
}


class FaceSchema(AutoSchema):
    def get_serializer_name(self, serializer, direction):
        name = super().get_serializer_name(serializer, direction).removesuffix("Shape")
        module = type(serializer).__module__
        face = next((face for package, face in NAMED_AFTER.items() if module.startswith(f"{package}.")), "")
        return name if name.startswith(face) else face + name

    def _is_list_view(self, serializer=None) -> bool:
        """An action that is called `list` answers an array only where its shape is one: most lists have an envelope."""
        if isinstance(serializer, serializers.BaseSerializer):
            return is_list_serializer(serializer)
        return super()._is_list_view(serializer)

    def get_tags(self):
        face = face_of(self.path) or faces.SALES
        return [face.name]

    def get_operation(self, *args, **kwargs):
        operation = super().get_operation(*args, **kwargs)
        if operation:
            self._add_errors(operation)
        return operation

    def _add_errors(self, operation: dict) -> None:
        face = getattr(self.view, "face", None) or face_of(self.path) or faces.SALES
        error = self.resolve_serializer(ERRORS[face.name], "response").ref
        invalid = str(face.invalid_status)
        of_bodies = ["413", "415"] if "requestBody" in operation else []
        for status in [invalid, "401", "403", "404", "409", *of_bodies, "429"]:
            content = {"application/json": {"schema": error}}
            operation["responses"].setdefault(status, {"description": MEANINGS[status], "content": content})


def no_descriptions() -> list[type]:
    """Classes whose docstrings are for programmers."""
    return [*get_lib_doc_excludes(), FaceViewSet]


def only_the_api(endpoints):
    """Leave out what is no contract: the document itself."""
    return [endpoint for endpoint in endpoints if not endpoint[0].startswith(("/api/schema", "/api/docs"))]


def documented(
    *,
    query=None,
    body=None,
    answer=None,
    status: int | tuple[int, ...] = 200,
    summary: str = "",
    header=None,
    parameters=(),
    **kwargs,
):
    """What an action takes and gives, for the OpenAPI document: serializers for query and body, a shape for the answer."""
    return extend_schema(
        parameters=[parameter for parameter in (query, header, *parameters) if parameter] or None,
        request=body,
        responses=dict.fromkeys(status if isinstance(status, tuple) else (status,), answer),
        summary=summary or None,
        **kwargs,
    )
