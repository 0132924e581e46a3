"""/api/cp/marketing (channel.md, "Marketing Counters", "Marketing Support tab")."""

import hmac
import mimetypes
from pathlib import PurePath

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

from betterside.accounts.models import User
from betterside.accounts.roles import Role
from betterside.api.paging import PageQuery
from betterside.api.schema import documented
from betterside.api.shapes import Shape

from .. import filters
from ..models import MarketingCounter, MarketingRequest, Project
from ..services import marketing
from .base import ChannelViewSet
from .envelopes import one, one_schema, page, page_schema
from .serializers import ProjectIdField

# More at once is a slip of the hand.
MOST_AT_ONCE = 10_000


class ProjectCounterShape(serializers.Serializer):
    project_id = serializers.IntegerField(allow_null=True)
    project_title = serializers.CharField(allow_null=True)
    creatives_shared = serializers.IntegerField()
    edms_shared = serializers.IntegerField()


class MarketingShape(serializers.Serializer):
    creatives_shared = serializers.IntegerField()
    edms_shared = serializers.IntegerField()
    per_project = ProjectCounterShape(many=True)


class CounterViewSet(ChannelViewSet):
    @documented(answer=MarketingShape, summary="What was shared with the CP, in all and per project")
    def retrieve(self, request):
        counters = MarketingCounter.objects.visible_to(request.user)
        return Response(counters.totals() | {"per_project": list(counters.per_project())})


def has_admin_token(request) -> bool:
    """Compared as bytes, in constant time. While none is configured, no header is right."""
    sent = request.headers.get("X-Admin-Token", "").encode("latin-1", "backslashreplace")
    token = settings.ADMIN_API_TOKEN.encode()
    return bool(token) and hmac.compare_digest(sent, token)


class IsTeam(BasePermission):
    """BetterSide's staff, or whoever has ADMIN_API_TOKEN; never a CP, whatever header they send."""

    def has_permission(self, request, view):
        user = request.user
        if user.is_authenticated and user.role == Role.CP:
            return False
        return has_admin_token(request) or (user.is_authenticated and user.is_staff and user.is_approved)


class IncrementBody(serializers.Serializer):
    cp_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    project_id = ProjectIdField(required=False, allow_null=True)
    creatives = serializers.IntegerField(min_value=-MOST_AT_ONCE, max_value=MOST_AT_ONCE, default=0)
    edms = serializers.IntegerField(min_value=-MOST_AT_ONCE, max_value=MOST_AT_ONCE, default=0)

    def validate(self, data):
        if not data["creatives"] and not data["edms"]:
            raise serializers.ValidationError({"creatives": "Say how many creatives or EDMs to count."})
        data["cp"] = User.objects.filter(pk=data.pop("cp_id"), role=Role.CP).first()
        if data["cp"] is None:
            raise serializers.ValidationError({"cp_id": "This CP does not exist."})
        project_id = data.pop("project_id", None)
        data["project"] = project_id and Project.objects.visible_to(data["cp"]).filter(pk=project_id).first()
        if project_id and data["project"] is None:
            raise serializers.ValidationError({"project_id": "This project does not exist or is not mapped to the CP."})
        return data


class CounterShape(Shape):
    id = serializers.IntegerField()
    cp_id = serializers.IntegerField()
    project_id = serializers.IntegerField(allow_null=True)
    creatives_shared = serializers.IntegerField()
    edms_shared = serializers.IntegerField()
    last_updated = serializers.DateTimeField()


class IncrementViewSet(ChannelViewSet):
    permission_classes = [IsTeam]

    @documented(
        body=IncrementBody,
        answer=one_schema("counter", CounterShape),
        summary="Count what was shared with a CP (team only)",
        header=OpenApiParameter("X-Admin-Token", OpenApiTypes.STR, OpenApiParameter.HEADER),
    )
    def create(self, request):
        by = request.user if request.user.is_authenticated and request.user.is_staff else None
        return one("counter", CounterShape, marketing.increment(by=by, **self.body(IncrementBody)))


class NewMarketingRequest(serializers.Serializer):
    type = serializers.ChoiceField(choices=MarketingRequest.Type.values)
    project_id = ProjectIdField(required=False, allow_null=True)
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True, allow_null=True)

    def validate_notes(self, value):
        return value or ""


class MarketingRequestQuery(PageQuery):
    project_id = ProjectIdField(required=False)
    type = serializers.ChoiceField(choices=MarketingRequest.Type.values, required=False)
    status = serializers.ChoiceField(choices=MarketingRequest.Status.values, required=False)


class MarketingRequestShape(Shape):
    id = serializers.IntegerField()
    cp_id = serializers.IntegerField()
    project_id = serializers.IntegerField(allow_null=True)
    type = serializers.CharField()
    notes = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    answer = serializers.CharField(allow_null=True)
    link = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @staticmethod
    def get_link(asked: MarketingRequest) -> str | None:
        """The link that the team gave, or where its file is downloaded."""
        own = f"{settings.SITE_URL}/api/cp/marketing/request/{asked.pk}/file"
        return own if asked.file else asked.link or None


class MarketingRequestViewSet(ChannelViewSet):
    rights = {"create": "channel.own"}

    @documented(
        query=MarketingRequestQuery,
        answer=page_schema(MarketingRequestShape),
        summary="The CP's requests for creatives and EDMs",
    )
    def list(self, request):
        query = self.query(MarketingRequestQuery)
        found = filters.marketing_requests(MarketingRequest.objects.visible_to(request.user), query)
        return page(MarketingRequestShape, found, query)

    @documented(
        body=NewMarketingRequest,
        answer=one_schema("marketing_request", MarketingRequestShape),
        status=201,
        summary="Ask for a creative or an EDM",
    )
    def create(self, request):
        asked = marketing.request(by=request.user, **self.body(NewMarketingRequest))
        return one("marketing_request", MarketingRequestShape, asked, status=201)

    @documented(answer=OpenApiTypes.BINARY, summary="The file that the team gave")
    def file(self, request, request_id):
        asked = MarketingRequest.objects.seen_by(request.user, pk=request_id)
        if not asked.file:
            raise Http404
        name = PurePath(asked.file.name).name
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        with asked.file.open() as content:
            return HttpResponse(
                content.read(),
                content_type=kind,
                headers={"Content-Disposition": content_disposition_header(True, name)},
            )
