"""A stand-in for Meta's Graph API on loopback, with failures to order. For tests, demos and `make fault`.

It makes up a person for any lead id, the same one each time, unless the lead was put in. Over HTTP: POST /_order
with {"mode", "times", "one_in", "after", "delay"}, POST /_leads with {id: lead}, GET /_calls.
"""

import contextlib
import itertools
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

FIRST = ["Asha", "Vikram", "Priya", "Arjun", "Neha", "Rohan", "Kavya", "Imran", "Meera", "Dev"]
LAST = ["Rao", "Shah", "Sharma", "Patel", "Gupta", "Mehta", "Nair", "Khan", "Iyer", "Singh"]


def error(code: int, message: str, status: int = 400, **headers) -> tuple:
    return status, {"error": {"code": code, "message": message, "fbtrace_id": "fake"}}, headers


def throttled() -> tuple:
    used = {"1": [{"type": "leadgen", "call_count": 100, "estimated_time_to_regain_access": 1}]}
    return error(80005, "Too many calls", 400, **{"X-Business-Use-Case-Usage": json.dumps(used)})


# An answer that comes a byte at a time and never ends.
TRICKLE = ()
# What Meta says when it was ordered to fail. A text is sent as it is, None breaks the connection.
FAILURES = {
    "500": lambda: error(2, "Service temporarily unavailable", 500),
    "token": lambda: error(190, "Error validating access token"),
    "permission": lambda: error(200, "Requires leads_retrieval", 403),
    "throttled": throttled,
    "permanent": lambda: error(100, "Unsupported get request"),
    "html": lambda: (200, "<html>Sorry</html>", {}),
    "cut": lambda: (200, '{"id": "1", "field_data": [{"na', {}),
    "wrong_types": lambda: (200, {"id": "1", "field_data": "none", "created_time": [], "campaign_id": {}}, {}),
    "empty": lambda: (200, {"id": "1", "field_data": []}, {}),
    "endless_wait": lambda: error(
        4, "Limit", 400, **{"X-App-Usage": '{"call_count": Infinity, "estimated_time_to_regain_access": 1e999}'}
    ),
    "redirect": lambda: (302, "", {"Location": "http://127.0.0.1:1/elsewhere"}),
    "trickle": lambda: TRICKLE,
    "large": lambda: (200, "x" * 1_100_000, {}),
    "reset": lambda: None,
}


def person(lead_id: str) -> dict:
    """The made-up lead of an id, as Meta writes leads."""
    dice = random.Random(lead_id)  # noqa: S311
    first, last = dice.choice(FIRST), dice.choice(LAST)
    answers = {
        "full_name": f"{first} {last}",
        "email": f"{first.lower()}.{lead_id[-12:].lower()}@mail.example",
        "phone_number": f"+919{dice.randrange(10**9):09d}",
        "when_do_you_want_to_buy": dice.choice(["this month", "this year", "just looking"]),
    }
    return {
        "id": lead_id,
        "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime()),
        "platform": dice.choice(["fb", "ig"]),
        "is_organic": False,
        "field_data": [{"name": name, "values": [value]} for name, value in answers.items()],
    }


class State:
    """What the stand-in knows, and what it was asked."""

    def __init__(self):
        self.lock = threading.Lock()
        self.known: dict[str, dict] = {}
        self.forms: dict[str, list[str]] = {}
        self.insights: dict[str, list[dict]] = {}
        self.campaigns: dict[str, list[dict]] = {}
        self.accounts: dict[str, dict] = {}
        self.calls: list[str] = []
        self.order(mode="ok")

    def order(
        self, *, mode: str, times: int = -1, one_in: int = 1, after: int = 0, delay: float = 0.0, token: str = ""
    ) -> None:
        """Fail in `mode` the next `times` calls (-1: until told otherwise) behind the first `after`, one in `one_in`,
        taking `delay` seconds; with a `token` only calls that carry it."""
        with self.lock:
            self.mode, self.times, self.one_in, self.delay, self.only_token = mode, times, one_in, delay, token
            self.turn = -after

    def failure(self, token: str) -> str | None:
        with self.lock:
            if self.mode == "ok" or self.times == 0 or (self.only_token and self.only_token != token):
                return None
            self.turn += 1
            if self.turn <= 0 or self.turn % self.one_in:
                return None
            self.times -= 1
            return self.mode

    def answer(self, path: str, query: dict) -> tuple:
        parts = path.strip("/").split("/")[1:]
        if parts and parts[-1] == "leads":
            return self._page([self.lead(lead_id) for lead_id in self.forms.get(parts[0], [])], query, path)
        if parts and parts[-1] == "insights":
            return self._page(self._days(parts[0], query), query, path)
        if parts and parts[-1] == "campaigns":
            return self._page(self._campaigns(parts[0], query), query, path)
        if parts and parts[0].startswith("act_"):
            known = {"name": parts[0], "currency": "INR", "timezone_name": "Asia/Kolkata"}
            return 200, {"id": parts[0]} | known | self.accounts.get(parts[0], {}), {}
        return (200, self.lead(parts[0]), {}) if parts else error(100, "Unsupported get request")

    def lead(self, lead_id: str) -> dict:
        return self.known.get(lead_id) or person(lead_id)

    def _days(self, account: str, query: dict) -> list[dict]:
        span = json.loads(query.get("time_range", ["{}"])[0])
        rows = self.insights.get(account, [])
        return [row for row in rows if span.get("since", "") <= row["date_start"] <= span.get("until", "9999")]

    def _campaigns(self, account: str, query: dict) -> list[dict]:
        """Those put in, else active ones for the account's days; only the statuses and fields that were asked for."""
        spent = {row["campaign_id"]: row.get("campaign_name", "") for row in self.insights.get(account, [])}
        named = [{"id": key, "name": name, "effective_status": "ACTIVE"} for key, name in spent.items()]
        statuses = json.loads(query.get("effective_status", ["[]"])[0])
        fields = query.get("fields", ["id"])[0].split(",")
        return [
            {name: row[name] for name in fields if name in row}
            for row in self.campaigns.get(account, named)
            if row.get("effective_status", "ACTIVE") in statuses or not isinstance(row["effective_status"], str)
        ]

    def _page(self, rows: list, query: dict, path: str) -> tuple:
        start, limit = int(query.get("after", ["0"])[0]), int(query.get("limit", ["100"])[0])
        answer = {"data": rows[start : start + limit]}
        if start + limit < len(rows):
            asked = {name: values[0] for name, values in query.items() if name not in ("after", "appsecret_proof")}
            answer["paging"] = {"next": f"{self.url}{path}?{urlencode(asked | {'after': start + limit})}"}
        return 200, answer, {}


def handler(state: State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            address = urlsplit(self.path)
            if address.path == "/_calls":
                return self._send(200, {"calls": state.calls}, {})
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            state.calls.append(address.path)
            if state.delay:
                time.sleep(state.delay)
            mode = state.failure(token)
            answer = FAILURES[mode]() if mode else state.answer(address.path, parse_qs(address.query))
            if answer is TRICKLE:
                return self._trickle()
            if answer is None:
                self.close_connection = True
                return self.connection.close()
            return self._send(*answer)

        def _trickle(self):
            self.close_connection = True
            with contextlib.suppress(OSError):
                for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-Long: ", itertools.repeat(120)):
                    self.connection.send(bytes([byte]))
                    time.sleep(0.05)

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            if self.path == "/_order":
                state.order(**body)
            elif self.path == "/_leads":
                state.known.update(body)
            else:
                return self._send(404, {}, {})
            return self._send(200, {"success": True}, {})

        def _send(self, status: int, body, headers: dict):
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": len(raw), "Content-Type": "application/json", **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args):
            """Quiet: `calls` says what was asked."""

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(port: int = 0) -> tuple[Server, State]:
    """A server on 127.0.0.1 that is not running yet, and its state."""
    state = State()
    server = Server(("127.0.0.1", port), handler(state))
    state.url = f"http://127.0.0.1:{server.server_port}"
    return server, state


@contextlib.contextmanager
def running(port: int = 0):
    """The stand-in's state while it runs in a thread of this process."""
    server, state = serve(port)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
