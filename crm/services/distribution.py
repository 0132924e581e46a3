"""Giving leads to whoever is free: round robin or by workload, never beyond the entity's `max_leads_per_user`.

Sellers get leads, CPs those of the channel; nobody who is inactive, not approved or away does. Round robin is kept by
the assignments themselves: the turn is with whoever's last one is the oldest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from betterside.accounts.models import Entity, User
from betterside.accounts.roles import SELLERS, Role
from betterside.counting import count_of

from ..models import Activity, Assignment, Lead
from . import access, assignments, history

# Leads that one bulk assignment takes at most, so that its transaction stays short.
BULK_LIMIT = 2_000


@dataclass(frozen=True)
class Decision:
    """What automatic assignment did and why; `assignment` is None when nobody got the lead."""

    assignment: Assignment | None
    reason: str


@dataclass
class Candidate:
    """Somebody who may be given leads. `turn` grows with every lead they are given."""

    user: User
    open_leads: int
    turn: int

    def __str__(self):
        return self.user.get_full_name()


@transaction.atomic
def assign_automatically(lead: Lead, *, strategy: str = "") -> Decision:
    """Give an unassigned lead to somebody by the strategy, by default its entity's; the reason is stored with the
    assignment, or on the lead's timeline when nobody is free. Raises LeadNotFound only."""
    lead = access.for_update(lead.pk)
    strategy = strategy or lead.entity.assignment_strategy
    if refusal := _reason_to_leave(lead, strategy):
        return Decision(None, refusal)
    assignments.lock(lead.entity_id)
    cap = lead.entity.max_leads_per_user
    people = available(lead.entity, roles_for(lead.pipeline_id))
    chosen = _next(people, strategy, cap)
    if chosen is None:
        return Decision(None, _say_nobody_is_free(lead, people, cap))
    reason = _decision(chosen, strategy, cap)
    return Decision(assignments.hand_over([(lead, chosen.user)], by=None, reason=reason, notes=[""])[0], reason)


@transaction.atomic
def assign_waiting(*, entity: Entity, by, reason: str = "", max_per_user: int | None = None) -> list[Assignment]:
    """Give the entity's waiting leads, oldest first, to whoever is free; at most BULK_LIMIT at a time.

    `max_per_user` may lower the entity's cap. Managers at work at once wait for each other, and leads that somebody
    else is changing are left for the next time. Raises NotAllowed.
    """
    access.require(by, "leads.assign_any")
    assignments.lock(entity.pk)
    cap = min(max_per_user or entity.max_leads_per_user, entity.max_leads_per_user)
    strategy = entity.assignment_strategy
    if strategy == Entity.Strategy.MANUAL:
        strategy = Entity.Strategy.ROUND_ROBIN
    given = []
    for roles, leads in _waiting_by_roles(entity):
        given += _deal_out(leads, available(entity, roles), strategy, cap, BULK_LIMIT - len(given))
    pairs = [(lead, user) for lead, user, _why in given]
    return assignments.hand_over(pairs, by=by, reason=reason or "Bulk assignment", notes=[why for *_pair, why in given])


def available(entity: Entity, roles: frozenset) -> list[Candidate]:
    """The people of these roles to whom leads may be given, with what they hold and when it was last their turn."""
    last = Assignment.objects.filter(assigned_user=OuterRef("pk")).order_by("-assigned_at", "-pk").values("pk")[:1]
    people = (
        User.objects.able_to_own_leads()
        .filter(entity=entity, role__in=roles, is_away=False)
        .annotate(held=count_of(Lead.objects.open(), "assigned_user"), last=Coalesce(Subquery(last), 0))
    )
    return [Candidate(user, user.held, user.last) for user in people]


def roles_for(pipeline: str) -> frozenset:
    """Who is given leads of the pipeline."""
    return frozenset({Role.CP}) if pipeline == "channel" else SELLERS


def _waiting_by_roles(entity: Entity) -> list[tuple[frozenset, QuerySet]]:
    waiting = Lead.objects.filter(entity=entity).waiting().order_by("created_at", "pk")
    of_channel = Q(pipeline_id="channel")
    return [(SELLERS, waiting.exclude(of_channel)), (roles_for("channel"), waiting.filter(of_channel))]


def _deal_out(leads: QuerySet, people: list[Candidate], strategy: str, cap: int, limit: int) -> list[tuple]:
    """(lead, user, why) for as many of the leads as there is room; the leads are locked."""
    room = sum(max(cap - one.open_leads, 0) for one in people)
    dealt = []
    for lead in leads.select_for_update(skip_locked=True, of=("self",))[: min(room, limit)]:
        chosen = _next(people, strategy, cap)
        dealt.append((lead, chosen.user, _decision(chosen, strategy, cap)))
        chosen.open_leads += 1
        chosen.turn = max(one.turn for one in people) + 1
    return dealt


def _next(people: list[Candidate], strategy: str, cap: int) -> Candidate | None:
    free = [one for one in people if one.open_leads < cap]
    return min(free, key=ORDERS[strategy], default=None)


ORDERS: dict[str, Callable] = {
    Entity.Strategy.ROUND_ROBIN: lambda one: (one.turn, one.user.pk),
    Entity.Strategy.WORKLOAD: lambda one: (one.open_leads, one.turn, one.user.pk),
}


def _decision(chosen: Candidate, strategy: str, cap: int) -> str:
    held = f"{chosen.open_leads} of at most {cap} open leads"
    if strategy == Entity.Strategy.WORKLOAD:
        return f"By workload: {chosen} had the fewest, {held}"
    return f"By round robin: it was {chosen}'s turn, with {held}"


def _reason_to_leave(lead: Lead, strategy: str) -> str:
    if lead.assigned_user_id is not None:
        return "The lead has an owner"
    if not lead.is_open:
        return "The lead is closed"
    if lead.is_test:
        return "A test lead is given to nobody"
    return "" if strategy in ORDERS else "Leads are assigned by hand here"


def _say_nobody_is_free(lead: Lead, people: list[Candidate], cap: int) -> str:
    reason = f"Everybody available holds {cap} open leads already" if people else "Nobody is available"
    history.record(
        lead=lead,
        by=None,
        activity_type=Activity.Type.NOTE,
        title="Not assigned automatically",
        description=f"Not assigned automatically: {reason.lower()}",
    )
    return reason
