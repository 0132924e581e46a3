"""Spend and results of campaigns, read from Meta (DESIGN section 7). Days are upserted, so a restated one is corrected."""

import logging
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from betterside import days

from .. import signals
from ..graph import errors
from ..graph.client import GraphClient
from ..models import AdAccount, Campaign, CampaignDay
from . import campaigns
from .mapping import clean
from .numbers import amount, first_action

log = logging.getLogger(__name__)

# The first of these that is there counts; they overlap, so their sum would count a lead twice.
LEAD_ACTIONS = (
    "lead",
    "onsite_conversion.lead_grouped",
    "leadgen_grouped",
    "leadgen.other",
    "offsite_conversion.fb_pixel_lead",
)
REVENUE_ACTIONS = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
RESTATED_DAYS = 3
FULL_DAYS = 28


def due_accounts():
    """Accounts that may be asked now."""
    free = Q(paused_until=None) | Q(paused_until__lte=timezone.now())
    return AdAccount.objects.filter(free, is_active=True, needs_reconnect=False, entity__is_active=True)


def sync(account: AdAccount, *, back: int = RESTATED_DAYS) -> int:
    """Read the campaigns, the last `back` days, and whatever passed since the last success; returns the days written.

    A refusal is kept on the account, where staff see it, and stops this account only.
    """
    try:
        listed, rows = _read(account, back)
    except errors.GraphError as error:
        _trouble(account, error)
        return 0
    campaigns.write(account, listed)
    written = sum(_write(account, row) for row in rows)
    account.synced_at, account.trouble, account.paused_until = timezone.now(), "", None
    account.save(update_fields=["synced_at", "trouble", "paused_until", "currency", "timezone_name", "name"])
    return written


def _read(account: AdAccount, back: int) -> tuple[list[dict], list[dict]]:
    """(campaigns, days), as Meta writes them. Raises errors.GraphError."""
    client = GraphClient(account.access_token or settings.FB_PAGE_ACCESS_TOKEN)
    if not account.timezone_name:
        known = client.account(account.account_id)
        account.currency = str(known.get("currency") or "")[:3]
        account.timezone_name = str(known.get("timezone_name") or "UTC")[:60]
        account.name = account.name or str(known.get("name") or "")[:150]
    listed = list(client.campaigns(account.account_id))
    today = days.today(_zone(account))
    missed = (timezone.now() - account.synced_at).days + 1 if account.synced_at else FULL_DAYS
    since = today - timedelta(days=max(back, min(missed, FULL_DAYS)))
    return listed, list(client.insights(account.account_id, since.isoformat(), today.isoformat()))


def _zone(account: AdAccount) -> ZoneInfo:
    try:
        return ZoneInfo(account.timezone_name)
    except (ZoneInfoNotFoundError, ValueError):
        return account.entity.zone


def _trouble(account: AdAccount, error: errors.GraphError) -> None:
    account.trouble = error.reason
    account.needs_reconnect = isinstance(error, errors.TokenDead)
    if isinstance(error, errors.Throttled):
        account.paused_until = timezone.now() + timedelta(seconds=error.wait)
    account.save(update_fields=["trouble", "needs_reconnect", "paused_until"])


@transaction.atomic
def _write(account: AdAccount, row: dict) -> int:
    """1 when the row was a campaign's day, 0 when it was something else."""
    try:
        day = date.fromisoformat(str(row.get("date_start")))
    except ValueError:
        day = None
    if day is None or not row.get("campaign_id"):
        log.warning("Ad account %s: a row without campaign or day was passed over", account.pk)
        return 0
    campaign = _campaign(account, row)
    CampaignDay.objects.update_or_create(
        campaign=campaign,
        date=day,
        defaults={"entity_id": account.entity_id, "currency": campaign.currency, **figures(row)},
    )
    if campaign.ads_request_id and amount(row.get("spend")) > 0:
        signals.spend_seen.send(sender=Campaign, campaign=campaign)
    return 1


def _campaign(account: AdAccount, row: dict) -> Campaign:
    said = {
        "name": clean(row.get("campaign_name") or "")[:255],
        "currency": clean(row.get("account_currency") or account.currency)[:3],
    }
    return campaigns.upsert(
        account, clean(row["campaign_id"])[:64], {name: text for name, text in said.items() if text}
    )


def figures(row: dict) -> dict:
    """The day's numbers; Meta sends them as text and leaves out what is 0."""
    return {
        "spend": amount(row.get("spend")),
        "impressions": int(amount(row.get("impressions"))),
        "clicks": int(amount(row.get("clicks"))),
        "link_clicks": int(amount(row.get("inline_link_clicks"))),
        "leads": int(first_action(row.get("actions"), LEAD_ACTIONS)),
        "revenue": first_action(row.get("action_values"), REVENUE_ACTIONS),
    }
