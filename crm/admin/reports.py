"""Reports and exports: what people made and were sent, read only. Links and files are not for staff."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import ReadOnlyAdmin, pretty_json

from ..models import Export


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
