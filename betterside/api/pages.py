"""Error pages. Under an API prefix the same handlers answer in the face's shape."""

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
    face = face_of(request.path_info)
    if face:
        return errors.plain_answer(errors.Unexpected(), face)
    # No context processors: whatever broke may break them too.
    return HttpResponse(render_to_string("500.html"), status=500)


def _answer(request, error, template: str, status: int):
    face = face_of(request.path_info)
    if face:
        return errors.plain_answer(error, face)
    return render(request, template, status=status)
