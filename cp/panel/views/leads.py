"""The Leads tab: list, one lead, new lead, change of status."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import FormView, TemplateView

from betterside.errors import Conflict, Invalid
from crm.models import Lead
from crm.services import stages

from ... import dashboard, filters
from ...services import leads
from .. import timeline
from ..forms import LeadFilter, LeadForm, StatusForm
from .base import PanelMixin, refused

PAGE = 20


class LeadsView(PanelMixin, TemplateView):
    template_name = "panel/leads.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        # The lead form opens as a dialog on this page: its ids must stay its own.
        form = LeadFilter(self.request.GET, user=user, auto_id="filter_%s")
        query = form.query()
        found = filters.leads(dashboard.leads_of(user), query, user.entity.zone)
        page = Paginator(found, PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(page=page, filter=form, filtered=any(query.values()), **kwargs)


class LeadCreateView(PanelMixin, FormView):
    template_name = "panel/lead_form.html"
    form_class = LeadForm
    right = "channel.own"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        try:
            lead = leads.create(by=self.request.user, fields=form.lead_fields(), project_id=form.project_id)
        except Invalid as error:
            refused(form, error, full_name="name", project_id="project")
            return self.form_invalid(form)
        messages.success(self.request, f"{lead} is in your leads.")
        return redirect("panel:leads")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)


class LeadMixin(PanelMixin):
    @cached_property
    def lead(self) -> Lead:
        leads = Lead.objects.in_pipeline("channel").select_related("status", "project", "pipeline")
        return leads.seen_by(self.request.user, pk=self.kwargs["pk"])

    def page_context(self, **forms) -> dict:
        status_form = StatusForm(initial={"status": self.lead.status.name})
        return {"lead": self.lead, "timeline": timeline.of(self.lead), "status_form": status_form} | forms


class LeadView(LeadMixin, TemplateView):
    template_name = "panel/lead.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**self.page_context(), **kwargs)


class LeadStatusView(LeadMixin, FormView):
    template_name = "panel/lead.html"
    form_class = StatusForm
    http_method_names = ["post"]

    def get_success_url(self):
        return reverse("panel:lead", args=[self.lead.pk])

    def form_valid(self, form):
        to, notes = form.cleaned_data["status"], form.cleaned_data["notes"]
        try:
            stages.move(lead=self.lead, to=to, by=self.request.user, notes=notes)
        except (Invalid, Conflict) as error:
            refused(form, error)
            return self.form_invalid(form)
        messages.success(self.request, "Status changed.")
        return redirect(self.get_success_url())

    def form_invalid(self, form):
        return self.render_to_response(self.page_context(status_form=form), status=400)
