"""A thin client of Meta's Graph API: a few reads, with everything Meta's answers may do to us kept out."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

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
TIMEOUT = httpx.Timeout(8.0, connect=4.0)


class GraphClient:
    """Reads with one token. Raises graph.errors only. The token goes into headers, never into a log or an error."""

    def __init__(self, token: str):
        self.token = token
        self.base = f"{settings.META_GRAPH_URL}/{settings.META_GRAPH_VERSION}"
        self.used_percent = 0

    def lead(self, lead_id: str) -> dict:
        return self._get(f"{self.base}/{lead_id}", {"fields": LEAD_FIELDS})

    def form_leads(self, form_id: str, since: int) -> Iterator[dict]:
        """The form's leads created after `since` (seconds since 1970)."""
        newer = [{"field": "time_created", "operator": "GREATER_THAN", "value": since}]
        params = {"fields": LEAD_FIELDS, "filtering": json.dumps(newer), "limit": 100}
        yield from self._all(f"{self.base}/{form_id}/leads", params)

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

    def _require_own_host(self, url: str) -> None:
        ours, theirs = urlsplit(self.base), urlsplit(url)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise errors.Permanent("Meta's answer points to another host; it was not followed.")

    def _get(self, url: str, params: dict) -> dict:
        if not self.token:
            raise errors.TokenDead("There is no access token for this page.")
        try:
            status, headers, body = self._fetch(url, params)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise errors.Temporary(f"Meta could not be reached: {type(error).__name__}") from error
        return self._parsed(status, headers, body)

    def _fetch(self, url: str, params: dict) -> tuple[int, httpx.Headers, bytes]:
        headers = {"Authorization": f"Bearer {self.token}"}
        proof = {"appsecret_proof": self._proof()} if settings.FB_APP_SECRET else {}
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "GET", url, params={**dict(httpx.URL(url).params), **params, **proof}, headers=headers
            ) as answer,
        ):
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise errors.Permanent("Meta's answer is larger than 1 MB.")
            return answer.status_code, answer.headers, body

    def _parsed(self, status: int, headers, body: bytes) -> dict:
        self.used_percent, wait = usage.read(headers)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise errors.Temporary(f"Meta answered {status} with something that is no JSON object.")
        error = answer.get("error")
        if status >= 300 or error:
            raise errors.from_answer(status, error if isinstance(error, dict) else {}, wait or usage.DEFAULT_WAIT)
        return answer

    def _proof(self) -> str:
        return hmac.new(settings.FB_APP_SECRET.encode(), self.token.encode(), hashlib.sha256).hexdigest()
