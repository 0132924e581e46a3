import factory
from factory.django import DjangoModelFactory

from betterside.accounts.tests.factories import EntityFactory

from ..models import Campaign, CampaignDay, CaptureRoute


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    entity = factory.SubFactory(EntityFactory)
    name = factory.Sequence(lambda n: f"Campaign {n}")
    meta_id = factory.Sequence(lambda n: str(120_000 + n))


class CampaignDayFactory(DjangoModelFactory):
    class Meta:
        model = CampaignDay

    campaign = factory.SubFactory(CampaignFactory)
    entity = factory.SelfAttribute("campaign.entity")
    currency = factory.SelfAttribute("campaign.currency")


class CaptureRouteFactory(DjangoModelFactory):
    """Page `PAGE` into the sales pipeline of the shared entity, owner by hand."""

    class Meta:
        model = CaptureRoute

    page_id = "PAGE"
    entity = factory.SubFactory(EntityFactory)
    pipeline_id = "sales"
    strategy = "manual"
