"""A lead's history as its page tells it: its stays in statuses and its activities in one list."""

from dataclasses import dataclass
from datetime import datetime

from betterside.ui import in_words
from crm.models import Activity, Lead, StageEntry

ICONS = {
    Activity.Type.CALL: "phone-call",
    Activity.Type.EMAIL: "mail",
    Activity.Type.EMAIL_OPENED: "mail",
    Activity.Type.MEETING: "calendar",
    Activity.Type.NOTE: "note",
    Activity.Type.STATUS_CHANGE: "flag",
    Activity.Type.ASSIGNMENT: "user-check",
    Activity.Type.FOLLOW_UP: "calendar-due",
    Activity.Type.PAGE_VISIT: "world",
}


@dataclass(frozen=True)
class Entry:
    at: datetime
    by: object  # User, or None for the system
    icon: str
    text: str
    status: str = ""
    detail: str = ""  # said by the system
    note: str = ""  # said by a person


def of(lead: Lead, limit: int = 50) -> list[Entry]:
    """The newest `limit` entries, newest first. Two queries.

    A move's note is read from its stay, not from the automatic activity of the move, which only repeats it.
    """
    stays = list(lead.stages.select_related("status", "user")[:limit])
    activities = lead.activities.select_related("user")
    activities = activities.exclude(activity_type=Activity.Type.STATUS_CHANGE, is_automatic=True)[:limit]
    entries = [*map(_of_stay, stays), *map(_of_activity, activities)]
    if stays and len(stays) < limit:
        entries[len(stays) - 1] = _of_stay(stays[-1], first=True)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _of_stay(stay: StageEntry, first: bool = False) -> Entry:
    icon, text = ("user-plus", "Added as") if first else ("flag", "Moved to")
    return Entry(at=stay.entered_at, by=stay.user, icon=icon, text=text, status=stay.status.name, note=stay.notes)


def _of_activity(activity: Activity) -> Entry:
    text = activity.title or in_words(activity.activity_type)
    said = "" if activity.description == activity.title else activity.description
    words = {"detail": said} if activity.is_automatic else {"note": said}
    icon = ICONS.get(activity.activity_type, "history")
    return Entry(at=activity.created_at, by=activity.user, icon=icon, text=text, **words)
