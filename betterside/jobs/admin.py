"""Procrastinate's own admin in the look of the others, quick with many jobs."""

from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from unfold.contrib.filters.admin import DropdownFilter

from betterside.staff.admins import HistoryInline, ReadOnly, StaffAdmin
from betterside.staff.home import Panel, Row, panel

SHOWN = 5

admin.site.unregister(ProcrastinateJob)


class TaskFilter(DropdownFilter):
    """The tasks that the code knows: no look through the jobs for their names."""

    title, parameter_name = "task", "task"

    def lookups(self, request, model_admin):
        return [(name, name) for name in sorted(apps.get_app_config("procrastinate").app.tasks)]

    def queryset(self, request, queryset):
        return queryset.filter(task_name=self.value()) if self.value() else queryset


class EventInline(HistoryInline):
    model = ProcrastinateEvent
    fields = readonly_fields = ["type", "at"]
    ordering = ["-at"]
    tab = False


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnly, StaffAdmin, ProcrastinateJobAdmin):
    list_display = ["pk", "short_task_name", "pretty_args", "pretty_status", "attempts", "scheduled_at", "summary"]
    list_filter = ["status", TaskFilter]
    search_fields = ["task_name"]
    ordering = ["-id"]
    inlines = [EventInline]
    actions = ["retry_selected", "cancel_selected", "abort_selected"]

    def has_operate_permission(self, request):
        return request.user.has_perm("procrastinate.change_procrastinatejob")

    @admin.action(description="Retry the selected jobs (failed or stuck)", permissions=["operate"])
    def retry_selected(self, request, queryset):
        return self.retry(request, queryset)

    @admin.action(description="Cancel the selected jobs that have not begun", permissions=["operate"])
    def cancel_selected(self, request, queryset):
        return self.cancel(request, queryset)

    @admin.action(description="Abort the selected jobs, also running ones", permissions=["operate"])
    def abort_selected(self, request, queryset):
        return self.abort(request, queryset)


@panel(order=50, permission="procrastinate.view_procrastinatejob")
def failed_jobs(request) -> Panel:
    failed = ProcrastinateJob.objects.filter(status="failed")
    return Panel(
        title="Failed jobs",
        icon="error",
        url=reverse("admin:procrastinate_procrastinatejob_changelist") + "?status__exact=failed",
        count=failed.count(),
        rows=[
            Row(
                job.task_name,
                reverse("admin:procrastinate_procrastinatejob_change", args=[job.pk]),
                f"{job.attempts} tries",
            )
            for job in failed.order_by("-id")[:SHOWN]
        ],
        empty="No job has failed.",
    )
