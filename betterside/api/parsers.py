import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.parsers import FormParser as DRFFormParser

from .errors import TooLarge

MAX_DEPTH = 32


class JSONParser(BaseParser):
    """Strict JSON: an object or a list, no NUL character, no lone surrogate, at most 32 levels deep.

    PostgreSQL stores neither NUL nor surrogates, and deeper nesting breaks Python's own JSON (trust section 1, 5).
    """

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(settings.API_MAX_BODY + 1)
        if len(body) > settings.API_MAX_BODY:
            raise TooLarge
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError("The body is not valid JSON.") from error
        refuse_unstorable(data)
        return data


def refuse_unstorable(data) -> None:
    todo = [(data, 0)]
    while todo:
        value, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise ParseError("The body is nested too deeply.")
        if isinstance(value, str) and "\x00" in value:
            raise ParseError("The body has a NUL character.")
        if isinstance(value, dict):
            todo += [(item, depth + 1) for pair in value.items() for item in pair]
        elif isinstance(value, list):
            todo += [(item, depth + 1) for item in value]


class FormParser(DRFFormParser):
    """Form bodies, where a contract allows them (practice.md: /auth/login)."""

    def parse(self, stream, media_type=None, parser_context=None):
        data = super().parse(stream, media_type, parser_context)
        refuse_unstorable(data.dict())
        return data
