from django import forms
from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from betterside.staff.admins import StaffAdmin

from ..models import CaptureRoute
from ..services import routing


class WhichRoute(forms.Form):
    page_id = forms.CharField(max_length=64, widget=UnfoldAdminTextInputWidget)
    form_id = forms.CharField(max_length=64, required=False, widget=UnfoldAdminTextInputWidget)
    campaign_id = forms.CharField(max_length=64, required=False, widget=UnfoldAdminTextInputWidget)

    def answer(self) -> routing.Target | None:
        try:
            return routing.target(**self.cleaned_data)
        except routing.NoRoute:
            return None


@admin.register(CaptureRoute)
class CaptureRouteAdmin(StaffAdmin):
    list_display = [
        "page_id",
        "form_id",
        "campaign_id",
        "entity",
        "pipeline",
        "project",
        "owner",
        "strategy",
        "is_active",
    ]
    list_filter = [("entity", AutocompleteSelectFilter), "pipeline", "is_active"]
    list_select_related = ["entity", "pipeline", "project", "owner"]
    search_fields = ["page_id", "form_id", "campaign_id"]
    autocomplete_fields = ["entity", "project", "owner"]
    change_list_template = "admin/marketing/captureroute/change_list.html"

    def get_urls(self):
        which = path("which/", self.admin_site.admin_view(self.which), name="marketing_captureroute_which")
        return [which, *super().get_urls()]

    def which(self, request):
        """Which route a lead of this page, form and campaign would take."""
        form = WhichRoute(request.GET or None)
        context = self.admin_site.each_context(request) | {
            "title": "Which route would this take?",
            "opts": self.opts,
            "form": form,
            "asked": form.is_bound and form.is_valid(),
            "target": form.answer() if form.is_bound and form.is_valid() else None,
        }
        return TemplateResponse(request, "admin/marketing/captureroute/which.html", context)
