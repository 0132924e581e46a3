"""/api/reporting/templates (sales.md, "Report Templates")."""

from django.db.models import Prefetch

from betterside.api.sales import success
from betterside.api.schema import documented
from crm.models import ReportSchedule, ReportTemplate
from crm.services import report_templates, schedules

from .base import SalesViewSet, one_of, page, page_of
from .fields import PageQuery
from .reporting_bodies import TemplateBody
from .reporting_shapes import TemplateShape


class TemplateViewSet(SalesViewSet):
    right = "reports.manage"

    def templates(self):
        own = ReportSchedule.objects.living().select_related("owner").order_by("pk")
        found = ReportTemplate.objects.in_entity_of(self.request.user).living().select_related("created_by")
        return found.prefetch_related(Prefetch("schedules", queryset=own, to_attr="living_schedules"))

    def template(self, template_id: int) -> ReportTemplate:
        found = self.templates().filter(pk=template_id).first()
        if found is None:
            raise report_templates.TemplateNotFound
        return found

    @documented(query=PageQuery, answer=page_of(TemplateShape), summary="Report templates, the newest first")
    def list(self, request):
        return page(TemplateShape, self.templates(), self.query(PageQuery))

    @documented(body=TemplateBody, answer=one_of(TemplateShape), status=201, summary="Save a report, with a schedule")
    def create(self, request):
        body = self.body(TemplateBody)
        template = report_templates.create(
            by=request.user, name=body["name"], report_type=body["type"], filters=body["filters"]
        )
        self.schedule(template, None, body)
        return success(TemplateShape.of(self.template(template.pk)), "Report template created successfully", 201)

    @documented(answer=one_of(TemplateShape), summary="One report template")
    def retrieve(self, request, template_id):
        return success(TemplateShape.of(self.template(template_id)))

    @documented(body=TemplateBody, answer=one_of(TemplateShape), summary="Replace a report template")
    def update(self, request, template_id):
        """Its schedule stays unless one is named; `"schedule": null` deletes it."""
        return self.changed(template_id, self.body(TemplateBody))

    @documented(body=TemplateBody(partial=True), answer=one_of(TemplateShape), summary="Change a report template")
    def partial_update(self, request, template_id):
        return self.changed(template_id, self.body(TemplateBody, partial=True))

    def changed(self, template_id: int, body: dict):
        template = self.template(template_id)
        names = {"name": "name", "type": "report_type", "filters": "filters"}
        fields = {names[name]: body[name] for name in names if name in body}
        report_templates.update(template=template, by=self.request.user, fields=fields)
        self.schedule(template, template.first_schedule, body)
        return success(TemplateShape.of(self.template(template_id)), "Report template updated successfully")

    def schedule(self, template: ReportTemplate, schedule: ReportSchedule | None, body: dict) -> None:
        """Make, change or delete the template's schedule, as the body says."""
        by, fields = self.request.user, body.get("schedule")
        if fields and schedule:
            schedules.update(schedule=schedule, by=by, fields=fields)
        elif fields:
            schedules.create(template=template, by=by, fields=fields)
        elif "schedule" in body and schedule:
            schedules.delete(schedule=schedule, by=by)

    @documented(answer=None, summary="Delete a report template and its schedules")
    def destroy(self, request, template_id):
        report_templates.delete(template=self.template(template_id), by=request.user)
        return success(None, "Report template deleted successfully")
