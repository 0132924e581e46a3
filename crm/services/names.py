"""A lead's three names: some contracts know one, some two; all are kept filled."""


def complete(fields: dict, lead=None) -> dict:
    """The fields with first, last and full name derived from whichever are there.

    A full name splits at its first space; without one it is first and last name together, where `lead`, if there
    is one already, knows the half that is not given.
    """
    if fields.get("full_name"):
        if not ("first_name" in fields or "last_name" in fields):
            first, _space, last = fields["full_name"].strip().partition(" ")
            fields = fields | {"first_name": first[:100], "last_name": last.strip()[:100]}
        return fields
    if "first_name" in fields or "last_name" in fields:
        halves = [fields.get(name, getattr(lead, name, "")) for name in ("first_name", "last_name")]
        return fields | {"full_name": " ".join(filter(None, halves))}
    return fields
