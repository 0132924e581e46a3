"""Meta's answers as a lead's fields. Nothing a person typed is lost: what does not fit stays in raw_field_data."""

import re
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

from crm.models import Lead

# Meta's standard questions, and the slugs that forms use for the same.
QUESTIONS = {
    "full_name": ("full_name", "name", "your_name"),
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email", "work_email", "email_address", "e-mail"),
    "phone": ("phone_number", "phone", "work_phone_number", "mobile", "mobile_number", "whatsapp_number"),
    "company": ("company_name", "company", "practice_name"),
    "job_title": ("job_title",),
}
FIELD_OF = {question: field for field, questions in QUESTIONS.items() for question in questions}
PLATFORMS = {"fb": "facebook", "facebook": "facebook", "ig": "instagram", "instagram": "instagram"}
TEST_LEAD = "<test lead: dummy data for"


def answers(field_data) -> dict[str, str]:
    """{question in lower case: values joined by ", "} out of [{"name", "values"}]; empty values are left out."""
    found = {}
    for item in field_data if isinstance(field_data, list) else []:
        if not isinstance(item, dict):
            continue
        name, values = str(item.get("name") or "").strip(), item.get("values")
        value = text(values) if isinstance(values, list) else ""
        if name and value:
            found[clean(name).lower()] = value
    return found


def text(value) -> str:
    """One answer; several values are joined by ", ", empty ones left out."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(clean(one) for one in values if one not in (None, ""))


def clean(value) -> str:
    """A text that PostgreSQL stores: no NUL, no lone surrogate."""
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def person(given: dict[str, str]) -> dict:
    """The lead's fields among the answers; values longer than their column are cut, and whole in raw_field_data."""
    fields = {}
    for question, value in given.items():
        field = FIELD_OF.get(re.sub(r"\s+", "_", question))
        if field and field not in fields:
            fields[field] = value[: Lead._meta.get_field(field).max_length]
    return fields


def is_test(given: dict[str, str]) -> bool:
    return any(value.lower().startswith(TEST_LEAD) for value in given.values())


def platform(value) -> str:
    return PLATFORMS.get(str(value or "").lower(), "facebook")


def moment(value) -> datetime | None:
    """Meta's times: seconds, milliseconds (over 1e11) or ISO with +0000; None for what is no time of this product."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = parse_datetime(re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", value))
            found = found and found.replace(tzinfo=found.tzinfo or UTC)
        else:
            number = float(value)
            found = datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return found if found and 2000 < found.year < 2200 else None
