"""Writing the rules by which practice leads are given away. Managers write them, for their own entity."""

from django.db import IntegrityError, transaction

from betterside import clock
from betterside.accounts.models import User
from betterside.accounts.roles import SELLERS
from betterside.errors import AlreadyExists, Invalid, NotFound

from ..models import DistributionRule, DistributionRuleAgent
from . import access

FIELDS = ("name", "states", "specialties", "capacity", "priority", "is_active")


class RuleNotFound(NotFound):
    code = "RULE_NOT_FOUND"
    message = "Distribution rule not found"


class NameTaken(AlreadyExists):
    def __init__(self):
        super().__init__("A rule has this name.", fields={"name": "A rule has this name."})


@transaction.atomic
def create(*, by, fields: dict, agent_ids: list[int]) -> DistributionRule:
    """`fields` are validated values of FIELDS. Raises NotAllowed, Invalid (who is given no leads here), NameTaken."""
    access.require(by, "leads.assign_any")
    rule = DistributionRule(entity=by.entity)
    _save(rule, fields)
    _set_agents(rule, agent_ids)
    return rule


@transaction.atomic
def update(*, pk: int, by, fields: dict, agent_ids: list[int] | None = None) -> DistributionRule:
    """What is not given stays; leads that were given by the rule stay where they are. Raises RuleNotFound and as
    `create`."""
    rule = _locked(pk, by)
    _save(rule, fields)
    if agent_ids is not None:
        _set_agents(rule, agent_ids)
    return rule


@transaction.atomic
def delete(*, pk: int, by) -> None:
    """Assignments that were made by the rule keep its name in their reason. Raises RuleNotFound, NotAllowed."""
    _locked(pk, by).delete()


def _locked(pk: int, by) -> DistributionRule:
    access.require(by, "leads.assign_any")
    rule = DistributionRule.objects.in_entity_of(by).select_for_update().filter(pk=pk).first()
    if rule is None:
        raise RuleNotFound
    return rule


def _save(rule: DistributionRule, fields: dict) -> None:
    for name in FIELDS:
        if name in fields:
            setattr(rule, name, fields[name])
    rule.updated_at = clock.now()
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        if "distributionrule_name_once_per_entity" in str(error):
            raise NameTaken from error
        raise


def _set_agents(rule: DistributionRule, ids: list[int]) -> None:
    people = User.objects.filter(pk__in=ids, entity_id=rule.entity_id, is_approved=True, role__in=SELLERS)
    if people.count() < len(set(ids)):
        raise Invalid(fields={"agent_ids": "Some of these users do not exist, or are given no leads."})
    rule.rows_of_agents.exclude(user__in=ids).delete()
    rows = [DistributionRuleAgent(entity_id=rule.entity_id, rule=rule, user_id=pk) for pk in sorted(set(ids))]
    DistributionRuleAgent.objects.bulk_create(rows, ignore_conflicts=True)
