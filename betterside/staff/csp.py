"""The admin's own Content-Security-Policy: its theme evaluates Alpine expressions, which the strict one forbids."""

from django.conf import settings

from betterside.api.middleware import both

PREFIX = "/admin"
POLICY = "; ".join(f"{name} {' '.join(sources)}" for name, sources in settings.ADMIN_CSP_DIRECTIVES.items())


def set_policy(request, response):
    if request.path_info.startswith(PREFIX):
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


middleware = both(lambda request: None, set_policy)
