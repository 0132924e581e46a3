"""Whether an error is in its face's shape (DESIGN section 1, table of faces)."""

import json
from datetime import datetime

from betterside.api.faces import face_of


def assert_in_shape(answer, path: str) -> dict:
    """The error's body, after holding that it is the face's and says something."""
    face = face_of(path.split("?")[0])
    assert face, f"{path} is no face's"
    assert answer.status_code >= 400, answer.status_code
    assert answer["Content-Type"] == "application/json", answer["Content-Type"]
    assert answer["X-Request-ID"]
    body = json.loads(answer.content)
    CHECKS[face.name](body, answer.status_code)
    return body


def _only(body: dict, required: set, optional: set = frozenset()) -> None:
    assert required <= body.keys() <= required | optional, body


def _channel(body, status):
    _only(body, {"error", "code"}, {"fields"})
    assert _is_sentence(body["error"])
    assert body["code"].isupper()
    if "fields" in body:
        assert body["fields"]
        assert all(_is_sentence(text) for text in body["fields"].values()), body


def _sales(body, status):
    _only(body, {"success", "message"}, {"errors"})
    assert body["success"] is False
    assert _is_sentence(body["message"])
    for error in body.get("errors", []):
        assert error.keys() == {"field", "message"}
        assert _is_sentence(error["message"])


def _practice(body, status):
    _only(body, {"detail"})
    if status != 422:
        assert _is_sentence(body["detail"])
        return
    for error in body["detail"]:
        assert error.keys() == {"loc", "msg", "type"}
        assert _is_sentence(error["msg"])
        assert error["loc"][0] in ("body", "query")


def _marketing(body, status):
    _only(body, {"success", "message", "error_code", "timestamp"}, {"errors"})
    assert body["success"] is False
    assert _is_sentence(body["message"])
    assert body["error_code"].isupper()
    assert datetime.fromisoformat(body["timestamp"])


def _is_sentence(text) -> bool:
    return isinstance(text, str) and bool(text.strip())


CHECKS = {"channel": _channel, "sales": _sales, "growth": _sales, "practice": _practice, "marketing": _marketing}
