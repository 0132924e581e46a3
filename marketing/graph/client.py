"""A thin client of Meta's Graph API: a few reads, with everything Meta's answers may do to us kept out."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

import httpx
from django.conf import settings

from . import errors, usage

LEAD_FIELDS = (
    "id,created_time,ad_id,ad_name,adset_id,campaign_id,campaign_name,form_id,is_organic,platform,field_data,"
    "custom_disclaimer_responses"
)
INSIGHT_FIELDS = (
    "campaign_id,campaign_name,account_currency,spend,impressions,clicks,inline_link_clicks,actions,action_values,"
    "purchase_roas,date_start,date_stop"
)
CAMPAIGN_FIELDS = "id,name,objective,status,effective_status,daily_budget,lifetime_budget"
# Meta leaves archived campaigns out unless they are asked for.
CAMPAIGN_STATUSES = ["ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", "ARCHIVED"]
MAX_ANSWER = 1_000_000
MAX_PAGES = 1_000
# Seconds for one answer, from the first byte sent to the last received: also a server that trickles is left then.
TIMEOUT = 9.0


class GraphClient:
    """Reads with one token. Raises graph.errors only. The token goes into headers, never into a log or an error."""

    def __init__(self, token: str):
        self.token = token
        self.base = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}"
        self.used_percent = 0

    def lead(self, lead_id: str) -> dict:
        return self._get(f"{self.base}/{quote(lead_id, safe='')}", {"fields": LEAD_FIELDS})

    def form_leads(self, form_id: str, since: int) -> Iterator[dict]:
        """The form's leads created after `since` (seconds since 1970)."""
        newer = [{"field": "time_created", "operator": "GREATER_THAN", "value": since}]
        params = {"fields": LEAD_FIELDS, "filtering": json.dumps(newer), "limit": 100}
        yield from self._all(f"{self.base}/{quote(form_id, safe='')}/leads", params)

    def insights(self, account_id: str, since: str, until: str) -> Iterator[dict]:
        """One row per campaign and day of the ad account; dates as YYYY-MM-DD, both included."""
        params = {
            "level": "campaign",
            "time_increment": 1,
            "time_range": json.dumps({"since": since, "until": until}),
            "fields": INSIGHT_FIELDS,
            "limit": 100,
        }
        yield from self._all(f"{self._account_url(account_id)}/insights", params)

    def campaigns(self, account_id: str) -> Iterator[dict]:
        """The ad account's campaigns but the deleted ones; budgets are in hundredths of the currency, mostly."""
        params = {"fields": CAMPAIGN_FIELDS, "effective_status": json.dumps(CAMPAIGN_STATUSES), "limit": 100}
        yield from self._all(f"{self._account_url(account_id)}/campaigns", params)

    def account(self, account_id: str) -> dict:
        return self._get(self._account_url(account_id), {"fields": "name,currency,timezone_name"})

    def _account_url(self, account_id: str) -> str:
        return f"{self.base}/act_{account_id.removeprefix('act_')}"

    def _all(self, url: str, params: dict) -> Iterator[dict]:
        for _page in range(MAX_PAGES):
            answer = self._get(url, params)
            rows = answer.get("data")
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            paging = answer.get("paging")
            url, params = paging.get("next") if isinstance(paging, dict) else None, {}
            if not url:
                return
            self._require_own_host(url)

    def _require_own_host(self, url: object) -> None:
        """By the same reading of the address that the call will go by."""
        ours = httpx.URL(self.base)
        try:
            theirs = httpx.URL(url)
        except (TypeError, httpx.InvalidURL):
            theirs = httpx.URL()
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc) or theirs.userinfo:
            raise errors.Permanent("Meta's answer points to another host; it was not followed.")

    def _get(self, url: str, params: dict) -> dict:
        if not self.token:
            raise errors.TokenDead("There is no access token for this page.")
        try:
            status, headers, body = asyncio.run(asyncio.wait_for(self._fetch(url, params), TIMEOUT))
        except (TimeoutError, httpx.TimeoutException) as error:
            raise errors.Slow("Meta did not answer in time.") from error
        except httpx.TransportError as error:
            raise errors.Temporary(f"Meta could not be reached: {type(error).__name__}") from error
        return self._parsed(status, headers, body)

    async def _fetch(self, url: str, params: dict) -> tuple[int, httpx.Headers, bytes]:
        # Uncompressed: what a few bytes unpack to would have no limit.
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "identity"}
        proof = {"appsecret_proof": self._proof()} if settings.FB_APP_SECRET else {}
        params = {**dict(httpx.URL(url).params), **params, **proof}
        options = {"timeout": TIMEOUT, "follow_redirects": False, "trust_env": False, "verify": _certificates()}
        async with (
            httpx.AsyncClient(**options) as client,
            client.stream("GET", url, params=params, headers=headers) as answer,
        ):
            return answer.status_code, answer.headers, await self._read(answer)

    async def _read(self, answer: httpx.Response) -> bytes:
        body = b""
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > MAX_ANSWER:
                raise errors.Permanent("Meta's answer is larger than 1 MB.")
        return body

    def _parsed(self, status: int, headers, body: bytes) -> dict:
        self.used_percent, wait = usage.read(headers)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            return self._refuse_text(status, wait)
        error = answer.get("error")
        if status >= 300 or error:
            raise errors.from_answer(status, error if isinstance(error, dict) else {}, wait or usage.DEFAULT_WAIT)
        return answer

    def _refuse_text(self, status: int, wait: int) -> dict:
        if status >= 500 or status == errors.TOO_MANY:
            raise errors.from_answer(status, {}, wait or usage.DEFAULT_WAIT)
        raise errors.Garbage(f"Meta answered {status} with something that is no JSON object.")

    def _proof(self) -> str:
        return hmac.new(settings.FB_APP_SECRET.encode(), self.token.encode(), hashlib.sha256).hexdigest()


@cache
def _certificates():
    """Read once: that takes longer than many a call."""
    return httpx.create_ssl_context(trust_env=False)
