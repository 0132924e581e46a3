"""Badges: each with its rule in words and as a question to somebody's figures of all time. They are not stored: who no
longer meets a rule, because a lead was deleted or reopened, no longer has the badge."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import PerformanceScore
from .points import QUICK


@dataclass(frozen=True)
class Badge:
    key: str
    name: str
    rule: str
    is_earned: Callable[[PerformanceScore], bool]


BADGES = (
    Badge("first_deal", "First deal", "Close a deal.", lambda score: score.deals_closed >= 1),
    Badge("closer", "Closer", "Close 10 deals.", lambda score: score.deals_closed >= 10),
    Badge(
        "converter",
        "Converter",
        "Close a quarter of the leads you were given, of 8 or more.",
        lambda score: score.leads_given >= 8 and score.deals_closed * 4 >= score.leads_given,
    ),
    Badge(
        "quick_responder",
        "Quick responder",
        f"Respond first within {QUICK.seconds // 60} minutes, 10 times.",
        lambda score: score.quick_responses >= 10,
    ),
    Badge(
        "reliable",
        "Reliable",
        "Complete 10 follow-ups, nine of ten on time.",
        lambda score: (
            score.follow_ups_completed >= 10 and score.follow_ups_on_time * 10 >= score.follow_ups_completed * 9
        ),
    ),
    Badge("finisher", "Finisher", "Complete 50 follow-ups.", lambda score: score.follow_ups_completed >= 50),
)


def earned(score: PerformanceScore) -> list[Badge]:
    """In the table's order; `score` is of all time."""
    return [badge for badge in BADGES if badge.is_earned(score)]


def in_words() -> str:
    """The rules in Markdown, for the API's documentation."""
    return "\n".join(["| badge | rule |", "| --- | --- |", *(f"| `{one.key}` | {one.rule} |" for one in BADGES)])
