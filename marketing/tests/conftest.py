import hashlib
import hmac
import json

import pytest

from marketing.graph import fake

SECRET = "app-secret"


@pytest.fixture
def graph(settings):
    """The stand-in Graph API, with settings that point to it."""
    with fake.running() as state:
        settings.META_GRAPH_URL = state.url
        settings.FB_APP_SECRET = SECRET
        settings.FB_PAGE_ACCESS_TOKEN = "page-token"
        yield state


def signed(body: bytes, secret: str = SECRET) -> dict:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"HTTP_X_HUB_SIGNATURE_256": f"sha256={signature}"}


def delivery(*values: dict) -> bytes:
    changes = [{"field": "leadgen", "value": value} for value in values]
    return json.dumps({"object": "page", "entry": [{"id": "PAGE", "time": 1718033000, "changes": changes}]}).encode()


@pytest.fixture
def deliver(api):
    """POST a signed delivery of these changes."""

    def post(*values, body: bytes | None = None, **headers):
        raw = body if body is not None else delivery(*values)
        return api.post("/api/webhooks/facebook", data=raw, content_type="application/json", **(headers or signed(raw)))

    return post
