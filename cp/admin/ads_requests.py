from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from betterside.staff.admins import HistoryInline, StaffAdmin
from betterside.staff.questions import Question, QuestionForm, ask
from marketing.models import Campaign

from .. import results
from ..models import AdsRequest, AdsRequestStep
from ..services import ads_requests

FACTS = ["entity", "cp", "project", "objective", "budget_inr", "duration_days", "notes", "created_at", "updated_at"]
RESULTS = ("Results", {"fields": ["brought", "add_campaign"]})
COLOURS = {
    "requested": "warning",
    "in_discussion": "info",
    "running": "primary",
    "completed": "success",
    "cancelled": "danger",
}


def notes_field():
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})
    return forms.CharField(required=False, widget=widget, help_text="The CP reads this with the news.")


class StepForm(forms.ModelForm):
    """The request's next step; what the CP asked for is theirs to word."""

    step_notes = notes_field()

    class Meta:
        model = AdsRequest
        fields = ["status"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            reachable = [self.instance.status, *self.instance.next_statuses()]
            self.fields["status"].choices = [(value, AdsRequest.Status(value).label) for value in reachable]


class MoveForm(QuestionForm):
    to = forms.ChoiceField(label="Status", choices=AdsRequest.Status.choices[1:], widget=UnfoldAdminSelectWidget)
    notes = notes_field()


class StepInline(HistoryInline):
    model = AdsRequestStep
    fields = readonly_fields = ["created_at", "from_status", "to_status", "by", "notes"]
    ordering = ["-id"]
    tab = False
    verbose_name_plural = "steps so far"

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("by")


class CampaignInline(HistoryInline):
    """The campaigns that run for the request; each is linked, or let go, on its own page."""

    model = Campaign
    fields = readonly_fields = ["name", "meta_id", "status", "currency", "created_at"]
    ordering = ["-id"]
    tab = False
    show_change_link = True


@admin.register(AdsRequest)
class AdsRequestAdmin(StaffAdmin):
    """CPs ask; staff take a request from step to step, and the CP is told each time."""

    form = StepForm
    list_display = ["__str__", "cp", "project", "objective", "budget_inr", "duration_days", "state", "created_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "status", "objective", ("project", AutocompleteSelectFilter)]
    list_select_related = ["cp", "project"]
    search_fields = ["cp__email", "project__title"]
    ordering = ["-id"]
    readonly_fields = [*FACTS, "brought", "add_campaign"]
    inlines = [CampaignInline, StepInline]
    actions = ["move_selected"]

    def has_add_permission(self, request):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("entity", "cp", "project")

    def get_fieldsets(self, request, obj=None):
        step = ["status", "step_notes"] if self.has_change_permission(request, obj) else ["status"]
        return [("Step", {"fields": step}), ("Request", {"fields": FACTS}), RESULTS]

    @admin.display(description="So far")
    def brought(self, ads_request):
        found = results.of([ads_request])[0]
        spent = [f"{currency} {amount}" for currency, amount in found.spend_by_currency.items()]
        leads, visits = f"lead{pluralize(found.leads)}", f"visit{pluralize(found.site_visits)}"
        counts = f"{found.leads} {leads}, {found.interested} interested, {found.site_visits} {visits}"
        return f"{' and '.join(spent) or 'Nothing'} spent; {counts}, {found.closed} closed."

    @admin.display(description="Campaigns")
    def add_campaign(self, ads_request):
        query = urlencode({"entity": ads_request.entity_id, "ads_request": ads_request.pk})
        known = urlencode({"entity__id__exact": ads_request.entity_id})
        add, everyone = reverse("admin:marketing_campaign_add"), reverse("admin:marketing_campaign_changelist")
        text = '<a href="{}?{}">Add a campaign for this request</a>, or choose the request on the page of <a href="{}?{}">one that exists</a>.'
        return format_html(text, add, query, everyone, known)

    def save_model(self, request, obj, form, change):
        if "status" in form.changed_data:
            data = form.cleaned_data
            ads_requests.advance(ads_request=obj, to=data["status"], by=request.user, notes=data["step_notes"])

    @display(description="Status", ordering="status", label=COLOURS)
    def state(self, ads_request):
        return ads_request.status, ads_request.get_status_display()

    @admin.action(description="Move to status …", permissions=["change"])
    def move_selected(self, request, queryset):
        question = Question(
            action="move_selected",
            title="Move ads requests",
            button="Move",
            done="Moved",
            form=MoveForm,
            apply=lambda row, to, notes: ads_requests.advance(ads_request=row, to=to, by=request.user, notes=notes),
        )
        return ask(self, request, queryset, question)
