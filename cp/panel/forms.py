"""The panel's forms: the same rules as the channel face (cp.rules)."""

from django import forms
from django.db.models import Q

from betterside.realtime.notifications import Kind
from betterside.ui import in_words
from crm.models import Activity, Lead, LeadStatus

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


class LeadEditForm(LeadForm):
    """What a lead has already may stay, also where a CP could not enter it: a captured phone, source or project."""

    notes = forms.CharField(max_length=10_000, required=False, widget=forms.Textarea)

    def __init__(self, *args, lead: Lead, **kwargs):
        kept = {"name": lead.full_name, "project": lead.project_id}
        kept |= {name: getattr(lead, name) for name in ("phone", "email", "source", "notes")}
        super().__init__(*args, initial=kept, **kwargs)
        self.fields["phone"].validators = [lambda value: value == lead.phone or rules.ten_digits(value)]
        if lead.source not in rules.SOURCES:
            self.fields["source"].choices = [(lead.source, in_words(lead.source) or "–"), *choices(rules.SOURCES)]
            self.fields["source"].required = bool(lead.source)
        own = self.fields["project"].queryset.values("pk")
        self.fields["project"].queryset = Project.objects.filter(Q(pk__in=own) | Q(pk=lead.project_id))

    def lead_fields(self) -> dict:
        return super().lead_fields() | {"notes": self.cleaned_data["notes"]}


class StatusField(forms.ModelChoiceField):
    def __init__(self, **kwargs):
        super().__init__(queryset=LeadStatus.objects.none(), to_field_name="name", empty_label=None, **kwargs)

    def label_from_instance(self, status) -> str:
        return in_words(status.name)


class MoveForm(forms.Form):
    """A status of the channel's pipeline."""

    status = StatusField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].queryset = LeadStatus.objects.of("channel").order_by("position")


class StatusForm(MoveForm):
    notes = forms.CharField(
        max_length=10_000, required=False, label="Note", widget=forms.Textarea, help_text="What was said, what is next"
    )


class IdsField(forms.Field):
    widget = forms.MultipleHiddenInput

    def to_python(self, value) -> list[int]:
        if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in value or []):
            raise forms.ValidationError("Not a lead.")
        return [int(text) for text in value or []]


class BulkForm(MoveForm):
    lead = IdsField(error_messages={"required": "Choose at least one lead."})


class ActivityForm(forms.Form):
    kind = forms.ChoiceField(
        choices=[
            (Activity.Type.NOTE.value, "Note"),
            (Activity.Type.CALL.value, "Call"),
            (Activity.Type.MEETING.value, "Site visit"),
        ]
    )
    description = forms.CharField(max_length=10_000, label="What happened", widget=forms.Textarea)


class FollowUpForm(forms.Form):
    next_follow_up_date = forms.DateTimeField(
        label="When", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    about = forms.CharField(max_length=500, required=False)


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


class ChoicesForm(forms.Form):
    """Which kinds of notifications come by mail too: one box per kind."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for kind in Kind:
            self.fields[kind.value] = forms.BooleanField(required=False, label=kind.label[:1].upper() + kind.label[1:])
