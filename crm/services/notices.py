"""What people are told when somebody else does something to their leads."""

from collections import defaultdict

from betterside.realtime.notifications import Kind, notify
from betterside.ui import in_words

from ..models import Assignment, Lead

# Where the panel shows a lead; the other pipelines' leads have no page.
PAGES = {"channel": "/leads/{}"}


def leads_given(rows: list[Assignment], *, by) -> None:
    """Tell the new owners, each once, unless they took the leads themselves."""
    given = defaultdict(list)
    for row in rows:
        if by is None or row.assigned_user_id != by.pk:
            given[row.assigned_user].append(row.lead)
    for owner, leads in given.items():
        _tell(owner, leads)


def _tell(owner, leads: list[Lead]) -> None:
    """The lead's name stays out of the title, which becomes the subject of a mail: a stranger typed it."""
    first = leads[0]
    one = len(leads) == 1
    page = PAGES.get(first.pipeline_id, "")
    notify(
        user=owner,
        kind=Kind.LEAD_ASSIGNED,
        title="A lead was given to you" if one else f"{len(leads)} leads were given to you",
        body=_about(first) if one else "",
        url=page.format(first.pk) if one else page.removesuffix("/{}"),
        subject_id=first.pk if one else None,
        mail=True,
    )


def enquired_again(lead: Lead, *, about: str) -> None:
    """Tell the owner, if there is one, that the person of an open lead has asked again."""
    if lead.assigned_user:
        notify(
            user=lead.assigned_user,
            kind=Kind.LEAD_ENQUIRED_AGAIN,
            title="One of your leads enquired again",
            body=", ".join(filter(None, [str(lead), about])),
            url=PAGES.get(lead.pipeline_id, "").format(lead.pk),
            subject_id=lead.pk,
            mail=True,
        )


def _about(lead: Lead) -> str:
    return ", ".join(filter(None, [str(lead), f"from {in_words(lead.source)}" if lead.source else ""]))
