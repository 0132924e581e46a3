"""`Idempotency-Key` on creating POSTs: the same key and body gives the first answer again (DESIGN section 1)."""

import hashlib
from datetime import timedelta

import orjson
from django.utils import timezone
from rest_framework.response import Response

from betterside.errors import Conflict, Invalid

from .models import IdempotentRequest
from .renderers import JSONRenderer

KEEP = timedelta(days=1)


def answer_once(request, key: str, handler) -> Response:
    """Run the handler, or replay what it answered to the same key.

    Runs inside the request's transaction: the row and the change are stored together, and a second request with
    the same key waits on the unique index until the first has ended. Conflict when the body differs.
    """
    if len(key) > 255 or not key.isprintable():
        raise Invalid("Idempotency-Key must be at most 255 printable characters.")
    row = _claim(request, key)
    if row.status is not None:
        return Response(orjson.loads(row.body), status=row.status, headers={"Idempotency-Replayed": "true"})
    response = handler()
    row.status, row.body = response.status_code, (JSONRenderer().render(response.data) or b"null").decode()
    row.save(update_fields=["status", "body"])
    return response


def _claim(request, key: str) -> IdempotentRequest:
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request._request.body).hexdigest()
    row = IdempotentRequest(user=request.user, entity_id=request.user.entity_id, key=key, fingerprint=fingerprint)
    IdempotentRequest.objects.bulk_create([row], ignore_conflicts=True)
    row = IdempotentRequest.objects.select_for_update().get(user=request.user, key=key)
    if row.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request.")
    return row


def forget_old() -> int:
    """Delete answers older than a day; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEEP).delete()[0]
