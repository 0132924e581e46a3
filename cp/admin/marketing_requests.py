from pathlib import PurePath

from django import forms
from django.contrib import admin
from django.core.validators import FileExtensionValidator
from django.http import FileResponse, Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from betterside.staff.admins import StaffAdmin
from betterside.staff.questions import Question, QuestionForm, ask

from ..models import MarketingRequest
from ..services import marketing

FACTS = ["entity", "cp", "project", "type", "notes", "created_at"]
ANSWER = ["link", "file", "answer"]
ANSWERED = ["status", "link", "given_file", "answer", "answered_by", "answered_at"]
COLOURS = {"requested": "warning", "fulfilled": "success", "declined": "danger"}
# What a CP can open and pass on. No HTML and no SVG: a browser would run what is in them.
KINDS = ["gif", "jpeg", "jpg", "mp4", "pdf", "png", "pptx", "webp", "zip"]
MOST_BYTES = 25_000_000


class FulfilForm(forms.ModelForm):
    class Meta:
        model = MarketingRequest
        fields = ANSWER

    def clean(self):
        cleaned = super().clean()
        if not (cleaned.get("link") or cleaned.get("file")):
            self.add_error("link", "Give a link or a file.")
        return cleaned

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file:
            FileExtensionValidator(KINDS)(file)
            if file.size > MOST_BYTES:
                raise forms.ValidationError(f"At most {MOST_BYTES // 1_000_000} MB; give a link to a larger file.")
        return file


class DeclineForm(QuestionForm):
    answer = forms.CharField(
        label="Reason", widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), help_text="The CP reads this."
    )


@admin.register(MarketingRequest)
class MarketingRequestAdmin(StaffAdmin):
    """CPs ask for creatives and EDMs; giving one moves the CP's counter and tells them."""

    form = FulfilForm
    list_display = ["__str__", "cp", "project", "state", "created_at", "answered_by", "answered_at"]
    list_filter = [("entity", AutocompleteSelectFilter), "status", "type"]
    list_select_related = ["cp", "project", "answered_by"]
    search_fields = ["cp__email", "project__title"]
    ordering = ["-id"]
    readonly_fields = [*FACTS, "status", "given_file", "answered_by", "answered_at"]
    actions = ["decline_selected"]
    actions_detail = ["decline"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_waiting)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("entity", "cp", "project", "answered_by")

    def get_fieldsets(self, request, obj=None):
        waiting = self.has_change_permission(request, obj)
        about = ("Give what was asked for", {"fields": ANSWER}) if waiting else ("Answer", {"fields": ANSWERED})
        return [("Request", {"fields": FACTS}), about]

    def save_model(self, request, obj, form, change):
        data = form.cleaned_data
        given = {name: data[name] for name in ANSWER if data[name]}
        marketing.fulfil(marketing_request=obj, by=request.user, **given)

    @display(description="Status", ordering="status", label=COLOURS)
    def state(self, asked):
        return asked.status, asked.get_status_display()

    # --- The file --------------------------------------------------------------------------------

    def get_urls(self):
        download = path("<int:pk>/file/", self.admin_site.admin_view(self.download), name="cp_marketingrequest_file")
        return [download, *super().get_urls()]

    def download(self, request, pk):
        asked = self.get_object(request, str(pk))
        if not (asked and asked.file and self.has_view_permission(request, asked)):
            raise Http404
        return FileResponse(asked.file.open(), as_attachment=True, filename=PurePath(asked.file.name).name)

    @admin.display(description="File")
    def given_file(self, asked):
        if not asked.file:
            return ""
        url = reverse("admin:cp_marketingrequest_file", args=[asked.pk])
        return format_html('<a href="{}">{}</a>', url, PurePath(asked.file.name).name)

    # --- Declining -------------------------------------------------------------------------------

    def declining(self, request, name: str) -> Question:
        return Question(
            action=name,
            title="Decline marketing requests",
            button="Decline",
            done="Declined",
            form=DeclineForm,
            apply=lambda row, answer: marketing.decline(marketing_request=row, by=request.user, answer=answer),
            dangerous=True,
        )

    @admin.action(description="Decline the selected requests …", permissions=["change"])
    def decline_selected(self, request, queryset):
        return ask(self, request, queryset, self.declining(request, "decline_selected"))

    def has_decline_permission(self, request, object_id=None):
        return self.has_change_permission(request, self.get_object(request, str(object_id)) if object_id else None)

    @action(description="Decline", icon="block", permissions=["decline"])
    def decline(self, request, object_id):
        asked = self.get_object(request, object_id)
        if asked is None:
            return redirect("admin:cp_marketingrequest_changelist")
        back = reverse("admin:cp_marketingrequest_change", args=[asked.pk])
        return ask(self, request, [asked], self.declining(request, "decline"), back=back)
