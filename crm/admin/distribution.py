from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from betterside.staff.admins import StaffAdmin

from ..models import DistributionRule, DistributionRuleAgent


class AgentFormSet(BaseInlineFormSet):
    def clean(self):
        """A rule's agents are of the rule's entity."""
        super().clean()
        for form in self.forms:
            user = form.cleaned_data.get("user") if hasattr(form, "cleaned_data") else None
            if user and not form.cleaned_data.get("DELETE") and user.entity_id != self.instance.entity_id:
                raise ValidationError(f"{user} belongs to another entity.")

    def save_new(self, form, commit=True):
        form.instance.entity_id = self.instance.entity_id
        return super().save_new(form, commit)


class AgentInline(TabularInline):
    model = DistributionRuleAgent
    formset = AgentFormSet
    fields = ["user"]
    autocomplete_fields = ["user"]
    extra = 0
    hide_title = True
    verbose_name = "agent"
    verbose_name_plural = "who gets these leads (nobody named: everybody who may be given leads)"


@admin.register(DistributionRule)
class DistributionRuleAdmin(StaffAdmin):
    list_display = ["name", "entity", "priority", "states", "specialties", "capacity", "is_active"]
    list_filter = [("entity", AutocompleteSelectFilter), "is_active"]
    list_select_related = ["entity"]
    search_fields = ["name"]
    autocomplete_fields = ["entity"]
    fields = ["entity", "name", "states", "specialties", "capacity", "priority", "is_active"]
    inlines = [AgentInline]

    def get_readonly_fields(self, request, obj=None):
        """Its agents belong to the entity that it was made for."""
        return ["entity"] if obj else []
