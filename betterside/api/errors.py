"""The one place where something that went wrong becomes an answer, in the shape of the face that was asked."""

import logging

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, JsonResponse
from psycopg_pool import PoolTimeout
from rest_framework import exceptions as drf
from rest_framework.response import Response

from betterside import errors

from .faces import SALES, WHOLE, face_of

log = logging.getLogger(__name__)


class TooLarge(errors.DomainError):
    status, code, message = 413, "PAYLOAD_TOO_LARGE", "The body is too large."


class TooSlow(errors.DomainError):
    status, code, message = 408, "REQUEST_TIMEOUT", "The body did not arrive in time."


class UnsupportedType(errors.DomainError):
    status, code, message = 415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON, with Content-Type: application/json."


class MethodNotAllowed(errors.DomainError):
    status, code, message = 405, "METHOD_NOT_ALLOWED", "This method is not allowed here."


class Unexpected(errors.DomainError):
    status, code, message = 500, "INTERNAL_ERROR", "Internal server error"


DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeout)
# What garbage turns into where no serializer stopped it (trust section 1, point 5).
GARBAGE = (DataError, OverflowError, RecursionError, UnicodeError)
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def exception_handler(exception: Exception, context: dict) -> Response:
    """DRF's hook. Views run inside a transaction of their own, so an answered error has been rolled back."""
    request = context["request"]
    face = getattr(context.get("view"), "face", None) or face_of(request.path_info) or SALES
    error = translate(exception)
    if request.method in ("GET", "HEAD"):
        error.place = "query"
    response = Response(face.error_body(error), status=face.status_of(error), headers=headers_of(error))
    response.exception = True
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def plain_answer(exception: Exception, face) -> JsonResponse:
    """The same, for what never reached a view."""
    error = translate(exception)
    return JsonResponse(face.error_body(error), status=face.status_of(error), headers=headers_of(error))


def headers_of(error: errors.DomainError) -> dict[str, str]:
    retry_after = error.retry_after or (5 if error.status == 503 else None)
    return {"Retry-After": str(retry_after)} if retry_after else {}


def translate(exception: Exception) -> errors.DomainError:
    """Any exception as a domain error; what nobody expected is logged with its trace and the request's id."""
    if isinstance(exception, errors.DomainError):
        return exception
    if isinstance(exception, drf.APIException):
        return _from_drf(exception)
    for kinds, make in KNOWN:
        if isinstance(exception, kinds):
            return make()
    log.error("Unexpected error", exc_info=exception)
    return Unexpected()


KNOWN = [
    (Http404, errors.NotFound),
    (PermissionDenied, errors.NotAllowed),
    (TOO_BIG, TooLarge),
    ((BadRequest, SuspiciousOperation), lambda: errors.DomainError("The request cannot be read.")),
    (GARBAGE, lambda: errors.Invalid("A value cannot be stored as it was sent.")),
    (DATABASE_AWAY, errors.Unavailable),
]


def _from_drf(exception: drf.APIException) -> errors.DomainError:
    if isinstance(exception, drf.ValidationError):
        return errors.Invalid(fields=flatten(exception.detail))
    if isinstance(exception, drf.ParseError):
        return errors.Invalid(str(exception.detail))
    if isinstance(exception, drf.NotAuthenticated | drf.AuthenticationFailed):
        return errors.NotSignedIn(str(exception.detail))
    if isinstance(exception, drf.PermissionDenied):
        return errors.NotAllowed(
            "" if exception.detail == drf.PermissionDenied.default_detail else str(exception.detail)
        )
    kinds = {404: errors.NotFound, 405: MethodNotAllowed, 415: UnsupportedType}
    if exception.status_code in kinds:
        return kinds[exception.status_code]()
    if isinstance(exception, drf.Throttled):
        return errors.TooMany(retry_after=int(exception.wait or 1))
    return Unexpected(str(exception.detail))


def flatten(detail, prefix: str = "") -> dict[str, str]:
    """{"utm.source": "first sentence"} out of DRF's nested lists; errors of no field are under WHOLE."""
    if isinstance(detail, dict):
        found = {}
        for key, value in detail.items():
            found |= flatten(value, f"{prefix}.{key}" if prefix else str(key))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict) for item in detail):
        return flatten({index: item for index, item in enumerate(detail) if item}, prefix)
    first = detail[0] if isinstance(detail, list) and detail else detail
    return {prefix or WHOLE: str(first)}
