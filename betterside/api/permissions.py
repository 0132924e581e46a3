from rest_framework.permissions import BasePermission

from betterside.accounts.models import ApiKey
from betterside.accounts.roles import NEVER_BY_API_KEY
from betterside.errors import NotAllowed


class NotApproved(NotAllowed):
    code = "NOT_APPROVED"
    message = "Your account waits for a manager's approval."


class IsSignedIn(BasePermission):
    """Anybody with an account, also one that waits for approval."""

    def has_permission(self, request, view):
        return bool(request.user and request.user.is_authenticated)


class IsApproved(IsSignedIn):
    """Somebody with a seat, whose role has the right that the view names for the action.

    A view says `right = "leads.read"`, or `rights = {"list": "leads.read", "create": "leads.create"}`; an action
    without a right is open to every seat.
    """

    def has_permission(self, request, view):
        if not super().has_permission(request, view):
            return False
        if not request.user.is_approved:
            raise NotApproved
        right = right_for(view)
        if right in NEVER_BY_API_KEY and isinstance(request.auth, ApiKey):
            raise NotAllowed("API keys may not do this; sign in.")
        return right is None or request.user.may(right)


def right_for(view) -> str | None:
    """None also for a method that the viewset does not answer: whoever has a seat is told 405."""
    if getattr(view, "action_map", None) and view.action is None:
        return None
    return getattr(view, "rights", {}).get(getattr(view, "action", None), getattr(view, "right", None))
