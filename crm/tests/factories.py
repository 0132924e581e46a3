"""Leads for tests, made by the services that the product uses, so that their history is complete."""

import itertools

from betterside.accounts.models import Entity, User
from betterside.accounts.tests.factories import EntityFactory

from ..models import Lead, LeadStatus
from ..services import leads

numbers = itertools.count(1)


def status(pipeline: str, name: str) -> LeadStatus:
    return LeadStatus.objects.get(pipeline_id=pipeline, name=name)


def make_lead(
    *, entity: Entity | None = None, owner: User | None = None, pipeline: str = "sales", status_name: str = "", **fields
) -> Lead:
    """A lead by the system's hand; its entity is its owner's unless the test says otherwise."""
    n = next(numbers)
    entity = entity or (owner.entity if owner else EntityFactory())
    fields = {"full_name": f"Lead {n}", "phone": f"98{n:08d}", "email": f"lead{n}@mail.example"} | fields
    return leads.create(
        by=None,
        entity=entity,
        pipeline=pipeline,
        owner=owner,
        fields=fields,
        status=status(pipeline, status_name) if status_name else None,
    )
