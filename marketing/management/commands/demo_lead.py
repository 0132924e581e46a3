import hashlib
import hmac
import json
import secrets
import time

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from marketing.models import InboxEntry

SHOWN_FOR = 30


class Command(BaseCommand):
    help = "Send a signed webhook, as Meta would, to the running product, and wait until its lead is there."

    def add_arguments(self, parser):
        parser.add_argument("--page", default="BETTERSIDE_PAGE")
        parser.add_argument("--form", default="DEMO_FORM")
        parser.add_argument("--campaign", default="")
        parser.add_argument("--url", default=settings.SITE_URL)

    def handle(self, *args, page, form, campaign, url, **options):
        if not settings.FB_APP_SECRET:
            raise CommandError("FB_APP_SECRET is empty: the webhook's door is closed. `make setup` writes one to .env.")
        lead_id = str(secrets.randbelow(9 * 10**14) + 10**14)
        self._send(url, delivery(lead_id, page, form, campaign))
        with Console(file=self.stdout).status("Sent; waiting for the worker to fetch the lead"):
            entry = self._wait(lead_id)
        if entry is None:
            raise CommandError("The webhook was accepted, but no worker took it up. Is `make run` running?")
        lead = f" as lead {entry.lead} ({entry.lead.assigned_user or 'nobody'} owns it)" if entry.lead else ""
        self.stdout.write(f"{entry.state}{lead} {entry.reason}".strip())

    def _send(self, url: str, body: bytes) -> None:
        signature = hmac.new(settings.FB_APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
        try:
            answer = httpx.post(f"{url}/api/webhooks/facebook", content=body, headers=headers, trust_env=False)
        except httpx.TransportError as error:
            raise CommandError(f"Nothing answers at {url}. Is `make run` running?") from error
        if answer.status_code != 200:
            raise CommandError(f"The webhook answered {answer.status_code}: {answer.text[:200]}")

    def _wait(self, lead_id: str) -> InboxEntry | None:
        until = time.monotonic() + SHOWN_FOR
        while time.monotonic() < until:
            entry = InboxEntry.objects.select_related("lead__assigned_user").filter(source_lead_id=lead_id).first()
            if entry and entry.state != InboxEntry.State.RECEIVED:
                return entry
            time.sleep(0.2)
        return None


def delivery(lead_id: str, page: str, form: str, campaign: str = "") -> bytes:
    """The notification in the shape of sales.md, "Facebook Lead Ads Webhook"."""
    value = {"leadgen_id": lead_id, "page_id": page, "form_id": form, "created_time": int(time.time())}
    value |= {"campaign_id": campaign} if campaign else {}
    change = {"field": "leadgen", "value": value}
    return json.dumps(
        {"object": "page", "entry": [{"id": page, "time": int(time.time()), "changes": [change]}]}
    ).encode()
