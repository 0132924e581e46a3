"""What happened to leads: read only, since services write it with the change."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import HistoryInline, ReadOnlyAdmin

from ..models import Activity, Assignment, Lead, LeadMeta, StageEntry


def link_to_lead(row):
    url = reverse("admin:crm_lead_change", args=[row.lead_id])
    return format_html('<a href="{}">{}</a>', url, row.lead)


class StageInline(HistoryInline):
    model = StageEntry
    fields = readonly_fields = [
        "status",
        "entered_at",
        "exited_at",
        "duration_hours",
        "user",
        "notes",
        "next_action_required",
    ]
    verbose_name_plural = "stages"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("status", "user")


class AssignmentInline(HistoryInline):
    model = Assignment
    fk_name = "lead"
    fields = readonly_fields = [
        "assigned_user",
        "assigned_at",
        "ended_at",
        "assigned_by",
        "previous_user",
        "reassignment_reason",
        "notes",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("assigned_user", "assigned_by", "previous_user")


class ActivityInline(HistoryInline):
    model = Activity
    fields = readonly_fields = ["created_at", "activity_type", "title", "description", "user", "next_follow_up_date"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


class OfLeads:
    """A list of rows that belong to leads, found by the lead's name, phone, e-mail or company."""

    search_fields = ["lead__search_text"]
    search_help_text = "By the lead's name, company, e-mail or phone."
    ordering = ["-id"]
    sortable_by = ()

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip():
            queryset = queryset.filter(lead__in=Lead.with_deleted.matching(search_term))
        return queryset, False

    @admin.display(description="Lead", ordering="lead")
    def lead_link(self, row):
        return link_to_lead(row) if row.lead_id else ""


@admin.register(Activity)
class ActivityAdmin(OfLeads, ReadOnlyAdmin):
    list_display = [
        "created_at",
        "lead_link",
        "activity_type",
        "title",
        "user",
        "entity",
        "next_follow_up_date",
        "status",
    ]
    list_filter = [("entity", AutocompleteSelectFilter), "activity_type", "status", "is_automatic"]
    list_select_related = ["lead", "user", "entity"]


@admin.register(LeadMeta)
class LeadMetaAdmin(OfLeads, ReadOnlyAdmin):
    list_display = ["received_at", "lead_link", "platform_key", "source_lead_id", "entity", "processing_status"]
    list_filter = [("entity", AutocompleteSelectFilter), "platform_key", "processing_status"]
    list_select_related = ["lead", "entity"]
    search_help_text = "By the platform's id of the lead, or by the lead's name, company, e-mail or phone."

    def get_search_results(self, request, queryset, search_term):
        # Asked per platform, so that the unique index finds it.
        platforms = [key for key, _word in LeadMeta._meta.get_field("platform_key").choices]
        named = queryset.filter(platform_key__in=platforms, source_lead_id=search_term.strip())
        return (named, False) if named.exists() else super().get_search_results(request, queryset, search_term)
