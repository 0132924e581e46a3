"""Template tags of every HTML page: `{% load ui %}` (registered in settings.TEMPLATES)."""

import functools
import json

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()


@functools.cache
def icon_shapes() -> dict[str, str]:
    return json.loads((settings.BASE_DIR / "static" / "vendor" / "icons.json").read_text())


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> str:
    """A Tabler icon inline. Decorative unless `label` says what it means; an unknown name raises."""
    try:
        shapes = mark_safe(icon_shapes()[name])  # noqa: S308 - vendored, checked by tests/test_vendor.py
    except KeyError:
        raise template.TemplateSyntaxError(f"There is no icon {name!r}; tools/vendor.py lists them.") from None
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>',
        css,
        meaning,
        shapes,
    )


@register.inclusion_tag("panel/inc/field.html")
def field(bound, **attrs) -> dict:
    """Label, control, help and error of a bound form field; `attrs` go to the control (`rows=4`).

    An underscore in an attribute's name stands for a hyphen (`hx_get` is `hx-get`).
    """
    kind = control_kind(bound)
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    css = f"{CONTROL_CLASSES[kind]} {extra.pop('class', '')}".strip()
    control = bound.as_widget(attrs={**extra, "class": f"{css} is-invalid" if bound.errors else css})
    return {"field": bound, "control": control, "kind": kind, "optional": not bound.field.required}


CONTROL_CLASSES = {
    "check": "form-check-input",
    "choices": "form-check-input",
    "select": "form-select",
    "password": "form-control",
    "input": "form-control",
}
KINDS = {
    "checkbox": "check",
    "radioselect": "choices",
    "checkboxselectmultiple": "choices",
    "select": "select",
    "password": "password",
}


def control_kind(bound) -> str:
    return KINDS.get(bound.widget_type, "input")


# Where underscores alone do not make words of a stored name.
WORDS = {"called_no_answer": "Called, no answer", "betterside": "BetterSide", "edm": "EDM"}


@register.filter
def in_words(name: str) -> str:
    """A stored name as a person reads it: `follow_up` is "Follow up"."""
    text = WORDS.get(str(name)) or str(name or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def initials(name: str) -> str:
    """At most two letters for an avatar."""
    words = [word for word in str(name).replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def is_under(path: str, href: str) -> bool:
    """Whether `path` is the page `href` or one below it; everything lies below `/`, so that must be equal."""
    return path == href or (href != "/" and str(path).startswith(f"{href}/"))


@register.inclusion_tag("panel/inc/pagination.html", takes_context=True)
def pagination(context, page, what: str = "entries") -> dict:
    """Links to the pages around `page` (a Django Page); the request's other query parameters are kept."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "pages": pages, "what": what, "request": context["request"]}


@register.inclusion_tag("panel/inc/chart.html")
def chart(chart_id: str, title: str, kind: str, labels: list, series: list) -> dict:
    """A figure that charts.js draws (`line`, `bar` or `doughnut`), with its numbers as a table.

    Each series is `{"label", "values"}` with as many values as there are labels, and may carry `tones`: names of
    statuses whose colours its values take (`tokens.css`).
    """
    data = {"kind": kind, "labels": labels, "series": series}
    rows = list(zip(labels, *(line["values"] for line in series), strict=True))
    names = {"chart_id": chart_id, "data_id": f"{chart_id}-data", "title": title}
    return {**names, "kind": kind, "data": data, "rows": rows, "series": series}
