"""Choosing who gets a lead: the rules that cover it say among whom, the strategy says who of them (DESIGN section 4).

Whoever deals holds `assignments.lock` of the entity, so that what people hold stands still meanwhile.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from betterside.accounts.models import Entity, User
from betterside.counting import count_of

from ..models import Assignment, DistributionRule, Lead

# Rules go by state and specialty, which only leads of this pipeline have.
RULED = "practice"


@dataclass
class Candidate:
    """Somebody who may be given leads. `turn` grows with every lead they are given; `by_rule` counts, by the rule's
    id, the open leads that they hold by rules with a capacity."""

    user: User
    open_leads: int
    turn: int
    by_rule: dict[int, int] = field(default_factory=dict)

    def __str__(self):
        return self.user.get_full_name()


@dataclass(frozen=True)
class Choice:
    """Who gets the lead and why; or nobody (None), and why not."""

    candidate: Candidate | None
    reason: str
    rule: DistributionRule | None = None


class Dealer:
    """Chooses for one lead after the other among the people of these roles, none of whom gets beyond `cap`."""

    def __init__(self, entity: Entity, *, roles: frozenset, strategy: str, cap: int):
        self.entity, self.strategy, self.cap = entity, strategy, cap
        self.people = available(entity, roles)

    @property
    def has_room(self) -> bool:
        return any(one.open_leads < self.cap for one in self.people)

    def choose(self, lead: Lead) -> Choice:
        """Round robin takes whose turn it is, workload who holds the fewest."""
        covering = [rule for rule in self._rules(lead) if rule.covers(getattr(lead, "practice", None))]
        for rule in covering:
            free = [one for one in self._people_of(rule) if self._is_free(one, rule)]
            if free:
                return self._choice(free, rule)
        if covering:
            return Choice(None, self._why_not(covering))
        free = [one for one in self.people if self._is_free(one)]
        return self._choice(free) if free else Choice(None, self._nobody())

    def give(self, choice: Choice) -> None:
        """Remember it, so that the next choice knows."""
        chosen, rule = choice.candidate, choice.rule
        chosen.open_leads += 1
        chosen.turn = max(one.turn for one in self.people) + 1
        if rule:
            chosen.by_rule[rule.pk] = chosen.by_rule.get(rule.pk, 0) + 1

    @cached_property
    def rules(self) -> list[DistributionRule]:
        """The entity's active rules in their order, read when the first lead that they could cover comes."""
        rules = list(DistributionRule.objects.filter(entity=self.entity).active().prefetch_related("rows_of_agents"))
        self._count_by_rule([rule for rule in rules if rule.capacity])
        return rules

    def _rules(self, lead: Lead) -> list[DistributionRule]:
        return self.rules if lead.pipeline_id == RULED else []

    def _count_by_rule(self, rules: list[DistributionRule]) -> None:
        if not rules:
            return
        held = Assignment.objects.current().filter(rule__in=rules, lead__closed_at=None, lead__deleted_at=None)
        counted = held.order_by().values_list("assigned_user", "rule").annotate(Count("pk"))
        people = {one.user.pk: one for one in self.people}
        for user_id, rule_id, count in counted:
            if user_id in people:
                people[user_id].by_rule[rule_id] = count

    def _people_of(self, rule: DistributionRule) -> list[Candidate]:
        named = {row.user_id for row in rule.rows_of_agents.all()}
        return [one for one in self.people if one.user.pk in named] if named else self.people

    def _is_free(self, one: Candidate, rule: DistributionRule | None = None) -> bool:
        if rule and rule.capacity and one.by_rule.get(rule.pk, 0) >= rule.capacity:
            return False
        return one.open_leads < self.cap

    def _choice(self, free: list[Candidate], rule: DistributionRule | None = None) -> Choice:
        chosen = min(free, key=ORDERS[self.strategy])
        by_workload = self.strategy == Entity.Strategy.WORKLOAD
        law = f"rule '{rule}'" if rule else "workload" if by_workload else "round robin"
        held = f"{chosen.open_leads} of at most {self.cap} open leads"
        if by_workload:
            return Choice(chosen, f"By {law}: {chosen} had the fewest, {held}", rule)
        return Choice(chosen, f"By {law}: it was {chosen}'s turn, with {held}", rule)

    def _why_not(self, covering: list[DistributionRule]) -> str:
        names = ", ".join(f"'{rule}'" for rule in covering)
        law = f"{'Rule' if len(covering) == 1 else 'Rules'} {names}"
        if any(self._people_of(rule) for rule in covering):
            return f"{law}: everybody holds as many leads as allowed already"
        return f"{law}: nobody is available"

    def _nobody(self) -> str:
        if self.people:
            return f"Everybody available holds {self.cap} open leads already"
        return "Nobody is available"


def available(entity: Entity, roles: frozenset) -> list[Candidate]:
    """The people of these roles to whom leads may be given, with what they hold and when it was last their turn."""
    last = Assignment.objects.filter(assigned_user=OuterRef("pk")).order_by("-assigned_at", "-pk").values("pk")[:1]
    people = (
        User.objects.able_to_own_leads()
        .filter(entity=entity, role__in=roles, is_away=False)
        .annotate(held=count_of(Lead.objects.open(), "assigned_user"), last=Coalesce(Subquery(last), 0))
    )
    return [Candidate(user, user.held, user.last) for user in people]


ORDERS: dict[str, Callable] = {
    Entity.Strategy.ROUND_ROBIN: lambda one: (one.turn, one.user.pk),
    Entity.Strategy.WORKLOAD: lambda one: (one.open_leads, one.turn, one.user.pk),
}
