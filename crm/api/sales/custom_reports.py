"""/api/analytics/custom-report (sales.md, "Custom Report Generation")."""

from rest_framework import serializers

from betterside.api.sales import enveloped, success
from betterside.api.schema import documented
from crm.analytics import report_types

from .base import SalesViewSet
from .report_bodies import CustomReportBody

REPORT = enveloped(
    "SalesCustomReportAnswer",
    serializers.JSONField(help_text="What the type's own endpoint under /api/analytics answers."),
    report_type=serializers.CharField(),
    filters=serializers.DictField(help_text="As they were understood."),
)


class CustomReportViewSet(SalesViewSet):
    right = "reports.manage"

    @documented(body=CustomReportBody, answer=REPORT, summary="A report of one type, filtered")
    def make(self, request):
        """The same figures as /api/analytics; `lead_performance` has the totals of /api/analytics/leads and the funnel."""
        body = self.body(CustomReportBody)
        return success(report_types.figures(body["report_type"], by=request.user, filters=body["filters"]), **body)
