from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import StaffAdmin

from .models import Campaign


@admin.register(Campaign)
class CampaignAdmin(StaffAdmin):
    list_display = ["name", "entity", "meta_id", "objective", "status", "created_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "status"]
    list_select_related = ["entity"]
    search_fields = ["name", "meta_id"]
    ordering = ["-id"]
    autocomplete_fields = ["entity"]
    fields = ["entity", "name", "meta_id", "objective", "status", "public_id", "created_at", "updated_at"]

    def get_readonly_fields(self, request, obj=None):
        """A campaign keeps its entity: its leads are of that one."""
        known = ["entity"] if obj else []
        return [*known, "public_id", "created_at", "updated_at"]
