"""The Run Ads tab: ask for ads, see how far each request is and what it brought, edit its notes, cancel it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from betterside.errors import Conflict

from ...models import AdsRequest
from ...services import ads_requests
from .. import asked
from ..forms import AdsRequestForm, NotesForm
from .base import FormPage, PanelMixin, UserFormPage

PAGE = 10


class RunAdsView(UserFormPage):
    template_name = "panel/run_ads.html"
    form_class = AdsRequestForm
    success_url = reverse_lazy("panel:run_ads")
    write_right = "channel.own"
    names = {"project_id": "project"}

    def get_context_data(self, **kwargs):
        mine = AdsRequest.objects.visible_to(self.request.user)
        found = mine.select_related("entity", "project", "cp").prefetch_related("steps")
        page = Paginator(found, PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(page=page, asked=asked.of(list(page.object_list)), **kwargs)

    def act(self, form) -> str:
        data = form.cleaned_data
        fields = {name: data[name] for name in ("objective", "budget_inr", "duration_days", "notes")}
        ads_requests.create(by=self.request.user, project_id=data["project"].pk, **fields)
        return "Your request is with the BetterSide team."


class AdsRequestMixin(PanelMixin):
    right = "channel.own"

    @cached_property
    def ads_request(self) -> AdsRequest:
        found = AdsRequest.objects.select_related("project").prefetch_related("steps")
        return found.seen_by(self.request.user, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(ads_request=self.ads_request, **kwargs)


class NotesView(AdsRequestMixin, FormPage):
    template_name = "panel/ads_notes.html"
    form_class = NotesForm
    success_url = reverse_lazy("panel:run_ads")

    def get_form_kwargs(self):
        # A dialog on the page of the request form, whose field of this name has the usual id.
        return super().get_form_kwargs() | {"initial": {"notes": self.ads_request.notes}, "auto_id": "asked_%s"}

    def act(self, form) -> str:
        ads_requests.change(ads_request=self.ads_request, by=self.request.user, notes=form.cleaned_data["notes"])
        return "Notes saved."


class CancelView(AdsRequestMixin, TemplateView):
    """GET asks; somebody whose browser runs the panel's scripts was asked by the button already."""

    template_name = "panel/ads_cancel.html"

    def post(self, request, pk):
        try:
            ads_requests.change(ads_request=self.ads_request, by=request.user, cancel=True)
            messages.success(request, "The request is cancelled.")
        except Conflict as error:
            messages.error(request, error.message)
        return redirect("panel:run_ads")
