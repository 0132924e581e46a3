"""The Leads tab: table and board under one filter, and the form of a new lead."""

from django.core.paginator import Paginator
from django.urls import reverse_lazy
from django.views.generic import TemplateView

from crm.models import Lead
from crm.services import phones

from ... import dashboard, filters
from ...services import leads
from .. import board
from ..forms import LeadFilter, LeadForm, MoveForm
from .base import PanelMixin, UserFormPage

PAGE = 20


class FilteredLeads(PanelMixin):
    """The leads that the address bar's filter leaves, the same for table, board, file and paper."""

    def filtered(self) -> dict:
        """Context: filter (the form), filtered (whether it is set), query, found (leads with their next follow-up)."""
        user = self.request.user
        # The lead form opens as a dialog on this page: its ids must stay its own.
        form = LeadFilter(self.request.GET, user=user, auto_id="filter_%s")
        query = form.query()
        found = filters.leads(dashboard.leads_of(user).with_next_follow_up(), query, user.entity.zone)
        return {"filter": form, "filtered": any(query.values()), "query": query, "found": found}


class LeadsView(FilteredLeads, TemplateView):
    template_name = "panel/leads.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**self.filtered(), **kwargs)
        user, found, query = self.request.user, context["found"], context["query"]
        if self.request.GET.get("view") == "board":
            columns = board.columns(found, dashboard.count_by_status(user, query))
            return context | {"view": "board", "columns": columns if any(one.count for one in columns) else []}
        pages = Paginator(found, PAGE)
        pages.count = dashboard.count(user, found, query)
        page = pages.get_page(self.request.GET.get("page"))
        return context | {"view": "table", "page": page, "bulk_form": MoveForm(auto_id="bulk_%s")}


class LeadCreateView(UserFormPage):
    template_name = "panel/lead_form.html"
    form_class = LeadForm
    success_url = reverse_lazy("panel:leads")
    right = "channel.own"
    names = {"full_name": "name", "project_id": "project"}

    def act(self, form) -> str:
        lead = leads.create(by=self.request.user, fields=form.lead_fields(), project_id=form.project_id)
        return f"{lead} is in your leads."


class KnownPhoneView(PanelMixin, TemplateView):
    """While a phone is typed: whether that person is among one's own leads already; of others' nothing is said."""

    template_name = "panel/inc/known_phone.html"
    right = "channel.own"

    def get_context_data(self, **kwargs):
        user, phone = self.request.user, self.request.GET.get("phone", "")[:20]
        keys = {"e164": phones.e164(phone, user.entity.default_region), "digits": phones.digits(phone)}
        own = Lead.objects.in_pipeline("channel").filter(assigned_user=user).select_related("status")
        return super().get_context_data(known=own.same_person(**keys), **kwargs)
