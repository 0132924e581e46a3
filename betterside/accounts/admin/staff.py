"""What staff did here, and what groups of staff may do."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from betterside.staff.admins import ReadOnlyAdmin, StaffAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, StaffAdmin):
    """Superusers only: who may widen a group could widen their own."""

    def has_module_permission(self, request):
        return request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    has_add_permission = has_change_permission = has_view_permission


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    list_display = ["action_time", "user", "content_type", "object_repr", "what"]
    list_filter = ["action_flag"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email", "object_repr"]
    ordering = ["-id"]
    exclude = ["change_message"]
    readonly_fields = ["what"]

    @admin.display(description="What")
    def what(self, entry):
        return entry.get_change_message() or entry.get_action_flag_display()
