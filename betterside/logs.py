"""One line per log record: readable in development, JSON in production, each with its request's id."""

import contextvars

import structlog

request_id = contextvars.ContextVar("request_id", default="")


def add_request_id(_logger, _name, event):
    if request_id.get():
        event["request_id"] = request_id.get()
    return event


def formatter(json: bool):
    """The formatter that settings.LOGGING names; newlines in messages are escaped by both renderers."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_request_id,
            structlog.processors.format_exc_info,
        ],
    )
