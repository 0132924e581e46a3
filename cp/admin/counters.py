from django import forms
from django.contrib import admin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from betterside.staff.admins import ReadOnlyAdmin
from betterside.staff.questions import Question, QuestionForm, ask

from ..models import MarketingCounter
from ..services import marketing


class CountForm(QuestionForm):
    creatives = forms.IntegerField(initial=0, widget=UnfoldAdminIntegerFieldWidget, help_text="Below zero to correct.")
    edms = forms.IntegerField(label="EDMs", initial=0, widget=UnfoldAdminIntegerFieldWidget)


@admin.register(MarketingCounter)
class MarketingCounterAdmin(ReadOnlyAdmin):
    """Counters move by a request that is fulfilled, or by what staff count here; never by being typed over."""

    list_display = ["cp", "project", "creatives_shared", "edms_shared", "last_updated", "entity"]
    list_filter = [("entity", AutocompleteSelectFilter), ("project", AutocompleteSelectFilter)]
    list_select_related = ["cp", "project", "entity"]
    search_fields = ["cp__email", "project__title"]
    ordering = ["-id"]
    actions = ["count"]

    def has_count_permission(self, request):
        return request.user.has_perm("cp.change_marketingcounter")

    @admin.action(description="Count what was shared …", permissions=["count"])
    def count(self, request, queryset):
        question = Question(
            action="count",
            title="Count what was shared",
            button="Count",
            done="Counted",
            form=CountForm,
            apply=lambda row, **more: marketing.increment(cp=row.cp, project=row.project, by=request.user, **more),
        )
        return ask(self, request, queryset.select_related("cp", "project"), question)
