import asyncio

from django.http import StreamingHttpResponse
from django.urls import include, path


async def endless(request):
    async def ticks():
        while True:
            yield b"tick\n"
            await asyncio.sleep(0.1)

    return StreamingHttpResponse(ticks(), content_type="text/plain")


urlpatterns = [path("endless", endless), path("", include("betterside.urls"))]
