from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import StaffAdmin

from ..models import CPProfile
from ..services import profiles


@admin.register(CPProfile)
class CPProfileAdmin(StaffAdmin):
    """A profile is made with its CP's first look at it, so there is none to add here."""

    list_display = ["user", "full_name", "company_name", "phone", "city", "entity"]
    list_filter = [("entity", AutocompleteSelectFilter)]
    list_select_related = ["user", "entity"]
    search_fields = ["full_name", "company_name", "user__email", "phone"]
    ordering = ["-id"]
    fields = ["user", "entity", *profiles.FIELDS, "created_at", "updated_at"]
    readonly_fields = ["user", "entity", "created_at", "updated_at"]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        profiles.update(user=obj.user, fields={name: form.cleaned_data[name] for name in form.changed_data})
