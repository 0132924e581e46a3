"""Reports and exports: what people made and were sent, read only. Links and files are not for staff."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import HistoryInline, ReadOnlyAdmin, pretty_json

from ..models import AllowedRecipient, Export, ReportDelivery, ReportRun, ReportSchedule, ReportTemplate


class WithFilters:
    @admin.display(description="Filters")
    def asked_for(self, row):
        return pretty_json(row.filters)


@admin.register(Export)
class ExportAdmin(WithFilters, ReadOnlyAdmin):
    list_display = [
        "created_at",
        "user",
        "entity",
        "report_type",
        "format",
        "rows_done",
        "state",
        "downloads",
        "downloaded_at",
    ]
    list_filter = [("entity", AutocompleteSelectFilter), "state", "format", "report_type"]
    list_select_related = ["user", "entity"]
    search_fields = ["user__email"]
    search_help_text = "By the address of who asked."
    ordering = ["-created_at", "-id"]
    sortable_by = ()
    exclude = ["filters"]
    readonly_fields = ["asked_for"]


@admin.register(ReportTemplate)
class ReportTemplateAdmin(WithFilters, ReadOnlyAdmin):
    list_display = ["created_at", "name", "report_type", "entity", "created_by", "updated_at", "deleted_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "report_type"]
    list_select_related = ["entity", "created_by"]
    search_fields = ["name"]
    ordering = ["-created_at", "-id"]
    sortable_by = ()
    exclude = ["filters"]
    readonly_fields = ["asked_for"]


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ReadOnlyAdmin):
    list_display = ["name", "entity", "frequency", "time", "zone", "next_run_at", "last_run_at", "status", "owner"]
    list_filter = [("entity", AutocompleteSelectFilter), "status", "frequency"]
    list_select_related = ["entity", "owner"]
    search_fields = ["name", "owner__email"]
    ordering = ["-created_at", "-id"]
    sortable_by = ()


class DeliveryInline(HistoryInline):
    model = ReportDelivery
    fields = readonly_fields = ["address", "sent_at"]
    ordering = ["id"]
    tab = False


@admin.register(ReportRun)
class ReportRunAdmin(WithFilters, ReadOnlyAdmin):
    list_display = ["planned_at", "schedule", "entity", "state", "rows", "finished_at", "error"]
    list_filter = [("entity", AutocompleteSelectFilter), "state"]
    list_select_related = ["schedule", "entity"]
    ordering = ["-planned_at", "-id"]
    sortable_by = ()
    exclude = ["filters", "figures_json"]
    readonly_fields = ["asked_for"]
    inlines = [DeliveryInline]


@admin.register(AllowedRecipient)
class AllowedRecipientAdmin(ReadOnlyAdmin):
    list_display = ["address", "entity", "allowed_by", "created_at"]
    list_filter = [("entity", AutocompleteSelectFilter)]
    list_select_related = ["entity", "allowed_by"]
    search_fields = ["address"]
    ordering = ["-created_at", "-id"]
    sortable_by = ()
