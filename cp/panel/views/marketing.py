"""The Marketing Support tab: what was shared with the CP, and asking for more."""

from django.core.paginator import Paginator
from django.urls import reverse_lazy

from ...models import MarketingCounter, MarketingRequest
from ...services import marketing
from ..forms import MarketingRequestForm
from .base import UserFormPage

PAGE = 10
SERIES = {"creatives_shared": "Creatives", "edms_shared": "EDMs"}


class MarketingView(UserFormPage):
    template_name = "panel/marketing.html"
    form_class = MarketingRequestForm
    success_url = reverse_lazy("panel:marketing")
    write_right = "channel.own"
    names = {"project_id": "project"}

    def get_context_data(self, **kwargs):
        user = self.request.user
        counters = MarketingCounter.objects.visible_to(user)
        asked = MarketingRequest.objects.visible_to(user).select_related("project", "cp")
        return super().get_context_data(
            totals=counters.totals(),
            waiting=asked.waiting().count(),
            page=Paginator(asked, PAGE).get_page(self.request.GET.get("page")),
            **_chart(counters),
            **kwargs,
        )

    def act(self, form) -> str:
        data = form.cleaned_data
        project_id = data["project"].pk if data["project"] else None
        asked = marketing.request(by=self.request.user, type=data["type"], project_id=project_id, notes=data["notes"])
        return f"{asked.get_type_display()} requested. The team has been told."


def _chart(counters) -> dict:
    rows = list(counters.per_project())
    return {
        "projects": [row["project_title"] or "No project" for row in rows],
        "shared": [{"label": label, "values": [row[name] for row in rows]} for name, label in SERIES.items()],
    }
