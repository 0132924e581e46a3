"""What every request passes: an id, errors in the face's shape, paths without a trailing slash, body limits."""

import logging
import re
import uuid

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from betterside import logs

from . import errors
from .bodies import REFUSED
from .faces import MARKETING, face_of

log = logging.getLogger("betterside.requests")
OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def both(before, after):
    """A middleware for sync and async servers out of what it does before and after a view.

    `before(request)` may return a response, which ends the request there.
    """

    @sync_and_async_middleware
    def factory(get_response):
        def finish(request, response):
            return after(request, response)

        if iscoroutinefunction(get_response):

            async def middleware(request):
                return finish(request, before(request) or await get_response(request))
        else:

            def middleware(request):
                return finish(request, before(request) or get_response(request))

        return middleware

    return factory


def take_request_id(request):
    sent = request.headers.get("X-Request-ID", "")
    request.id = sent if OWN_ID.fullmatch(sent) else uuid.uuid4().hex
    logs.request_id.set(request.id)


def give_request_id(request, response):
    response["X-Request-ID"] = request.id
    return response


request_id = both(take_request_id, give_request_id)


def refuse_bodies(request):
    """What betterside.api.bodies refused, and under WSGI, where nobody else measures, a declared length."""
    face = face_of(request.path_info)
    error = getattr(request, "scope", {}).get(REFUSED)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if error is None and face and length.isdigit() and int(length) > settings.API_MAX_BODY:
        error = errors.TooLarge()
    if error is None:
        return None
    response = errors.plain_answer(error, face) if face else HttpResponse(error.message, "text/plain", error.status)
    if isinstance(error, errors.TooSlow):
        response["Connection"] = "close"
    return response


def html_into_shape(request, response):
    """Whatever Django itself answered with HTML under a face's prefix, said in the face's shape."""
    face = face_of(request.path_info)
    is_html = response.get("Content-Type", "").startswith("text/html")
    if face is None or response.status_code < 400 or not is_html or getattr(response, "is_page", False):
        return response
    kinds = {404: Http404(), 405: errors.MethodNotAllowed(), 413: errors.TooLarge(), 403: errors.errors.NotAllowed()}
    fallback = errors.Unexpected() if response.status_code >= 500 else errors.errors.DomainError()
    return errors.plain_answer(kinds.get(response.status_code, fallback), face)


errors_in_shape = both(refuse_bodies, html_into_shape)


def drop_trailing_slash(request):
    """`/api/leads/` answers as `/api/leads`, without a redirect that would lose a POST (DESIGN section 1)."""
    if face_of(request.path_info) and request.path_info.endswith("/"):
        request.path_info = request.path_info.rstrip("/")
        request.path = request.path.rstrip("/")


plain_paths = both(drop_trailing_slash, lambda request, response: response)


# What marketing.md, "Expected OPTIONS Response Headers" promises, where our other faces allow more.
MARKETING_CORS = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
}


def narrow_cors(request, response):
    if face_of(request.path_info) is MARKETING:
        for name, value in MARKETING_CORS.items():
            if name in response:
                response[name] = value
    return response


marketing_cors = both(lambda request: None, narrow_cors)
