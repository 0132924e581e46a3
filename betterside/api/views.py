"""What every view of every face stands on."""

from functools import cache

from django.db import transaction
from django.http import Http404
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from . import idempotency
from .faces import Face
from .shapes import Shape

SAFE = ("GET", "HEAD", "OPTIONS")


class FaceViewSet(ViewSet):
    """A thin view: permission by `rights` (action → right), input by serializers, one call, the face's shape.

    Every changing request runs in one transaction, so an error that becomes an answer has changed nothing; a view
    whose counters must outlive a refusal says `atomic = False`, one whose answer must not be kept for an
    Idempotency-Key `replays = False`.
    """

    face: Face
    atomic = True
    replays = True
    rights: dict[str, str] = {}

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if request.method not in SAFE and self.atomic:
            name = request.method.lower()
            handler = getattr(self, name, self.http_method_not_allowed)
            setattr(self, name, self._in_transaction(request, handler))

    def _in_transaction(self, request, handler):
        key = request.headers.get("Idempotency-Key") if request.method == "POST" and self.replays else None

        def run(*args, **kwargs):
            with transaction.atomic():
                if key and request.user.is_authenticated:
                    return idempotency.answer_once(request, key, lambda: handler(*args, **kwargs))
                return handler(*args, **kwargs)

        return run

    def body(self, serializer: type[serializers.Serializer], **kwargs) -> dict:
        """The validated body. DRF's ValidationError becomes the face's 400."""
        made = serializer(data=self.request.data, **kwargs)
        made.is_valid(raise_exception=True)
        return dict(made.validated_data)

    def query(self, serializer: type[serializers.Serializer]) -> dict:
        """The validated query parameters; parameters nobody declared are ignored.

        An empty parameter is one that was not sent: `?status=` filters nothing, nor does a blank typed into a search.
        Clients send every filter they have.
        """
        sent = {name: value for name, value in self.request.query_params.items() if value.strip()}
        return dict(_made_once(serializer).run_validation(sent))


@cache
def _made_once(serializer: type[serializers.Serializer]) -> serializers.Serializer:
    """For queries, which need no context: to copy the fields takes longer than to read with them, and reading changes
    nothing in them."""
    return serializer()


def ok(data) -> Response:
    return Response(data)


def created(data) -> Response:
    return Response(data, status=201)


def no_content() -> Response:
    return Response(status=204)


def listing(shape: type[Shape], rows) -> list[dict]:
    return shape.many(rows)


@csrf_exempt  # It changes nothing; else a POST would be told 403.
def unknown_path(request, *args, **kwargs):
    """The end of each API prefix: 404, which the middleware writes in the face's shape."""
    raise Http404
