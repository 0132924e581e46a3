"""What the channel face adds to crm's lead services: the CP owns what they create, in a project mapped to them."""

from betterside.errors import Invalid
from crm.models import Lead
from crm.services import access
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
