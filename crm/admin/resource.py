"""Leads as rows of a file. Reading creates each through crm.services; nothing that exists is changed by a file."""

from collections import Counter
from datetime import date, datetime
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.widgets import DecimalWidget, IntegerWidget

from betterside import cells
from betterside.accounts.models import Entity, User
from betterside.errors import DomainError

from ..models import Lead, LeadStatus, Pipeline
from ..services import codes, leads

# Columns that are fields of a lead under the same name.
OWN = [
    "lead_code",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "company",
    "job_title",
    "source",
    "platform",
    "score",
    "value",
    "notes",
]
NAMED = ["entity", "pipeline", "status", "owner", "project", "campaign"]
WHO = ("first_name", "last_name", "full_name", "email", "phone")
# Where a service names a field otherwise than the file does.
COLUMNS = {"assigned_user_id": "owner"}


class Known:
    """Finds what a file names, with one query per name however many rows have it."""

    def __init__(self):
        self.found = {}

    def one(self, column: str, queryset, **conditions):
        """The one row. ValidationError when there is none or several."""
        key = (column, *conditions.values())
        if key not in self.found:
            self.found[key] = list(queryset.filter(**conditions)[:2])
        rows = self.found[key]
        if len(rows) != 1:
            raise ValidationError({column: "This does not exist." if not rows else "There are several of this name."})
        return rows[0]


class OwnColumns(forms.ModelForm):
    """The checks of the model's fields; nothing is ever saved with it."""

    email = forms.EmailField(required=False, max_length=255)
    score = forms.IntegerField(required=False, min_value=0, max_value=100)
    value = forms.DecimalField(required=False, max_digits=14, decimal_places=2)
    lead_code = forms.CharField(required=False, max_length=50)

    class Meta:
        model = Lead
        fields = OWN

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not any(cleaned.get(name) for name in WHO):
            raise ValidationError("A name, an e-mail address or a phone number is needed.")
        return cleaned


def text(value) -> str:
    """A cell as it was typed: Excel stores a phone as a number and a date as a moment."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cells.typed(str(value)).strip()


class LeadResource(Resource):
    """`by` is the acting user of an import."""

    entity = Field("entity__slug")
    pipeline = Field("pipeline_id")
    status = Field("status__name")
    lead_code = Field("lead_code")
    first_name = Field("first_name")
    last_name = Field("last_name")
    full_name = Field("full_name")
    email = Field("email")
    phone = Field("phone")
    company = Field("company")
    job_title = Field("job_title")
    source = Field("source")
    platform = Field("platform")
    score = Field("score", widget=IntegerWidget(coerce_to_string=False))
    value = Field("value", widget=DecimalWidget(coerce_to_string=False))
    owner = Field("assigned_user__email")
    project = Field("project__title")
    campaign = Field("campaign__name")
    notes = Field("notes")
    id = Field("pk", widget=IntegerWidget(coerce_to_string=False))
    created_at = Field("created_at")
    updated_at = Field("updated_at")

    class Meta:
        model = Lead
        import_id_fields = ()
        instance_loader_class = BaseInstanceLoader
        use_transactions = True

    def __init__(self, by=None, **kwargs):
        super().__init__(**kwargs)
        self.by, self.known = by, Known()
        self.codes: dict[str, list[str]] = {}

    @classmethod
    def get_display_name(cls):
        return "Leads"

    # --- Reading ---------------------------------------------------------------------------------

    def import_data(self, dataset, dry_run=False, **kwargs):
        """A file is one transaction, and may be a long one: others must not wait for a code until it ends."""
        slugs = Counter(text(row.get("entity")) for row in dataset.dict if not text(row.get("lead_code")))
        for entity in Entity.objects.filter(slug__in=slugs):
            count = slugs[entity.slug]
            drawn = [f"preview-{uuid4().hex}" for _ in range(count)] if dry_run else codes.reserve(entity, count)
            self.codes[entity.slug] = drawn
        return super().import_data(dataset, dry_run=dry_run, **kwargs)

    def get_import_order(self):
        return (*NAMED, *OWN)

    def get_or_init_instance(self, instance_loader, row):
        return Lead(), True

    def import_instance(self, instance, row, **kwargs):
        row = {column: text(value) for column, value in row.items() if column}
        form = OwnColumns(row)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        given |= self._named(row)
        instance.given = given
        for name, value in given.items():
            setattr(instance, "assigned_user" if name == "owner" else name, value)

    def _named(self, row: dict) -> dict:
        one, named = self.known.one, {column: row.get(column, "") for column in NAMED}
        entity = one("entity", Entity.objects.filter(is_active=True), slug=named["entity"])
        pipeline = one("pipeline", Pipeline.objects.all(), key=named["pipeline"] or entity.main_pipeline)
        found = {"entity": entity, "pipeline": pipeline}
        if named["status"]:
            found["status"] = one(
                "status", LeadStatus.objects.of(pipeline.key), pipeline=pipeline, name=named["status"]
            )
        if named["owner"]:
            colleagues = User.objects.filter(entity=entity)
            found["owner"] = one("owner", colleagues, entity=entity, email__iexact=named["owner"])
        for column, name in {"project": "title", "campaign": "name"}.items():
            if named[column]:
                things = Lead._meta.get_field(column).related_model.objects.all()
                found[column] = one(column, things, entity=entity, **{name: named[column]})
        return found

    def do_instance_save(self, instance, is_create):
        given = instance.given
        try:
            lead = leads.create(
                by=self.by,
                entity=given["entity"],
                pipeline=given["pipeline"].pk,
                fields={name: given[name] for name in leads.FIELDS & given.keys()},
                owner=given.get("owner"),
                status=given.get("status"),
                lead_code=given.get("lead_code") or self._next_code(given["entity"]),
                reason="Imported",
            )
        except DomainError as refusal:
            fields = {COLUMNS.get(name, name): words for name, words in refusal.fields.items()}
            raise ValidationError(fields or refusal.message) from refusal
        instance.pk, instance.status = lead.pk, lead.status

    def _next_code(self, entity) -> str:
        drawn = self.codes.get(entity.slug)
        return drawn.pop(0) if drawn else ""

    # --- Writing ---------------------------------------------------------------------------------

    def export_field(self, field, instance, **kwargs):
        return cells.safe(super().export_field(field, instance, **kwargs))
