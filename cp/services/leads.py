"""What the channel face adds to crm's lead services: the CP owns what they create, in a project mapped to them."""

from django.db import transaction

from betterside.errors import Invalid, NotAllowed
from crm.models import Lead, LeadNotFound, LeadStatus
from crm.services import access, stages
from crm.services import leads as crm_leads

from ..models import Project

PIPELINE = "channel"


def project_for(user, project_id: int | None) -> Project | None:
    """The project, if the user may sell it; someone else's, an unmapped and a missing one are the same Invalid."""
    if project_id is None:
        return None
    project = Project.objects.visible_to(user).filter(pk=project_id).first()
    if project is None:
        raise Invalid(fields={"project_id": "This project does not exist or is not mapped to you."})
    return project


def create(*, by, fields: dict, project_id: int | None = None) -> Lead:
    access.require(by, "channel.own")
    project = project_for(by, project_id)
    return crm_leads.create(by=by, entity=by.entity, pipeline=PIPELINE, fields=fields | {"project": project}, owner=by)


def update(*, lead: Lead, by, fields: dict, project_id: int | None = None, set_project: bool = False, **kwargs) -> Lead:
    if set_project and project_id != lead.project_id:
        fields = fields | {"project": project_for(by, project_id)}
    return crm_leads.update(lead=lead, by=by, fields=fields, **kwargs)


@transaction.atomic
def move_all(*, ids: list[int], to: LeadStatus, by) -> int:
    """Move many leads, all or none; those in the status already stay. Returns how many moved.

    Raises LeadNotFound, NotAllowed, Invalid (no ids).
    """
    if not ids:
        raise Invalid(fields={"lead": "Choose at least one lead."})
    found = list(Lead.objects.in_pipeline(PIPELINE).in_entity_of(by).filter(pk__in=ids).order_by("pk"))
    if len(found) < len(set(ids)):
        raise LeadNotFound
    if not all(lead.is_editable_by(by) for lead in found):
        raise NotAllowed("One of these leads belongs to somebody else.")
    moved = [lead for lead in found if lead.status_id != to.pk]
    for lead in moved:
        stages.move(lead=lead, to=to, by=by)
    return len(moved)
