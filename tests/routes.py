"""What the URL conf holds, for tests that must leave no route out."""

from dataclasses import dataclass

from django.urls import URLPattern, get_resolver
from django.views.generic.edit import ProcessFormView

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """`name` as reverse() takes it ("" when it has none), `path` as the URL conf writes it, the methods it answers.

    `actions` is a viewset's {"GET": "list"}, empty for other views.
    """

    name: str
    path: str
    methods: tuple[str, ...]
    actions: tuple[tuple[str, str], ...] = ()

    def action(self, method: str) -> str:
        return dict(self.actions).get(method, "")


def all_routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(patterns, prefix: str, namespace: str):
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield _route(pattern, path, namespace)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, path, inner)


def _route(pattern: URLPattern, path: str, namespace: str) -> Route:
    actions = {method.upper(): action for method, action in (getattr(pattern.callback, "actions", None) or {}).items()}
    actions.pop("HEAD", None)
    return Route(
        name=f"{namespace}{pattern.name}" if pattern.name else "",
        path=path,
        methods=tuple(actions) or _methods(pattern.callback),
        actions=tuple(actions.items()),
    )


def _methods(callback) -> tuple[str, ...]:
    """A class's handlers; ("GET",) for a plain function, whose row says more when it takes more."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view is None:
        return ("GET",)
    # Django's form views take a PUT as POST; no browser sends one.
    inherited = {"PUT"} if getattr(view, "put", None) is ProcessFormView.put else set()
    names = [method for method in METHODS if method not in inherited and method.lower() in view.http_method_names]
    return tuple(method for method in names if hasattr(view, method.lower()))
