"""A headless Chromium before the live server (`open_page`).

    pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

    def test_…(open_page):
        page = open_page(user)
        page.goto("/leads")

Whatever the browser's console complains of, and every request that failed or was answered with 400 or more, fails the
test at its end. Without Chromium or playwright the tests are skipped, and say so.
"""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from django.conf import settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = """
    --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync
""".split()  # noqa: SIM905 - one flag to a word reads better than a list


# pytest's own server cannot stream; `address` names one that can (betterside.realtime.tests.listening.serving).
SILENT_STREAM = {"content_type": "text/event-stream", "body": "retry: 3600000\n\n"}


@pytest.fixture(scope="module")
def chromium():
    """Closed with its module: playwright's event loop in this thread would stop tests of async code."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make setup")
    if not CHROMIUM:
        pytest.skip("no browser test without Chromium: install chromium, or put it on the PATH")
    # Playwright keeps an event loop in this thread, where Django would refuse the test's own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium, live_server, client):
    """`open_page(user, width=…, theme=…)`; at the end any complaint of the browser fails the test.

    A test that provokes an answer of 400 or more, or breaks a request off, says `page.expects_failures = True`.
    """
    contexts, complaints = [], []

    def from_here(route):
        return route.fetch(url=live_server.url + urlsplit(route.request.url).path)

    def opened(user=None, *, width=1440, theme="light", script=True, address=""):
        context = chromium.new_context(
            base_url=address or live_server.url,
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            java_script_enabled=script,
        )
        contexts.append(context)
        if user:
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address or live_server.url}]
            )
        if address:  # that one has no static files
            context.route("**/static/**", lambda route: route.fulfill(response=from_here(route)))
        else:
            context.route("**/api/events", lambda route: route.fulfill(**SILENT_STREAM))
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.expects_failures = False
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.extend(complaint(page, message)))
        page.on("requestfailed", lambda request: complaints.extend(failure(page, request)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def complaint(page, message) -> list[str]:
    """What the console said, unless it only repeats a failure that the test provoked."""
    wanted = page.expects_failures and ("Failed to load resource" in message.text or "htmx" in message.location["url"])
    return [message.text] if message.type in ("error", "warning") and not wanted else []


def failure(page, request) -> list[str]:
    """A request without an answer, unless the test provoked it or a page that was left broke it off."""
    is_left = request.failure == "net::ERR_ABORTED"
    return [] if page.expects_failures or is_left else [f"{request.method} {request.url}: {request.failure}"]
