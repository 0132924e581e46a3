"""Figures by person. Rows are grouped by the id alone: grouping by names as well makes the database sort all it reads."""

from betterside.accounts.models import User


def with_names(rows: list[dict]) -> list[tuple[dict, dict]]:
    """Rows that carry a `user_id`, each with the keys that name the person."""
    people = User.objects.only("first_name", "last_name", "email").in_bulk([row["user_id"] for row in rows])
    return [(_named(people[row["user_id"]]), row) for row in rows]


def _named(user: User) -> dict:
    return {
        "user_id": user.pk,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
    }
