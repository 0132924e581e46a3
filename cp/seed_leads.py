"""A large realistic data set: `manage.py seed --leads N` (DESIGN section 9)."""

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import Entity
from betterside.errors import NotFound
from crm.models import Lead
from crm.services import bulk_seed
from marketing import seed as marketing_seed
from marketing.models import Campaign

from .models import Project

CAMPAIGNS = ["Spring offers", "Summer offers", "Festival offers", "Referral drive", "Webinar", "Search ads"]


def entity_named(slug: str) -> Entity:
    """The entity to fill; the large demo's is made with its accounts. Raises NotFound."""
    if slug == accounts_seed.LARGE:
        return accounts_seed.large()
    found = Entity.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(f"There is no entity {slug}.")
    return found


def present(entity: Entity) -> int:
    return Lead.objects.filter(entity=entity, pipeline=entity.main_pipeline).count()


def team(entity: Entity) -> bulk_seed.Team:
    """Whom and what its leads refer to; campaigns are made when it has none. Raises Invalid."""
    campaigns = Campaign.objects.filter(entity=entity)
    if not campaigns.exists():
        for number, name in enumerate(CAMPAIGNS, start=1):
            marketing_seed.campaign(entity=entity, name=name, meta_id=f"2399{number}", length=60, daily=4000)
    projects = entity.main_pipeline == Entity.MainPipeline.CHANNEL and Project.objects.filter(entity=entity)
    return bulk_seed.team(
        entity,
        campaigns=campaigns.order_by("pk").values_list("pk", "name"),
        projects=projects.order_by("pk").values_list("pk", flat=True) if projects else (),
    )
