"""When somebody was last here, known to five minutes, so that reading does not mean writing."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ..models import User

PRECISION = timedelta(minutes=5)


def note(user: User) -> None:
    """Call it for whoever was recognised; of many requests at once one writes."""
    now = timezone.now()
    if user.last_activity and user.last_activity > now - PRECISION:
        return
    stale = Q(last_activity=None) | Q(last_activity__lte=now - PRECISION)
    User.objects.filter(stale, pk=user.pk).update(last_activity=now)
    user.last_activity = now


def note_login(sender, user: User, **kwargs) -> None:
    """For the signal of a session's login."""
    note(user)
