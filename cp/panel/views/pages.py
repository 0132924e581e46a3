"""Dashboard and profile."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import FormView, TemplateView

from betterside.realtime import notifications
from betterside.ui import in_words

from ... import dashboard
from ...services import profiles
from ..forms import ChoicesForm, ProfileForm
from .base import PanelMixin


class DashboardView(PanelMixin, TemplateView):
    template_name = "panel/dashboard.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        per_day, by_status = dashboard.leads_per_day(user), dashboard.leads_by_status(user)
        return super().get_context_data(
            tiles=dashboard.tiles(user),
            days=[f"{row['date']:%-d %b}" for row in per_day],
            per_day=[{"label": "Leads", "values": [row["count"] for row in per_day]}],
            status_labels=[in_words(row["status"]) for row in by_status],
            by_status=[
                {
                    "label": "Leads",
                    "values": [row["count"] for row in by_status],
                    "tones": [row["status"] for row in by_status],
                }
            ],
            latest=dashboard.latest(user),
            due=dashboard.follow_ups_due(user),
            **kwargs,
        )


class ProfileView(PanelMixin, FormView):
    """A CP's profile; a manager, who has none, sees their account only."""

    template_name = "panel/profile.html"
    form_class = ProfileForm
    success_url = reverse_lazy("panel:profile")
    right = "channel.own"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": profiles.of(self.request.user)}

    def get_context_data(self, **kwargs):
        choices = notifications.choices_of(self.request.user)
        wanted = {kind.value: choices.wants_mail(kind) for kind in notifications.Kind}
        return super().get_context_data(choices_form=ChoicesForm(initial=wanted), **kwargs)

    def form_valid(self, form):
        profiles.update(user=self.request.user, fields=form.cleaned_data)
        messages.success(self.request, "Profile saved.")
        return redirect(self.success_url)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=400)
