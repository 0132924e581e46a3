"""Giving leads to whoever is free: by rule, round robin or workload, never beyond the entity's `max_leads_per_user`.

Sellers get leads, CPs those of the channel; nobody who is inactive, not approved or away does. Round robin is kept by
the assignments themselves: the turn is with whoever's last one is the oldest. Who of them gets a lead is `dealing`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from betterside.accounts.models import Entity
from betterside.accounts.roles import SELLERS, Role

from ..models import Activity, Assignment, Lead
from ..models.lead_queryset import LeadQuerySet
from . import access, assignments, history
from .dealing import ORDERS, Choice, Dealer

# Leads that one call gives, and looks at, at most, so that its transaction stays short.
BULK_LIMIT, LOOKED_AT = 2_000, 10_000
# Leads that were left whose reasons are told one by one.
LEFT_SHOWN = 100
BUSY = "Somebody else is changing this lead right now"


@dataclass(frozen=True)
class Decision:
    """What automatic assignment did and why; `assignment` is None when nobody got the lead."""

    assignment: Assignment | None
    reason: str


@dataclass(frozen=True)
class Left:
    lead_id: int
    reason: str


@dataclass(frozen=True)
class Distribution:
    """What was given, each with why in its notes, and the first LEFT_SHOWN of what was left; `left_count` counts all."""

    given: list[Assignment]
    left: list[Left]
    left_count: int


@transaction.atomic
def assign_automatically(lead: Lead, *, strategy: str = "") -> Decision:
    """Give an unassigned lead to somebody by the rules and the strategy, by default its entity's; the reason is stored
    with the assignment, or on the lead's timeline when nobody is free. Raises LeadNotFound only."""
    lead = access.for_update(lead.pk)
    strategy = strategy or lead.entity.assignment_strategy
    if refusal := _reason_to_leave(lead, strategy):
        return Decision(None, refusal)
    assignments.lock(lead.entity_id)
    cap = lead.entity.max_leads_per_user
    dealer = Dealer(lead.entity, roles=roles_for(lead.pipeline_id), strategy=strategy, cap=cap)
    choice = dealer.choose(lead)
    if choice.candidate is None:
        return Decision(None, _say_nobody_is_free(lead, choice.reason))
    pair = (lead, choice.candidate.user)
    given = assignments.hand_over([pair], by=None, reason=choice.reason, notes=[""], rules=[choice.rule])
    return Decision(given[0], choice.reason)


def assign_waiting(*, entity: Entity, by, reason: str = "", max_per_user: int | None = None) -> list[Assignment]:
    """Give the entity's waiting leads of every pipeline; see `distribute`. Raises NotAllowed."""
    return distribute(
        entity=entity, by=by, reason=reason or "Bulk assignment", strategy="", max_per_user=max_per_user
    ).given


@transaction.atomic
def distribute(
    *,
    entity: Entity,
    by,
    leads: LeadQuerySet | None = None,
    strategy: str = "",
    max_per_user: int | None = None,
    reason: str = "",
) -> Distribution:
    """Give the leads (by default all that wait), oldest first, to whoever is free; at most BULK_LIMIT at a time.

    The strategy is by default the entity's, round robin where it assigns by hand; `max_per_user` may lower the entity's
    cap. Managers at work at once wait for each other, and leads that somebody else is changing are left. Raises
    NotAllowed.
    """
    access.require(by, "leads.assign_any")
    assignments.lock(entity.pk)
    cap = min(max_per_user or entity.max_leads_per_user, entity.max_leads_per_user)
    strategy = strategy or entity.assignment_strategy
    if strategy == Entity.Strategy.MANUAL:
        strategy = Entity.Strategy.ROUND_ROBIN
    leads = (Lead.objects.waiting() if leads is None else leads).filter(entity=entity)
    dealt = _deal(entity, leads, strategy, cap)
    return _hand_over(dealt, of=leads.count(), by=by, reason=reason or "Distribution")


def roles_for(pipeline: str) -> frozenset:
    """Who is given leads of the pipeline."""
    return frozenset({Role.CP}) if pipeline == "channel" else SELLERS


@dataclass
class _Dealt:
    """What was chosen, before the leads are locked."""

    choices: dict[int, Choice] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)


def _deal(entity: Entity, leads: LeadQuerySet, strategy: str, cap: int) -> _Dealt:
    """Choose for lead after lead, until nobody has room for more and enough of what is left has been explained."""
    dealt = _Dealt()
    for roles, some in _by_roles(leads):
        dealer = Dealer(entity, roles=roles, strategy=strategy, cap=cap)
        for lead in _oldest_first(some, dealt):
            refusal = _reason_to_leave(lead, strategy)
            choice = Choice(None, refusal) if refusal else dealer.choose(lead)
            if choice.candidate is None:
                dealt.left.append(Left(lead.pk, choice.reason))
            else:
                dealer.give(choice)
                dealt.choices[lead.pk] = choice
            if not dealer.has_room and len(dealt.left) >= LEFT_SHOWN:
                break
    return dealt


def _oldest_first(leads: LeadQuerySet, dealt: _Dealt) -> Iterator[Lead]:
    ordered = leads.select_related("practice").order_by("created_at", "pk")
    for lead in ordered[:LOOKED_AT].iterator(chunk_size=500):
        if len(dealt.choices) >= BULK_LIMIT:
            return
        yield lead


def _hand_over(dealt: _Dealt, *, of: int, by, reason: str) -> Distribution:
    """Lock what was chosen and still waits, and give it; without waiting, as whoever holds the entity's lock must not."""
    waiting = Lead.objects.waiting().filter(pk__in=dealt.choices)
    locked = list(waiting.order_by("created_at", "pk").select_for_update(skip_locked=True, of=("self",)))
    choices = [dealt.choices[lead.pk] for lead in locked]
    given = assignments.hand_over(
        [(lead, choice.candidate.user) for lead, choice in zip(locked, choices, strict=True)],
        by=by,
        reason=reason,
        notes=[choice.reason for choice in choices],
        rules=[choice.rule for choice in choices],
    )
    missed = dealt.choices.keys() - {lead.pk for lead in locked}
    left = [*dealt.left, *(Left(pk, BUSY) for pk in sorted(missed))]
    return Distribution(given, left[:LEFT_SHOWN], of - len(given))


def _by_roles(leads: LeadQuerySet) -> list[tuple[frozenset, LeadQuerySet]]:
    of_channel = Q(pipeline_id="channel")
    return [(SELLERS, leads.exclude(of_channel)), (roles_for("channel"), leads.filter(of_channel))]


def _reason_to_leave(lead: Lead, strategy: str) -> str:
    if lead.assigned_user_id is not None:
        return "The lead has an owner"
    if not lead.is_open:
        return "The lead is closed"
    if lead.is_test:
        return "A test lead is given to nobody"
    return "" if strategy in ORDERS else "Leads are assigned by hand here"


def _say_nobody_is_free(lead: Lead, reason: str) -> str:
    history.record(
        lead=lead,
        by=None,
        activity_type=Activity.Type.NOTE,
        title="Not assigned automatically",
        description=f"Not assigned automatically: {reason[0].lower()}{reason[1:]}",
    )
    return reason
