"""What is done with a list of leads: a status for many, a file, paper."""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from betterside import days
from betterside.api.files import download
from betterside.errors import Conflict, Invalid

from ... import dashboard
from ...services import leads
from .. import export
from ..forms import BulkForm
from .base import PanelMixin
from .leads import FilteredLeads

MOST_PRINTED = 1000


class BulkStatusView(PanelMixin, View):
    http_method_names = ["post"]

    def post(self, request):
        form = BulkForm(request.POST)
        if form.is_valid():
            self.move(form.cleaned_data)
        else:
            messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        query = QueryDict(request.POST.get("filter", "")[:1000]).urlencode()
        return redirect(f"{reverse('panel:leads')}?{query}" if query else "panel:leads")

    def move(self, data: dict) -> None:
        try:
            moved = leads.move_all(ids=data["lead"], to=data["status"], by=self.request.user)
            messages.success(self.request, f"{moved} lead{'' if moved == 1 else 's'} moved.")
        except (Invalid, Conflict) as error:
            messages.error(self.request, error.message)


class ExportView(FilteredLeads, View):
    def get(self, request):
        zone = request.user.entity.zone
        lines = export.csv(self.filtered()["found"], zone)
        name = f"leads-{days.today(zone):%Y-%m-%d}.csv"
        return download(request, lines, name=name, content_type="text/csv; charset=utf-8")


class PrintView(FilteredLeads, TemplateView):
    template_name = "panel/leads_print.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**self.filtered(), **kwargs)
        found = context["found"]
        total = dashboard.count(self.request.user, found, context["query"])
        return context | {"leads": found[:MOST_PRINTED], "total": total, "most": MOST_PRINTED}
