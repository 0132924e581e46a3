import asyncio

from django.db import connection
from django.http import StreamingHttpResponse
from django.urls import include, path

from betterside.api.faces import SALES
from betterside.api.views import FaceViewSet, ok

from .jobs import note


async def endless(request):
    async def ticks():
        while True:
            yield b"tick\n"
            await asyncio.sleep(0.1)

    return StreamingHttpResponse(ticks(), content_type="text/plain")


class SlowViewSet(FaceViewSet):
    """Holds a database connection for `?seconds=`."""

    face = SALES
    authentication_classes = permission_classes = []

    def retrieve(self, request):
        note("asked")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [float(request.query_params["seconds"])])
        return ok("done")


urlpatterns = [
    path("endless", endless),
    path("api/slow", SlowViewSet.as_view({"get": "retrieve"})),
    path("", include("betterside.urls")),
]
