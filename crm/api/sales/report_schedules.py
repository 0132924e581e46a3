"""/api/reporting/schedules and the log of their runs (sales.md, "Scheduled Reports")."""

from betterside.api.paging import cut
from betterside.api.sales import success
from betterside.api.schema import documented
from betterside.errors import Invalid
from crm.models import ReportRun, ReportSchedule, ReportTemplate
from crm.services import schedules

from .base import SalesViewSet, list_of, one_of, page, page_of
from .fields import PageQuery
from .reporting_bodies import ScheduleBody, ScheduleChange
from .reporting_shapes import RunShape, ScheduleRowShape, ScheduleShape


class ScheduleViewSet(SalesViewSet):
    right = "reports.manage"

    def schedules(self):
        return ReportSchedule.objects.in_entity_of(self.request.user).living().select_related("owner")

    def found(self, schedule_id: int) -> ReportSchedule:
        schedule = self.schedules().filter(pk=schedule_id).first()
        if schedule is None:
            raise schedules.ScheduleNotFound
        return schedule

    def runs_of(self, **lookup):
        runs = ReportRun.objects.in_entity_of(self.request.user).filter(**lookup)
        return runs.select_related("schedule").prefetch_related("deliveries")

    @documented(query=PageQuery, answer=list_of(ScheduleRowShape), summary="Scheduled reports, the newest first")
    def list(self, request):
        """As the contract has it, without `total`: that is in `X-Total-Count`."""
        found = self.schedules()
        answer = success(ScheduleRowShape.many(cut(found, self.query(PageQuery))))
        answer["X-Total-Count"] = str(found.count())
        return answer

    @documented(body=ScheduleBody, answer=one_of(ScheduleShape), status=201, summary="Schedule a template's report")
    def create(self, request):
        body = self.body(ScheduleBody)
        own = ReportTemplate.objects.in_entity_of(request.user).living()
        template = own.filter(pk=body.pop("template_id")).first()
        if template is None:
            raise Invalid(fields={"template_id": "This report template does not exist."})
        schedule = schedules.create(template=template, by=request.user, fields=body)
        return success(ScheduleShape.of(schedule), "Schedule created successfully", 201)

    @documented(answer=one_of(ScheduleShape), summary="One schedule")
    def retrieve(self, request, schedule_id):
        return success(ScheduleShape.of(self.found(schedule_id)))

    @documented(body=ScheduleChange, answer=one_of(ScheduleShape), summary="Replace when a report is made, for whom")
    def update(self, request, schedule_id):
        return self.changed(schedule_id, self.body(ScheduleChange))

    @documented(body=ScheduleChange(partial=True), answer=one_of(ScheduleShape), summary="Change a schedule")
    def partial_update(self, request, schedule_id):
        return self.changed(schedule_id, self.body(ScheduleChange, partial=True))

    def changed(self, schedule_id: int, body: dict):
        by, status = self.request.user, body.pop("status", None)
        schedule = schedules.update(schedule=self.found(schedule_id), by=by, fields=body)
        if status:
            schedule = {"active": schedules.resume, "paused": schedules.pause}[status](schedule=schedule, by=by)
        return success(ScheduleShape.of(schedule), "Schedule updated successfully")

    @documented(body=None, answer=one_of(ScheduleShape), summary="Pause a schedule")
    def pause(self, request, schedule_id):
        schedule = schedules.pause(schedule=self.found(schedule_id), by=request.user)
        return success(ScheduleShape.of(schedule), "Schedule paused successfully")

    @documented(body=None, answer=one_of(ScheduleShape), summary="Resume a schedule, from now on")
    def resume(self, request, schedule_id):
        schedule = schedules.resume(schedule=self.found(schedule_id), by=request.user)
        return success(ScheduleShape.of(schedule), "Schedule resumed successfully")

    @documented(answer=None, summary="Delete a schedule; its runs stay in the log")
    def destroy(self, request, schedule_id):
        schedules.delete(schedule=self.found(schedule_id), by=request.user)
        return success(None, "Schedule deleted successfully")

    @documented(query=PageQuery, answer=page_of(RunShape), summary="The runs of a schedule, the newest first")
    def runs(self, request, schedule_id):
        return page(RunShape, self.runs_of(schedule=self.found(schedule_id)), self.query(PageQuery))

    @documented(query=PageQuery, answer=page_of(RunShape), summary="The runs of all schedules, the newest first")
    def all_runs(self, request):
        return page(RunShape, self.runs_of(), self.query(PageQuery))
