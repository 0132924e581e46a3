from django.contrib import admin
from django.db.models import TextField
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminTextareaWidget

from betterside.staff.admins import StaffAdmin

from ..models import LeadStatus, Pipeline, StatusTransition

# Faces and clients know these by heart, and closed leads were closed by them.
FIXED = ["name", "is_won", "is_lost"]


class StatusInline(TabularInline):
    model = LeadStatus
    fields = ["position", "name", "description", "is_won", "is_lost", "is_active", "sla_hours"]
    readonly_fields = FIXED
    extra = 0
    hide_title = True
    show_change_link = True
    formfield_overrides = {TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 2})}}

    def has_add_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Pipeline)
class PipelineAdmin(StaffAdmin):
    """The five pipelines are the contracts'; their order, words of help and hours are the team's."""

    list_display = ["key", "enforces_transitions", "words"]
    readonly_fields = ["key"]
    fields = ["key", "enforces_transitions"]
    search_fields = ["key"]
    inlines = [StatusInline]

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("statuses")

    @admin.display(description="Statuses")
    def words(self, pipeline):
        return " → ".join(status.name for status in pipeline.statuses.all())


class TransitionInline(TabularInline):
    model = StatusTransition
    fk_name = "from_status"
    fields = ["to_status", "managers_only"]
    extra = 0
    hide_title = True
    verbose_name_plural = "where a lead may go from here (where the pipeline enforces it)"

    def get_formset(self, request, obj=None, **kwargs):
        """Only statuses of the same pipeline can be reached."""
        self.pipeline_id = obj.pipeline_id if obj else None
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "to_status":
            kwargs["queryset"] = LeadStatus.objects.filter(pipeline=self.pipeline_id).order_by("position")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(LeadStatus)
class LeadStatusAdmin(StaffAdmin):
    list_display = ["name", "pipeline", "position", "is_active", "is_won", "is_lost", "sla_hours"]
    list_filter = ["pipeline", "is_active"]
    search_fields = ["name"]
    fields = ["pipeline", "name", "description", "position", "is_active", "is_won", "is_lost", "sla_hours"]

    def get_readonly_fields(self, request, obj=None):
        return ["pipeline", *FIXED] if obj else []

    def get_inlines(self, request, obj):
        return [TransitionInline] if obj else []
