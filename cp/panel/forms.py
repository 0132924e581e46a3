"""The panel's forms: the same rules as the channel face (cp.rules)."""

from django import forms

from betterside.ui import in_words
from crm.models import LeadStatus

from .. import rules
from ..models import AdsRequest, CPProfile, MarketingRequest, Project


def choices(names: list[str]) -> list[tuple[str, str]]:
    return [(name, in_words(name)) for name in names]


class ProjectField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(queryset=Project.objects.none(), required=False, **kwargs)


class UserForm(forms.Form):
    """A form whose project field offers what the user may sell."""

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if "project" in self.fields:
            self.fields["project"].queryset = Project.objects.visible_to(user)


class LeadForm(UserForm):
    name = forms.CharField(max_length=200)
    phone = forms.CharField(max_length=20, validators=[rules.ten_digits], help_text="10 digits, without +91")
    email = forms.EmailField(max_length=255, required=False, label="E-mail")
    project = ProjectField(empty_label="No project")
    source = forms.ChoiceField(choices=choices(rules.SOURCES), initial="organic")

    def lead_fields(self) -> dict:
        """What crm's services take; the project goes beside them."""
        data = self.cleaned_data
        return {"full_name": data["name"], **{name: data[name] for name in ("phone", "email", "source")}}

    @property
    def project_id(self) -> int | None:
        project = self.cleaned_data["project"]
        return project.pk if project else None


class LeadFilter(UserForm):
    search = forms.CharField(max_length=100, required=False)
    project = ProjectField(empty_label="All projects")
    status = forms.ChoiceField(choices=[("", "All statuses"), *choices(rules.STATUSES)], required=False)
    date = forms.ChoiceField(choices=[("", "Any day"), ("today", "Today")], required=False)

    def query(self) -> dict:
        """For cp.filters.leads; a value that is no choice filters nothing."""
        self.is_valid()
        data = self.cleaned_data
        project = data.get("project")
        return {name: data.get(name, "") for name in ("search", "status", "date")} | {
            "project_id": project.pk if project else None
        }


class StatusForm(forms.Form):
    status = forms.ModelChoiceField(queryset=LeadStatus.objects.none(), to_field_name="name", empty_label=None)
    notes = forms.CharField(
        max_length=10_000, required=False, label="Note", widget=forms.Textarea, help_text="What was said, what is next"
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].queryset = LeadStatus.objects.of("channel").order_by("position")
        self.fields["status"].label_from_instance = lambda status: in_words(status.name)


class ProfileForm(forms.ModelForm):
    phone = forms.CharField(max_length=20, validators=[rules.ten_digits], help_text="10 digits")
    city = forms.CharField(max_length=100, validators=[rules.city])

    class Meta:
        model = CPProfile
        fields = ["full_name", "company_name", "phone", "city"]


class NotesForm(forms.Form):
    notes = forms.CharField(max_length=10_000, required=False, widget=forms.Textarea)


class AdsRequestForm(UserForm, NotesForm):
    project = forms.ModelChoiceField(queryset=Project.objects.none(), empty_label="Choose a project")
    objective = forms.ChoiceField(choices=choices(AdsRequest.Objective.values))
    budget_inr = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=rules.LEAST_BUDGET,
        label="Budget in rupees",
        help_text="For the whole run, not for a day.",
    )
    duration_days = forms.IntegerField(
        min_value=1, max_value=rules.LONGEST_DAYS, label="Duration in days", help_text=f"1 to {rules.LONGEST_DAYS}."
    )
    field_order = ["project", "objective", "budget_inr", "duration_days", "notes"]


class MarketingRequestForm(UserForm, NotesForm):
    """`type` is the button that was pressed."""

    type = forms.ChoiceField(choices=MarketingRequest.Type.choices, widget=forms.HiddenInput)
    project = ProjectField(empty_label="No project in particular")
