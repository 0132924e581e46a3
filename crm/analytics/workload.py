"""Who holds how many leads (sales.md, "Get Workload Statistics")."""

from collections import Counter

from django.db.models import Q

from betterside.accounts.models import User
from betterside.accounts.roles import SELLERS, Role

from . import tallies
from .numbers import mean
from .statuses import all_statuses


def statistics(by) -> dict:
    """Of the entity of who asks. `workload_distribution` are users, whoever has most open leads first, with
    `assigned_leads`, `active_leads` and `closed_leads`."""
    held, active, waiting = _counts(by)
    users = _people(by.entity, held)
    for user in users:
        user.assigned_leads, user.active_leads = held[user.pk], active[user.pk]
        user.closed_leads = user.assigned_leads - user.active_leads
    return {
        "unassigned_leads": waiting,
        "workload_distribution": sorted(users, key=lambda user: (-user.active_leads, user.pk)),
        "total_users": len(users),
        "average_leads_per_user": mean(sum(user.assigned_leads for user in users), len(users)),
    }


def _counts(by) -> tuple[Counter, Counter, int]:
    """Leads by owner, open ones by owner, open ones of nobody."""
    statuses, held, active = all_statuses(), Counter(), Counter()
    for row in tallies.of_leads(by, {}, "assigned_user_id", "status_id"):
        held[row["assigned_user_id"]] += row["leads"]
        active[row["assigned_user_id"]] += 0 if statuses[row["status_id"]].is_closed else row["leads"]
    return held, active, active[None]


def _people(entity, held: Counter) -> list[User]:
    """Everybody who is given leads, and whoever else holds some."""
    seated = Q(role__in=SELLERS | {Role.CP}, is_active=True, is_approved=True)
    return list(User.objects.filter(seated | Q(pk__in=[pk for pk in held if pk]), entity=entity))
