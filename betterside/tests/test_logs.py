import logging

import pytest

from betterside import logs


def line(message: str, *arguments) -> str:
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, message, arguments, None)
    return logs.formatter(json=True).format(record)


@pytest.mark.parametrize(
    "path",
    [
        "/password/reset/MQ/c8x2-SECRET",
        "/invitation/SECRET",
        "/api/analytics/export/download/SECRET",
        "/api/webhooks/facebook?hub.mode=subscribe&hub.verify_token=SECRET&hub.challenge=1",
        "/x?a=1&access_token=SECRET",
        "/x?reset_code=SECRET&b=2",
    ],
)
def test_links_and_tokens_are_not_logged(path):
    written = line('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)

    assert "SECRET" not in written
    assert "GET" in written


def test_other_paths_stay_readable():
    path = "/api/leads?status=new&page=2"

    assert path in line('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", path, "1.1", 200)
    assert "/password/reset/sent" in line("GET /password/reset/sent")
