"""Contacts and tasks, as their teams keep them: read only, since services write them."""

from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import HistoryInline, ReadOnlyAdmin

from ..models import Activity, Contact, Task


class ContactActivityInline(HistoryInline):
    model = Activity
    fields = readonly_fields = ["created_at", "activity_type", "title", "description", "user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    list_display = ["name", "company", "email", "phone", "owner", "entity", "created_at", "deleted_at"]
    list_filter = [("entity", AutocompleteSelectFilter)]
    list_select_related = ["owner", "entity"]
    search_fields = ["search_text"]
    search_help_text = "By name, company, role, e-mail or phone."
    ordering = ["-id"]
    sortable_by = ()
    inlines = [ContactActivityInline]

    def get_queryset(self, request):
        return Contact.with_deleted.all()

    def get_search_results(self, request, queryset, search_term):
        return (queryset.matching(search_term) if search_term.strip() else queryset), False


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["title", "priority", "due_date", "due_at", "completed", "owner", "entity", "deleted_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "completed", "priority"]
    list_select_related = ["owner", "entity"]
    ordering = ["-id"]
    sortable_by = ()

    def get_queryset(self, request):
        return Task.with_deleted.all()
