"""Projects, and which CPs may sell them."""

from django import forms
from django.contrib import admin
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.accounts.roles import Role
from betterside.staff.admins import StaffAdmin

from ..models import Project, ProjectAssignment


class ProjectForm(forms.ModelForm):
    def clean(self):
        cleaned = super().clean()
        entity = cleaned.get("entity") or self.instance.entity_id and self.instance.entity
        developer = cleaned.get("developer")
        if developer and (developer.role != Role.DEVELOPER or (entity and developer.entity_id != entity.pk)):
            self.add_error("developer", "This is no developer of the project's entity.")
        return cleaned


class MappingForm(forms.ModelForm):
    def clean_cp(self):
        cp = self.cleaned_data["cp"]
        if cp.role != Role.CP or cp.entity_id != self.instance.project.entity_id:
            raise forms.ValidationError("This is no CP of the project's entity.")
        return cp


class MappingInline(TabularInline):
    """The CPs who may sell the project. Taking one away leaves the leads that they have."""

    model = ProjectAssignment
    form = MappingForm
    fields = ["cp", "assigned_at"]
    readonly_fields = ["assigned_at"]
    autocomplete_fields = ["cp"]
    extra = 0
    hide_title = True
    # Each row asks for the name of its CP.
    per_page = 20
    ordering = ["id"]
    verbose_name, verbose_name_plural = "CP", "CPs who may sell it"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("cp", "project")


@admin.register(Project)
class ProjectAdmin(StaffAdmin):
    form = ProjectForm
    list_display = ["title", "city", "status", "developer", "entity", "created_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "status"]
    list_select_related = ["developer", "entity"]
    search_fields = ["title", "city"]
    ordering = ["-id"]
    autocomplete_fields = ["entity", "developer"]
    fields = ["entity", "title", "city", "status", "developer", "created_at", "updated_at"]

    def get_readonly_fields(self, request, obj=None):
        """A project keeps its entity: its CPs and leads are of that one."""
        return [*(["entity"] if obj else []), "created_at", "updated_at"]

    def get_inlines(self, request, obj):
        return [MappingInline] if obj else []

    def save_formset(self, request, form, formset, change):
        for row in formset.save(commit=False):
            row.entity_id = row.project.entity_id
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()
