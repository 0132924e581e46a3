"""Campaigns as Meta has them: name, objective, whether they run, budget (DESIGN section 7)."""

from decimal import Decimal

from django.db import transaction

from ..models import AdAccount, Campaign
from . import numbers
from .mapping import clean

Status, Period = Campaign.Status, Campaign.BudgetPeriod
STATUSES = {
    "ACTIVE": Status.ACTIVE,
    "IN_PROCESS": Status.ACTIVE,
    "WITH_ISSUES": Status.ACTIVE,
    "PAUSED": Status.PAUSED,
    "CAMPAIGN_PAUSED": Status.PAUSED,
    "ADSET_PAUSED": Status.PAUSED,
    "ARCHIVED": Status.ARCHIVED,
    "DELETED": Status.ARCHIVED,
}
# Meta writes budgets in hundredths of the currency, and in whole units of these.
WHOLE_UNITS = {"CLP", "COP", "CRC", "HUF", "ISK", "IDR", "JPY", "KRW", "PYG", "TWD", "VND"}


@transaction.atomic
def write(account: AdAccount, rows: list[dict]) -> None:
    """All of the account's campaigns, as listed; what Meta lists no more is archived here.

    An archived campaign that nobody here knows stays unknown: accounts carry years of them.
    """
    listed = {clean(row["id"])[:64]: row for row in rows if row.get("id")}
    known = Campaign.objects.filter(entity_id=account.entity_id, meta_id__in=listed)
    known_ids = set(known.values_list("meta_id", flat=True))
    for meta_id, row in listed.items():
        facts = _facts(account, row)
        if meta_id in known_ids or facts.get("status") != Status.ARCHIVED:
            upsert(account, meta_id, facts)
    gone = Campaign.objects.filter(account=account).exclude(meta_id="").exclude(meta_id__in=listed)
    gone.exclude(status=Status.ARCHIVED).update(status=Status.ARCHIVED)


def upsert(account: AdAccount, meta_id: str, facts: dict) -> Campaign:
    """The entity's campaign of that id, made if need be; written only where the facts differ."""
    facts = facts | {"account_id": account.pk}
    campaign, created = Campaign.objects.get_or_create(
        entity_id=account.entity_id, meta_id=meta_id, defaults={"name": meta_id} | facts
    )
    changed = [] if created else [name for name, value in facts.items() if getattr(campaign, name) != value]
    if changed:
        for name in changed:
            setattr(campaign, name, facts[name])
        campaign.save(update_fields=[*changed, "updated_at"])
    return campaign


def _facts(account: AdAccount, row: dict) -> dict:
    """What the row says; a fact that it does not name stays as it is, except the budget, which may be taken away."""
    status = STATUSES.get(str(row.get("effective_status"))) or STATUSES.get(str(row.get("status")))
    said = {
        "name": clean(row.get("name") or "")[:255],
        "objective": clean(row.get("objective") or "")[:100],
        "currency": account.currency,
        "status": status,
    }
    budget, period = _budget(row, account.currency)
    return {name: value for name, value in said.items() if value} | {"budget": budget, "budget_period": period}


def _budget(row: dict, currency: str) -> tuple[Decimal | None, str]:
    """A campaign whose ad sets have the budgets has none."""
    for name, period in (("lifetime_budget", Period.LIFETIME), ("daily_budget", Period.DAILY)):
        if amount := numbers.amount(row.get(name)):
            return (amount if currency in WHOLE_UNITS else amount / 100), period
    return None, ""
