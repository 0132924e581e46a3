"""/api/analytics/export (sales.md, "Data Export"): asking for a file, its state, and the file."""

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers

from betterside import days
from betterside.api import limits
from betterside.api.files import file_download
from betterside.api.sales import success
from betterside.api.schema import documented
from betterside.errors import NotFound
from crm.analytics import lead_list
from crm.analytics.report_types import TYPES
from crm.models import Export
from crm.services import exports

from .base import SalesViewSet, one_of, page, page_of
from .export_shapes import AskedShape, ExportShape
from .fields import PageQuery
from .report_bodies import ReportFilters, ReportTypeField

A_MINUTE = 60
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSON: "application/json",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ExportBody(serializers.Serializer):
    report_type = ReportTypeField(choices=[*TYPES, lead_list.TYPE], help_text="A report, or `leads`: the list itself.")
    format = serializers.ChoiceField(Export.Format.values, default=Export.Format.CSV)
    filters = ReportFilters(default=dict)


class ExportViewSet(SalesViewSet):
    right = "exports.make"
    replays = False  # an answer kept for an Idempotency-Key would hold the link

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.action == "create":  # before the transaction, which would take the count back
            limits.hit("exports", request.user.pk, limit=A_MINUTE)

    def perform_content_negotiation(self, request, force=False):
        """Who downloads a file may say that they want just that."""
        return super().perform_content_negotiation(request, force=True)

    def exports(self):
        return Export.objects.in_entity_of(self.request.user).select_related("user")

    @documented(query=PageQuery, answer=page_of(ExportShape), summary="Who exported what, the newest first")
    def list(self, request):
        return page(ExportShape, self.exports(), self.query(PageQuery))

    @documented(
        body=ExportBody, answer=one_of(AskedShape), status=(201, 202), summary="Export a report or the list of leads"
    )
    def create(self, request):
        """201 when the file is there, 202 when a job writes it: ask `state_url` until it is ready."""
        body = self.body(ExportBody)
        export, token = exports.ask(
            by=request.user, report_type=body["report_type"], file_format=body["format"], filters=body["filters"]
        )
        answer = {
            "download_url": reverse("analytics-export-download", args=[token]),
            "expires_at": export.expires_at,
            "id": export.pk,
            "state": export.state,
            "percent": export.percent,
            "state_url": reverse("analytics-export-state", args=[export.pk]),
        }
        return success(answer, status=201 if export.state == Export.State.READY else 202)

    @documented(answer=one_of(ExportShape), summary="How far an export is")
    def retrieve(self, request, export_id):
        export = self.exports().filter(pk=export_id).first()
        if export is None:
            raise NotFound
        return success(ExportShape.of(export))

    @documented(answer=OpenApiTypes.BINARY, summary="The file, for who asked for it; 409 until it is ready")
    def download(self, request, token):
        export, path = exports.download(token, by=request.user)
        day = days.local(export.created_at, self.entity.zone)
        return file_download(
            request._request,
            path,
            name=f"{export.report_type}-{day}.{export.format}",
            content_type=CONTENT_TYPES[export.format],
        )
