from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import ReadOnlyAdmin

from ..models import MarketingCounter


@admin.register(MarketingCounter)
class MarketingCounterAdmin(ReadOnlyAdmin):
    """Counters move by what they count: a request that is fulfilled, or the team's own tools over the API."""

    list_display = ["cp", "project", "creatives_shared", "edms_shared", "last_updated", "entity"]
    list_filter = [("entity", AutocompleteSelectFilter), ("project", AutocompleteSelectFilter)]
    list_select_related = ["cp", "project", "entity"]
    search_fields = ["cp__email", "project__title"]
    ordering = ["-id"]
