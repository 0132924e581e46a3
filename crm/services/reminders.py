"""Reminding people of follow-ups: when one falls due, and when it is overdue, once each.

What was said stands in the activity's own row, so a run that comes late makes up for all it missed, and whoever sets
the row first is the one who reminds: two workers never remind twice.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from betterside import clock
from betterside.realtime.notifications import Kind, notify

from ..models import Activity
from .notices import PAGES

# So long after its time a follow-up counts as forgotten.
OVERDUE_AFTER = timedelta(hours=1)
BATCH = 200

TITLES = {Kind.FOLLOW_UP_DUE: "A follow-up is due", Kind.FOLLOW_UP_OVERDUE: "A follow-up is overdue"}
MARKS = {
    Kind.FOLLOW_UP_DUE: ["due_reminded_at"],
    # Who hears that it is overdue need not hear any more that it falls due.
    Kind.FOLLOW_UP_OVERDUE: ["due_reminded_at", "overdue_reminded_at"],
}


def remind() -> int:
    """Remind of every follow-up whose time has come; returns how many reminders were claimed."""
    now, claimed = clock.now(), 0
    for kind in (Kind.FOLLOW_UP_OVERDUE, Kind.FOLLOW_UP_DUE):
        while due := list(_to_remind(kind, now)[:BATCH]):
            claimed += sum(_remind(activity, kind, now) for activity in due)
    return claimed


def _to_remind(kind: Kind, now: datetime):
    until = now - OVERDUE_AFTER if kind == Kind.FOLLOW_UP_OVERDUE else now
    waiting = Activity.objects.with_follow_up().filter(next_follow_up_date__lte=until, overdue_reminded_at=None)
    waiting = waiting.filter(_unmarked(kind), lead__deleted_at=None).of_leads()
    return waiting.order_by("next_follow_up_date", "pk").select_related("lead__assigned_user", "lead__entity", "user")


def _unmarked(kind: Kind) -> Q:
    return Q(**{MARKS[kind][-1]: None})


@transaction.atomic
def _remind(activity: Activity, kind: Kind, now: datetime) -> bool:
    """Claim the reminder and say it; False when somebody claimed it, or the follow-up changed, since it was read."""
    same = Activity.objects.with_follow_up().filter(
        _unmarked(kind), pk=activity.pk, next_follow_up_date=activity.next_follow_up_date
    )
    if same.update(**dict.fromkeys(MARKS[kind], now)) != 1:
        return False
    if person := _whom(activity):
        _say(person, activity, kind)
    return True


def _whom(activity: Activity):
    """The lead's owner; of a lead that nobody owns, who planned the follow-up."""
    person = activity.lead.assigned_user or activity.user
    return person if person and person.is_active and person.is_approved else None


def _say(person, activity: Activity, kind: Kind) -> None:
    """The lead's name stays out of the title, which becomes the subject of a mail: a stranger typed it."""
    lead, moment = activity.lead, activity.next_follow_up_date
    local = moment.astimezone(lead.entity.zone)
    notify(
        user=person,
        kind=kind,
        title=TITLES[kind],
        body=f"{lead}: {activity.description}\nPlanned for {local:%d %b %Y, %H:%M} ({lead.entity.timezone})",
        url=PAGES.get(lead.pipeline_id, "").format(lead.pk),
        subject_id=lead.pk,
        key=f"{kind}:{activity.pk}:{moment:%Y-%m-%dT%H:%M:%S.%f}",
        mail=True,
    )
