"""One line per log record: readable in development, JSON in production, each with its request's id."""

import contextvars
import re

import structlog

request_id = contextvars.ContextVar("request_id", default="")


def add_request_id(_logger, _name, event):
    if request_id.get():
        event["request_id"] = request_id.get()
    return event


# Paths with a token, and what stands behind a question mark under a name that sounds like one.
IN_PATHS = re.compile(r"(/password/reset/|/invitation/|/download/)(?!sent\b|done\b)[^\s\"?]+")
IN_QUERIES = re.compile(
    r"(?i)([?&;][^=&\s\"]*(?:token|ticket|key|secret|password|code|otp|proof|pass)[^=&\s\"]*=)[^&\s\"]*"
)


def hide_secrets(_logger, _name, event):
    """Whoever reads the log could else use the links in it."""
    for name in ("event", "exception"):
        if isinstance(event.get(name), str):
            event[name] = IN_QUERIES.sub(r"\1…", IN_PATHS.sub(r"\1…", event[name]))
    return event


def formatter(json: bool):
    """The formatter that settings.LOGGING names; newlines in messages are escaped by both renderers."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_secrets, renderer],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_request_id,
            structlog.processors.format_exc_info,
        ],
    )
