import orjson
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_NON_STR_KEYS


class JSONRenderer(BaseRenderer):
    """JSON by orjson: times in UTC as 2024-06-10T10:00:00Z, decimals as numbers, lazy texts as texts."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        return orjson.dumps(data, default=in_json, option=OPTIONS)


def in_json(value):
    """What orjson does not know by itself."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


class PreferredNotRequired(DefaultContentNegotiation):
    """What a client would rather have is no reason to refuse it: it gets what there is (RFC 9110, 12.5.1)."""

    def select_renderer(self, request, renderers, format_suffix=None):
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type
