"""Demo capture routes (DESIGN section 9). The first project comes in from the caller: marketing knows no projects."""

from betterside.accounts.models import Entity, User

from .models import CaptureRoute


def routes(*, first_project) -> None:
    entities = {entity.slug: entity for entity in Entity.objects.all()}
    wanted = {
        "PAGE_ID": {"entity": entities["fxcareers"], "pipeline_id": "sales", "strategy": "round_robin"},
        "BETTERSIDE_PAGE": {
            "entity": entities["betterside"],
            "pipeline_id": "channel",
            "owner": User.objects.get(username="cp1"),
            "project": first_project,
        },
        "GROWTH_PAGE": {"entity": entities["sociovia"], "pipeline_id": "growth"},
    }
    for page_id, fields in wanted.items():
        CaptureRoute.objects.get_or_create(page_id=page_id, form_id="", campaign_id="", defaults=fields)
