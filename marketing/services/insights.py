"""Spend and results of campaigns, read from Meta (DESIGN section 7). Days are upserted, so a restated one is corrected."""

import logging
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
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
    """Read the last `back` days, and whatever passed since the last success; returns the rows written.

    A refusal is kept on the account, where staff see it, and stops this account only.
    """
    try:
        rows = _read(account, back)
    except errors.GraphError as error:
        _trouble(account, error)
        return 0
    written = sum(_write(account, row) for row in rows)
    account.synced_at, account.trouble, account.paused_until = timezone.now(), "", None
    account.save(update_fields=["synced_at", "trouble", "paused_until", "currency", "timezone_name", "name"])
    return written


def _read(account: AdAccount, back: int) -> list[dict]:
    client = GraphClient(account.access_token or settings.FB_PAGE_ACCESS_TOKEN)
    if not account.timezone_name:
        known = client.account(account.account_id)
        account.currency = str(known.get("currency") or "")[:3]
        account.timezone_name = str(known.get("timezone_name") or "UTC")[:60]
        account.name = account.name or str(known.get("name") or "")[:150]
    today = days.today(_zone(account))
    missed = (timezone.now() - account.synced_at).days + 1 if account.synced_at else FULL_DAYS
    since = today - timedelta(days=max(back, min(missed, FULL_DAYS)))
    return list(client.insights(account.account_id, since.isoformat(), today.isoformat()))


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
    if campaign.ads_request_id and number(row.get("spend")) > 0:
        signals.spend_seen.send(sender=Campaign, campaign=campaign)
    return 1


def _campaign(account: AdAccount, row: dict) -> Campaign:
    name = str(row.get("campaign_name") or row["campaign_id"])[:255]
    currency = str(row.get("account_currency") or account.currency)[:3]
    campaign, created = Campaign.objects.get_or_create(
        entity_id=account.entity_id,
        meta_id=str(row["campaign_id"])[:64],
        defaults={"name": name, "currency": currency, "account": account},
    )
    if not created and (campaign.name, campaign.currency, campaign.account_id) != (name, currency, account.pk):
        campaign.name, campaign.currency, campaign.account = name, currency, account
        campaign.save(update_fields=["name", "currency", "account", "updated_at"])
    return campaign


def figures(row: dict) -> dict:
    """The day's numbers; Meta sends them as text and leaves out what is 0."""
    return {
        "spend": number(row.get("spend")),
        "impressions": int(number(row.get("impressions"))),
        "clicks": int(number(row.get("clicks"))),
        "link_clicks": int(number(row.get("inline_link_clicks"))),
        "leads": int(first_action(row.get("actions"), LEAD_ACTIONS)),
        "revenue": first_action(row.get("action_values"), REVENUE_ACTIONS),
    }


def number(value) -> Decimal:
    try:
        parsed = Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
    return parsed.quantize(Decimal("0.01")) if parsed.is_finite() and 0 <= parsed < 10**12 else Decimal(0)


def first_action(actions, kinds: tuple[str, ...]) -> Decimal:
    """The value of the first kind that is there; 0 when none is."""
    entries = actions if isinstance(actions, list) else []
    values = {entry.get("action_type"): entry.get("value") for entry in entries if isinstance(entry, dict)}
    return next((number(values[kind]) for kind in kinds if kind in values), Decimal(0))
