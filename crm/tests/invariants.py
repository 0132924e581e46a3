"""What holds for every lead at every moment (trust section 3, the count that each fault ends with)."""

from django.db.models import Count, F, Q

from ..models import Assignment, Lead, StageEntry


def broken() -> list[str]:
    """Sentences about leads whose rows disagree; empty when all is well."""
    leads = Lead.with_deleted.annotate(
        open_stays=Count("stages", filter=Q(stages__exited_at=None), distinct=True),
        owners=Count("assignments", filter=Q(assignments__ended_at=None), distinct=True),
    )
    stays, current = StageEntry.objects.open(), Assignment.objects.current()
    checks = {
        "not exactly one open stay": leads.exclude(open_stays=1),
        "status differs from the open stay": leads.filter(
            pk__in=stays.exclude(status=F("lead__status")).values("lead")
        ),
        "no owner, but a current assignment": leads.filter(assigned_user=None, owners__gt=0),
        "an owner, but not one current assignment": leads.exclude(assigned_user=None).exclude(owners=1),
        "owner differs from the current assignment": leads.filter(
            pk__in=current.exclude(assigned_user=F("lead__assigned_user")).values("lead")
        ),
        "a stay of another entity": leads.filter(
            pk__in=StageEntry.objects.exclude(entity=F("lead__entity")).values("lead")
        ),
        "an assignment of another entity": leads.filter(
            pk__in=Assignment.objects.exclude(entity=F("lead__entity")).values("lead")
        ),
        "status of another pipeline": leads.exclude(status__pipeline=F("pipeline")),
        "closed before it was created": leads.filter(closed_at__lt=F("created_at")),
        "closed without a closing status": leads.filter(
            closed_at__isnull=False, status__is_won=False, status__is_lost=False
        ),
        "open in a closing status": leads.filter(Q(status__is_won=True) | Q(status__is_lost=True), closed_at=None),
    }
    return [f"lead {lead.pk}: {name}" for name, found in checks.items() for lead in found]
