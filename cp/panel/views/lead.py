"""One lead: its page and what is done on it."""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from crm.models import Activity, Lead
from crm.services import activities, follow_ups, stages
from crm.services import leads as crm_leads

from ...services import leads
from .. import timeline
from ..forms import ActivityForm, FollowUpForm, LeadEditForm, StatusForm
from .base import FormPage, PanelMixin, UserFormPage

FORMS = {"status_form": StatusForm, "activity_form": ActivityForm, "follow_up_form": FollowUpForm}


class LeadMixin(PanelMixin):
    @cached_property
    def lead(self) -> Lead:
        found = Lead.objects.in_pipeline("channel").select_related("status", "project", "pipeline")
        return found.with_next_follow_up().seen_by(self.request.user, pk=self.kwargs["pk"])

    def get_success_url(self):
        return reverse("panel:lead", args=[self.lead.pk])

    def page_context(self, **forms) -> dict:
        """Several forms share the page, so their fields' ids begin with the form's name."""
        made = {name: form(auto_id=f"{name}_%s", initial=self.initial_of(name)) for name, form in FORMS.items()}
        return {"lead": self.lead, "timeline": timeline.of(self.lead)} | made | forms

    def initial_of(self, form: str) -> dict:
        if form == "status_form":
            return {"status": self.lead.status.name}
        return {"next_follow_up_date": self.lead.follow_up_at} if form == "follow_up_form" else {}


class LeadView(LeadMixin, TemplateView):
    template_name = "panel/lead.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**self.page_context(), **kwargs)


class LeadFormView(LeadMixin, FormPage):
    """A form of the lead's page, named by `slot`; with its errors it comes back in that page."""

    template_name = "panel/lead.html"
    http_method_names = ["post"]
    slot = ""

    def get_form_class(self):
        return FORMS[self.slot]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"auto_id": f"{self.slot}_%s", "initial": self.initial_of(self.slot)}

    def get_context_data(self, form, **kwargs):
        return super().get_context_data(form=form, **self.page_context(**{self.slot: form}), **kwargs)


class StatusView(LeadFormView):
    """Also where the board's cards are sent: they come with `board`, the board's filter, and go back there."""

    slot = "status_form"

    def act(self, form) -> str:
        to, notes = form.cleaned_data["status"], form.cleaned_data["notes"]
        stages.move(lead=self.lead, to=to, by=self.request.user, notes=notes)
        return "Status changed."

    def get_success_url(self):
        if "board" not in self.request.POST:
            return super().get_success_url()
        query = QueryDict(self.request.POST["board"], mutable=True)
        query["view"] = "board"
        return f"{reverse('panel:leads')}?{query.urlencode()}"

    def form_invalid(self, form):
        if "board" not in self.request.POST:
            return super().form_invalid(form)
        messages.error(self.request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect(self.get_success_url())


class ActivityView(LeadFormView):
    slot = "activity_form"
    titles = {Activity.Type.MEETING: "Site visit"}

    def act(self, form) -> str:
        kind = form.cleaned_data["kind"]
        activities.log(
            lead=self.lead,
            by=self.request.user,
            activity_type=kind,
            title=self.titles.get(kind, ""),
            description=form.cleaned_data["description"],
            status=Activity.Status.COMPLETED,
        )
        return "Logged."


class FollowUpView(LeadFormView):
    slot = "follow_up_form"

    def act(self, form) -> str:
        at = form.cleaned_data["next_follow_up_date"]
        follow_ups.plan(lead=self.lead, at=at, by=self.request.user, notes=form.cleaned_data["about"])
        return "Follow-up planned."


class FollowUpDoneView(LeadMixin, View):
    http_method_names = ["post"]

    def post(self, request, pk):
        done = follow_ups.finish(lead=self.lead, by=request.user)
        messages.success(request, "Follow-up done." if done else "There was no follow-up to do.")
        return redirect(self.get_success_url())


class EditView(LeadMixin, UserFormPage):
    template_name = "panel/lead_edit.html"
    form_class = LeadEditForm
    names = {"full_name": "name", "project_id": "project"}

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs() | {"lead": self.lead, "auto_id": "edit_%s"}
        del kwargs["initial"]
        return kwargs

    def get_context_data(self, **kwargs):
        return super().get_context_data(lead=self.lead, **kwargs)

    def act(self, form) -> str:
        fields = {"fields": form.lead_fields(), "project_id": form.project_id, "set_project": True}
        leads.update(lead=self.lead, by=self.request.user, **fields)
        return "Saved."


class DeleteView(LeadMixin, TemplateView):
    template_name = "panel/lead_delete.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(lead=self.lead, **kwargs)

    def post(self, request, pk):
        crm_leads.delete(lead=self.lead, by=request.user)
        messages.success(request, f"{self.lead} is deleted.")
        return redirect("panel:leads")
