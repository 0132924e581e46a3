"""Report templates, and what becomes of their schedules (sales.md, "Report Templates")."""

from django.db import transaction

from betterside import clock
from betterside.errors import NotFound

from ..models import ReportTemplate
from . import access, schedules


class TemplateNotFound(NotFound):
    message = "Report template not found"


@transaction.atomic
def create(*, by, name: str, report_type: str, filters: dict) -> ReportTemplate:
    access.require(by, "reports.manage")
    return ReportTemplate.objects.create(
        entity_id=by.entity_id, created_by=by, name=name, report_type=report_type, filters=filters
    )


@transaction.atomic
def update(*, template: ReportTemplate, by, fields: dict) -> ReportTemplate:
    """`fields`: any of name, report_type, filters. Raises NotAllowed, TemplateNotFound."""
    template = _locked(template, by)
    for name, value in fields.items():
        setattr(template, name, value)
    template.updated_at = clock.now()
    template.save(update_fields=[*fields, "updated_at"])
    return template


@transaction.atomic
def delete(*, template: ReportTemplate, by) -> None:
    """With its schedules; what they sent stays in the log."""
    template = _locked(template, by)
    for schedule in template.schedules.living():
        schedules.delete(schedule=schedule, by=by)
    template.deleted_at = clock.now()
    template.save(update_fields=["deleted_at"])


def _locked(template: ReportTemplate, by) -> ReportTemplate:
    access.require(by, "reports.manage")
    found = ReportTemplate.objects.in_entity_of(by).living().select_for_update().filter(pk=template.pk).first()
    if found is None:
        raise TemplateNotFound
    return found
