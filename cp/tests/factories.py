import factory
from factory.django import DjangoModelFactory

from betterside.accounts.tests.factories import UserFactory

from ..models import AdsRequest, MarketingCounter, Project, ProjectAssignment


class ProjectFactory(DjangoModelFactory):
    """A project of its developer's entity."""

    class Meta:
        model = Project

    developer = factory.SubFactory(UserFactory, developer=True)
    entity = factory.SelfAttribute("developer.entity")
    title = factory.Sequence(lambda n: f"Project {n}")
    city = "Pune"


def mapped_project(cp, **fields) -> Project:
    """A project that the CP may sell."""
    project = ProjectFactory(developer__entity=cp.entity, **fields)
    ProjectAssignment.objects.create(entity=cp.entity, cp=cp, project=project)
    return project


class AdsRequestFactory(DjangoModelFactory):
    class Meta:
        model = AdsRequest

    cp = factory.SubFactory(UserFactory, cp=True)
    entity = factory.SelfAttribute("cp.entity")
    project = factory.LazyAttribute(lambda request: mapped_project(request.cp))
    objective = "lead_generation"
    budget_inr = 10_000
    duration_days = 7


class MarketingCounterFactory(DjangoModelFactory):
    class Meta:
        model = MarketingCounter

    cp = factory.SubFactory(UserFactory, cp=True)
    entity = factory.SelfAttribute("cp.entity")
