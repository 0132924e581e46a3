"""Error pages. Under an API prefix the same handlers answer in the face's shape."""

import sys

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from betterside import errors as domain

from . import errors
from .faces import face_of


def not_found(request, exception=None):
    return _answer(request, domain.NotFound(), "404.html", 404)


def forbidden(request, exception=None):
    return _answer(request, domain.NotAllowed(), "403.html", 403)


def server_error(request):
    """Django calls this while the exception is being handled: a database that is away is 503, all else 500."""
    error = domain.Unavailable() if isinstance(sys.exception(), errors.DATABASE_AWAY) else errors.Unexpected()
    face = face_of(request.path_info)
    if face:
        return errors.plain_answer(error, face)
    # No context processors: whatever broke may break them too.
    body = render_to_string(f"{error.status}.html")
    return HttpResponse(body, status=error.status, headers=errors.headers_of(error))


def _answer(request, error, template: str, status: int):
    face = face_of(request.path_info)
    if face:
        return errors.plain_answer(error, face)
    return render(request, template, status=status)
