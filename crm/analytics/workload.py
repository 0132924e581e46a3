"""Who holds how many leads (sales.md, "Get Workload Statistics")."""

from django.db.models import Q

from betterside.accounts.models import User
from betterside.accounts.roles import SELLERS, Role
from betterside.counting import count_of

from ..models import Lead
from .numbers import mean


def people(entity) -> list[User]:
    """Everybody who is given leads, and whoever else holds some, with `assigned_leads` and `active_leads`."""
    seated = Q(role__in=SELLERS | {Role.CP}, is_active=True, is_approved=True)
    return list(
        User.objects.filter(entity=entity)
        .annotate(
            assigned_leads=count_of(Lead.objects.all(), "assigned_user"),
            active_leads=count_of(Lead.objects.open(), "assigned_user"),
        )
        .filter(seated | Q(assigned_leads__gt=0))
        .order_by("-active_leads", "pk")
    )


def statistics(entity) -> dict:
    """`users` are those of `people`, each with `closed_leads` besides."""
    users = people(entity)
    for user in users:
        user.closed_leads = user.assigned_leads - user.active_leads
    return {
        "unassigned_leads": Lead.objects.filter(entity=entity).waiting().count(),
        "workload_distribution": users,
        "total_users": len(users),
        "average_leads_per_user": mean(sum(user.assigned_leads for user in users), len(users)),
    }
