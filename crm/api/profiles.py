"""Two contracts meet at /api/leads (DESIGN section 1): the entity's profile decides which answers, the header
`X-API-Profile` overrides it for one request.

A profile's viewset is entered in VIEWSETS.
"""

from collections.abc import Callable

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.settings import api_settings

from betterside.accounts.models import Entity
from betterside.api import errors
from betterside.api.faces import SALES
from betterside.errors import DomainError, Invalid

from .growth.leads import LeadViewSet as GrowthLeadViewSet
from .sales.leads import LeadViewSet

DEFAULT = Entity.Profile.SALES
VIEWSETS = {Entity.Profile.SALES: LeadViewSet, Entity.Profile.GROWTH: GrowthLeadViewSet}
HEADER = "X-API-Profile"


class SignedInAlready(BaseAuthentication):
    """Who knocked was asked at the door: the view does not read the login row a second time."""

    def authenticate(self, request):
        return request._request.signed_in


def by_profile(actions: dict[str, str]) -> Callable:
    """A view for `path()` that hands the request to the viewset of its profile; `actions` are method → action, and a
    method whose action a viewset lacks is not allowed in its profile."""
    known = {profile: _view(viewset, actions) for profile, viewset in VIEWSETS.items()}
    stranger = LeadViewSet.as_view(actions)

    def view(request, *args, **kwargs):
        try:
            request.signed_in = _sign_in(request)
            profile = _profile(request) if request.signed_in else DEFAULT
        except Invalid as error:
            return errors.plain_answer(error, SALES)
        return (known[profile] if request.signed_in else stranger)(request, *args, **kwargs)

    # What Django's middleware, the OpenAPI document and the access matrix look for.
    view.csrf_exempt = True
    view.cls, view.actions, view.initkwargs = stranger.cls, stranger.actions, stranger.initkwargs
    view.has_profiles = True
    return view


def _view(viewset: type, actions: dict[str, str]) -> Callable:
    return viewset.as_view(answered_by(viewset, actions), authentication_classes=[SignedInAlready])


def answered_by(viewset: type, actions: dict[str, str]) -> dict[str, str]:
    return {method: action for method, action in actions.items() if hasattr(viewset, action)}


def _sign_in(request) -> tuple | None:
    """(user, login), or None for a stranger, whom the view refuses in its own way."""
    asked = Request(
        request, authenticators=[authenticate() for authenticate in api_settings.DEFAULT_AUTHENTICATION_CLASSES]
    )
    try:
        return (asked.user, asked.auth) if asked.user.is_authenticated else None
    except (DomainError, APIException):
        return None


def _profile(request) -> str:
    asked = request.headers.get(HEADER)
    if asked is None:
        return request.user.entity.api_profile
    if asked not in Entity.Profile.values:
        raise Invalid(f"{HEADER} must be one of: {', '.join(Entity.Profile.values)}.")
    return asked
