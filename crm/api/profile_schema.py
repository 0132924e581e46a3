"""The OpenAPI document of /api/leads: beside what it has of the sales profile, what the growth profile takes and answers."""

from drf_spectacular.generators import SchemaGenerator

from betterside.accounts.models import Entity

from .profiles import HEADER, VIEWSETS, answered_by

CHOICE = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "enum": Entity.Profile.values},
    "description": "By default the entity's.",
}


def both_profiles(result: dict, generator: SchemaGenerator, **kwargs) -> dict:
    """A postprocessing hook of drf-spectacular."""
    for path, operations in _in_profile(Entity.Profile.GROWTH, generator).items():
        for method, operation in operations.items():
            _add(operation, to=result["paths"][path][method])
    result["components"]["schemas"] = generator.registry.build({})["schemas"]
    return result


def _in_profile(profile: str, generator: SchemaGenerator) -> dict:
    """The paths that have profiles, as the viewset of this one answers them. Its schemas go into the same registry."""
    other = SchemaGenerator()
    other.registry = generator.registry
    other.endpoints = [
        (path, regex, method, VIEWSETS[profile].as_view(actions))
        for path, regex, method, view in generator.endpoints
        if getattr(view, "has_profiles", False)
        and method.lower() in (actions := answered_by(VIEWSETS[profile], view.actions))
    ]
    return other.parse(None, public=True)


def _add(operation: dict, *, to: dict) -> None:
    known = {(parameter["in"], parameter["name"]) for parameter in to.get("parameters", [])}
    new = [one for one in operation.get("parameters", []) if (one["in"], one["name"]) not in known]
    to["parameters"] = [*to.get("parameters", []), *new, CHOICE]
    to["tags"] = [*to["tags"], "growth"]
    if "requestBody" in operation:
        _or(to["requestBody"], operation["requestBody"])
    for status, response in operation["responses"].items():
        _or(to["responses"].setdefault(status, response), response)


def _or(one: dict, other: dict) -> None:
    """Any of both schemas, where they differ."""
    if not (one.get("content") and other.get("content")):
        return
    here, there = (found["content"]["application/json"] for found in (one, other))
    if here["schema"] != there["schema"]:
        here["schema"] = {"anyOf": [here["schema"], there["schema"]]}
