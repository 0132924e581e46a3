"""`/api/events`: live updates for browsers (DESIGN section 8, Realtime)."""

from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from rest_framework import serializers

from betterside.api.errors import DATABASE_AWAY, plain_answer
from betterside.api.faces import SALES
from betterside.api.sales import enveloped, success
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet
from betterside.errors import DomainError, Unavailable

from .. import passes, stream

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@csrf_exempt  # It changes nothing; other methods get their 405.
@require_GET
async def events(request):
    """Server-sent events, by session, token, API key or `?ticket=`; `Last-Event-ID` reads on where a stream broke off."""
    try:
        if not isinstance(request, ASGIRequest):
            raise Unavailable("Live updates need an ASGI server, such as uvicorn.")
        parts = await stream.sse_for(request)
    except (DomainError, *DATABASE_AWAY) as error:
        return plain_answer(error, SALES)
    return StreamingHttpResponse(parts, content_type="text/event-stream", headers=HEADERS)


class TicketShape(serializers.Serializer):
    ticket = serializers.CharField(help_text="For the query of GET /api/events, within a minute.")
    expires_in = serializers.IntegerField(help_text="Seconds.")


class TicketViewSet(FaceViewSet):
    face = SALES

    @documented(answer=enveloped("TicketAnswer", TicketShape()), status=201, summary="A ticket for the live updates")
    def create(self, request):
        return success(
            {"ticket": passes.ticket_for(passes.of_signed_in(request)), "expires_in": passes.TICKET_SECONDS}, status=201
        )
