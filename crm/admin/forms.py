"""The lead's form in the admin. It checks what was typed; crm.services write it and check the rest."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.validators import validate_email
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from betterside.accounts.models import User
from betterside.staff.questions import QuestionForm

from ..models import Lead, LeadStatus
from ..services import stages

STALE = "This lead was changed by somebody else in the meantime. Open it again; what you typed is below."


def with_pipeline(status: LeadStatus) -> str:
    return f"{status.pipeline_id}: {status.name}"


class LeadForm(forms.ModelForm):
    """Fields that both pages have."""

    reason = forms.CharField(
        required=False, max_length=255, widget=UnfoldAdminTextInputWidget, help_text="Kept with the assignment."
    )

    def _get_validation_exclusions(self):
        """What is unique within an entity is the services' to say, in words for people."""
        return super()._get_validation_exclusions() | {"entity"}

    def clean_email(self):
        """What came from a form of Meta's may be no address; what is typed here is to be one."""
        email = self.cleaned_data["email"].strip()
        if email and "email" in self.changed_data:
            validate_email(email)
        return email

    def clean_score(self):
        if (score := self.cleaned_data["score"]) > 100:
            raise forms.ValidationError("A score is at most 100.")
        return score

    def clean(self):
        cleaned = super().clean()
        entity = cleaned.get("entity") or self.instance.entity_id and self.instance.entity
        for name in ("project", "campaign"):
            value = cleaned.get(name)
            if value and entity and name in self.changed_data and value.entity_id != entity.pk:
                self.add_error(name, f"This {name} belongs to another entity.")
        return cleaned


class NewLeadForm(LeadForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, text in {
            "pipeline": "Empty: the entity's main pipeline.",
            "status": "Empty: the pipeline's first status.",
            "lead_code": "Empty: the next free code.",
        }.items():
            self.fields[name].required, self.fields[name].help_text = False, text
        self.fields["status"].label_from_instance = with_pipeline

    def clean(self):
        cleaned = super().clean()
        if not any(cleaned.get(name) for name in ("first_name", "last_name", "email", "phone")):
            raise forms.ValidationError("Enter a name, an e-mail address or a phone number.")
        return cleaned


class LeadChangeForm(LeadForm):
    status_notes = forms.CharField(
        required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), help_text="Kept with the change of status."
    )
    # When the lead that this form shows was last changed.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "status" not in self.fields:
            return  # shown to somebody who may only look
        lead = self.instance
        reachable = [status.pk for status in stages.allowed_from(lead)]
        self.fields["status"].queryset = LeadStatus.objects.filter(pk__in=[lead.status_id, *reachable])
        self.fields["status"].empty_label = None
        self.initial["seen"] = lead.updated_at.isoformat()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("seen") != self.initial["seen"]:
            raise forms.ValidationError(STALE)
        return cleaned


# --- Questions of actions ------------------------------------------------------------------------


class AssignForm(QuestionForm):
    to = forms.ModelChoiceField(queryset=None, label="Owner")
    reason = forms.CharField(required=False, max_length=255, widget=UnfoldAdminTextInputWidget)

    def __init__(self, rows, data=None):
        super().__init__(rows, data)
        self.fields["to"].widget = AutocompleteSelect(Lead._meta.get_field("assigned_user"), admin.site)
        self.fields["to"].queryset = User.objects.able_to_own_leads().select_related("entity")

    def clean_to(self):
        to = self.cleaned_data["to"]
        if strangers := {str(lead.entity) for lead in self.rows if lead.entity_id != to.entity_id}:
            raise forms.ValidationError(
                f"{to} works for {to.entity}; some of the leads are of {', '.join(sorted(strangers))}."
            )
        return to


class MoveForm(QuestionForm):
    to = forms.ModelChoiceField(queryset=None, label="Status", widget=UnfoldAdminSelectWidget)
    notes = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}))

    def __init__(self, rows, data=None):
        super().__init__(rows, data)
        pipelines = {lead.pipeline_id for lead in rows}
        self.fields["to"].queryset = LeadStatus.objects.filter(pipeline__in=pipelines, is_active=True)
        self.fields["to"].label_from_instance = with_pipeline
