"""The five faces: which path speaks which contract, and how each says that something went wrong.

DESIGN section 1, table of faces. A face's success shapes live beside its views; its error shape lives here,
since also an unknown path or a body that never reached a view must be answered in it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from betterside.errors import DomainError


@dataclass(frozen=True)
class Face:
    name: str
    error_body: Callable[[DomainError], dict]
    # The status of input that breaks a rule.
    invalid_status: int = 400

    def status_of(self, error: DomainError) -> int:
        return self.invalid_status if error.status == 400 else error.status


# Under which a rule that is about no single field is found.
WHOLE = "non_field_errors"


def channel_error(error: DomainError) -> dict:
    body = {"error": error.message, "code": error.code}
    return body | ({"fields": error.fields} if error.fields else {})


def sales_error(error: DomainError) -> dict:
    errors = [{"field": field, "message": message} for field, message in error.fields.items()]
    return {"success": False, "message": error.message} | ({"errors": errors} if errors else {})


def practice_error(error: DomainError) -> dict:
    if error.status != 400:
        return {"detail": error.message}
    fields = error.fields or {WHOLE: error.message}
    return {"detail": [_practice_field(field, message, error) for field, message in fields.items()]}


def _practice_field(field: str, message: str, error: DomainError) -> dict:
    """As FastAPI says it: `["query", "limit"]`, `["body", "owner_name"]`, `["body"]` for all of it."""
    path = [] if field == WHOLE else field.split(".")
    return {"loc": [error.place, *path], "msg": message, "type": f"value_error.{error.code.lower()}"}


def marketing_error(error: DomainError) -> dict:
    # marketing.md, "Error Response (400 Bad Request)": the sentences stand beside the fields.
    message = "Validation error" if error.code == "VALIDATION_ERROR" and error.fields else error.message
    body = {"success": False, "message": message, "error_code": error.code}
    body |= {"errors": error.fields} if error.fields else {}
    now = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return body | {"timestamp": now}


CHANNEL = Face("channel", channel_error)
SALES = Face("sales", sales_error)
GROWTH = Face("growth", sales_error)
PRACTICE = Face("practice", practice_error, invalid_status=422)
MARKETING = Face("marketing", marketing_error)
FACES = {face.name: face for face in (CHANNEL, SALES, GROWTH, PRACTICE, MARKETING)}

PREFIXES = [
    (r"/api/cp(/|$)", CHANNEL),
    (r"/api/v1/marketing(/|$)", MARKETING),
    (r"/api/v1(/|$)", PRACTICE),
    (r"/auth(/|$)", PRACTICE),
    (r"/api/(dashboard|contacts|campaigns|tasks|settings)(/|$)", GROWTH),
    (r"/api(/|$)", SALES),
]
COMPILED = [(re.compile(prefix), face) for prefix, face in PREFIXES]


def face_of(path: str) -> Face | None:
    """The face that answers under this path; None for pages. /api/leads is sales here: its profile decides the
    success shape only, since growth's error shape is the same."""
    return next((face for prefix, face in COMPILED if prefix.match(path)), None)
