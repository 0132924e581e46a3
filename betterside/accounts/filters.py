"""The user list's filters."""

from .roles import Role


def users(queryset, query: dict):
    """`query`: any of search, role (a name), is_active, is_approved."""
    if query.get("search", "").strip():
        queryset = queryset.matching(query["search"].strip())
    if query.get("role"):
        queryset = queryset.filter(role=Role.named(query["role"]))
    flags = {name: query[name] for name in ("is_active", "is_approved") if name in query}
    return queryset.filter(**flags)
