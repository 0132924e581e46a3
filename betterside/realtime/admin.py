from django.contrib import admin

from betterside.staff.admins import ReadOnlyAdmin

from .models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "subject_id", "entity", "user", "created_at"]
    list_select_related = ["entity", "user"]
    search_fields = ["kind__startswith", "=subject_id"]
    search_help_text = "By the beginning of its kind, or by its subject's id."
    ordering = ["-id"]
    sortable_by = ()
