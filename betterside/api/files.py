"""Files as answers, made or read while they are sent: whatever their size, memory holds one part."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

PART = 64 * 1024


def download(request: HttpRequest, parts: Iterator[bytes], *, name: str, content_type: str) -> StreamingHttpResponse:
    """An answer that browsers save under the name. Its parts are made after the view's transaction has ended.

    Under ASGI Django would first gather all parts of an iterator that is not asynchronous.
    """
    return StreamingHttpResponse(
        _in_steps(parts) if isinstance(request, ASGIRequest) else parts,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def file_download(request: HttpRequest, path: Path, *, name: str, content_type: str) -> StreamingHttpResponse:
    """A file's bytes; opened here, so that it may be deleted meanwhile. FileNotFoundError when it was before."""
    stream = path.open("rb")
    response = download(request, iter(lambda: stream.read(PART), b""), name=name, content_type=content_type)
    response["Content-Length"] = str(path.stat().st_size)
    response["Cache-Control"] = "private, no-store"
    response._resource_closers.append(stream.close)
    return response


async def _in_steps(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each part is made in the request's thread when the one before has left."""
    while (part := await sync_to_async(next)(parts, None)) is not None:
        yield part
