"""Doors for leads: Meta's webhook and websites' forms (sales.md, "Webhook Endpoints"; DESIGN sections 5 and 7)."""

import hashlib
import hmac

import orjson
from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.response import Response

from betterside.api.addresses import client_address
from betterside.api.faces import SALES
from betterside.api.parsers import JSONParser
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet
from betterside.errors import NotAllowed, Unavailable

from .. import jobs
from ..services import inbox, rejected, website
from ..services.capture import PersonKnown


class DoorViewSet(FaceViewSet):
    """Open to machines without an account. Not atomic as a whole: counted tries outlive a refusal."""

    face = SALES
    atomic = False
    authentication_classes = []
    permission_classes = []


class RawParser(BaseParser):
    """The body as it came: the signature is over these bytes, whatever they are."""

    media_type = "*/*"

    def parse(self, stream, media_type=None, parser_context=None):
        return stream.read(settings.API_MAX_BODY + 1)


HUB = [OpenApiParameter(f"hub.{name}", str) for name in ("mode", "verify_token", "challenge")]


class FacebookViewSet(DoorViewSet):
    parser_classes = [RawParser]

    @documented(answer=OpenApiTypes.STR, parameters=HUB, summary="Meta's handshake")
    def verify(self, request):
        """Answers the bare challenge when the verify token is right; an unset token closes the door (503)."""
        if not settings.FB_VERIFY_TOKEN:
            raise Unavailable("FB_VERIFY_TOKEN is not set.")
        tokens = request.query_params.getlist("hub.verify_token")
        is_right = len(tokens) == 1 and same(tokens[0], settings.FB_VERIFY_TOKEN)
        if request.query_params.get("hub.mode") != "subscribe" or not is_right:
            raise NotAllowed("The verify token is wrong.")
        answer = HttpResponse(request.query_params.get("hub.challenge", ""), content_type="text/plain")
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    @documented(
        body=OpenApiTypes.OBJECT,
        answer=inline_serializer(
            "Delivered", {"success": serializers.BooleanField(), "received": serializers.IntegerField()}
        ),
        summary="Leads from Meta",
    )
    def deliver(self, request):
        """Stores one inbox row per change and answers; a job fetches the leads."""
        raw = request.data if isinstance(request.data, bytes) else b""
        require_signature(raw, request.headers.get("X-Hub-Signature-256", ""))
        new = inbox.receive(parsed(raw), wake=jobs.wake)
        return Response({"success": True, "received": len(new)})


def same(sent: str, secret: str) -> bool:
    """Compares bytes in constant time: text with other than ASCII would raise."""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), secret.encode())


def require_signature(raw: bytes, header: str) -> None:
    if not settings.FB_APP_SECRET:
        raise Unavailable("FB_APP_SECRET is not set.")
    wanted = "sha256=" + hmac.new(settings.FB_APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    if not same(header, wanted):
        raise NotAllowed("The signature is missing or wrong.")


def parsed(raw: bytes) -> dict:
    try:
        delivery = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError("The body is not valid JSON.") from error
    if not isinstance(delivery, dict):
        raise ParseError("The body is not a JSON object.")
    return delivery


class Utm(serializers.Serializer):
    source = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    medium = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    campaign = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    term = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    content = serializers.CharField(required=False, allow_blank=True, allow_null=True)


def is_flat(value) -> bool:
    """A text, a number, nothing, or a list of such: the boxes that somebody ticked."""
    values = value if isinstance(value, list) else [value]
    return all(one is None or isinstance(one, str | int | float) for one in values)


class Submission(serializers.Serializer):
    platform = serializers.ChoiceField(choices=["website"], default="website")
    entity_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    form_key = serializers.CharField(max_length=64, required=False, allow_blank=True)
    page_url = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    page_id = serializers.CharField(required=False, allow_blank=True, allow_null=True)
    utm = Utm(required=False, allow_null=True)
    answers = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_empty=False)

    def validate_answers(self, answers):
        if len(answers) > 100 or not all(is_flat(value) for value in answers.values()):
            raise serializers.ValidationError("Answers are at most 100 texts or numbers, or lists of such.")
        if not website.names_somebody(answers):
            raise serializers.ValidationError("Give at least a name, an e-mail or a phone.")
        return answers

    def validate(self, data):
        if not data.get("form_key") and "entity_id" not in data:
            raise serializers.ValidationError({"entity_id": "This field is required."})
        return data


class Received(serializers.Serializer):
    success = serializers.BooleanField()
    lead_id = serializers.IntegerField()
    message = serializers.CharField()


class WebsiteViewSet(DoorViewSet):
    parser_classes = [JSONParser]

    @documented(body=Submission, answer=Received, status=(201, 200), summary="A lead from a website's form")
    def submit(self, request):
        """Whether the entity has the person already is not for visitors to know: a repeat that its duplicate policy
        rejects is answered like any other, with an id that no lead has. A signed form is told (409)."""
        website.count(client_address(request))
        raw = request._request.body
        data = self.body(Submission)
        entity = website.entity_for(entity_id=data.get("entity_id"), form_key=data.get("form_key", ""))
        website.guard(
            entity=entity,
            origin=request.headers.get("Origin", ""),
            raw_body=raw,
            signature=request.headers.get("X-Form-Signature", ""),
        )
        if website.is_bot(entity, data["answers"]):
            raise NotAllowed("This looks like a robot's submission.")
        return self._captured(entity, data)

    def _captured(self, entity, data: dict) -> Response:
        sent = {"entity": entity, "page_id": data.get("page_id") or "", "answers": data["answers"]}
        try:
            captured = website.submit(**sent, page_url=data.get("page_url") or "", utm=data.get("utm") or {})
            return received(captured.lead.pk, captured.is_new)
        except PersonKnown as error:
            answered = rejected.keep(**sent, reason=error.message)
            if website.is_signed(entity):
                raise
            return received(*answered)


def received(lead_id: int, is_new: bool) -> Response:
    body = {"success": True, "lead_id": lead_id, "message": "Lead received successfully"}
    return Response(body, status=201 if is_new else 200)
