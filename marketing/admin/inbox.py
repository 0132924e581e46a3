from django.contrib import admin, messages
from unfold.contrib.filters.admin import RangeDateTimeFilter

from betterside.staff.admins import ReadOnlyAdmin, pretty_json

from .. import jobs
from ..models import InboxEntry, ReconcileRun
from ..services import inbox


@admin.register(InboxEntry)
class InboxEntryAdmin(ReadOnlyAdmin):
    list_display = ["source_lead_id", "state", "reason", "page_id", "form_id", "attempts", "lead", "received_at"]
    list_filter = ["state", "found_by", ("received_at", RangeDateTimeFilter)]
    list_select_related = ["lead"]
    search_fields = ["source_lead_id", "page_id", "form_id"]
    ordering = ["-received_at", "-id"]
    exclude = ["change"]
    readonly_fields = ["delivered"]
    actions = ["replay"]

    def has_replay_permission(self, request):
        return request.user.has_perm("marketing.change_inboxentry")

    @admin.display(description="As it was delivered")
    def delivered(self, entry):
        return pretty_json(entry.change)

    @admin.action(description="Try the selected ones again", permissions=["replay"])
    def replay(self, request, queryset):
        """Failed and unrouted ones; the others are left as they are."""
        count = inbox.replay(InboxEntry.objects.filter(pk__in=queryset.values("pk")), wake=jobs.wake)
        messages.success(request, f"{count} will be tried again now.")


@admin.register(ReconcileRun)
class ReconcileRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "finished_at", "forms", "leads_seen", "leads_missing", "trouble"]
