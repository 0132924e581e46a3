"""What is measured: each request with its floor and, where section 14 of parts.md names one, its bar."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from faults.capture import body as delivery
from faults.house import SECRET

from . import floors

MANAGER, CP, GROWTH, PRACTICE, MARKETING = "large.manager", "cp1", "growth.admin", "admin", "erp.manager"


@dataclass
class Stock:
    """Ids of leads that requests use up: `new` are moved on, each once; `any` are read."""

    any: list[int]
    new: list[int]
    since: date
    taken: int = 0

    def parameters(self, case: "Case") -> dict:
        """The next values for a request."""
        self.taken += 1
        lead = self.new.pop() if case.uses_up else self.any[self.taken % len(self.any)]
        return {"lead": lead, "since": self.since.isoformat(), "n": str(int(datetime.now().timestamp() * 1e6))}


@dataclass(frozen=True)
class Case:
    """`path` and `body` take the stock's values, the SQL of `floor` as `%(lead)s`, `%(since)s`, `%(n)s`."""

    name: str
    path: str
    floor: tuple[str, ...]
    who: str = MANAGER
    method: str = "GET"
    body: Callable[[dict], dict] | None = None
    headers: Callable[[bytes], dict] = field(default=lambda body: {})
    uses_up: bool = False
    ratio: float | None = None
    growth: float | None = None
    milliseconds: float | None = None
    group: str = "figures"

    def request(self, values: dict) -> tuple[str, str, bytes | None, dict]:
        raw = self.body(values) if self.body else None
        raw = raw if raw is None or isinstance(raw, bytes) else json.dumps(raw).encode()
        headers = {"Content-Type": "application/json"} if raw else {}
        return self.method, self.path.format(**values), raw, headers | (self.headers(raw) if raw else {})


def sales(name: str, path: str, *floor: str, **options) -> Case:
    return Case(name, f"/api/{path}", floor, **options)


def signed(raw: bytes) -> dict:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()}


def new_lead(values: dict) -> dict:
    return {
        "first_name": "Bench",
        "last_name": values["n"],
        "email": f"bench{values['n']}@mail.example",
        "phone": "+91 9812345678",
        "source": "Referral",
    }


def report(values: dict, **filters) -> dict:
    return {"report_type": "lead_performance", "filters": {"date_from": values["since"]} | filters}


def listing(name: str, path: str, *floor: str, **options) -> Case:
    return Case(name, path, floor, group="lists", **options)


LISTS = [
    listing("sales leads, 20", "/api/leads?limit=20", floors.rows(), ratio=3, growth=1.25),
    listing(
        "… of a status and platform",
        "/api/leads?limit=20&status=contacted&platform=facebook",
        floors.rows(floors.ON_FACEBOOK),
        floors.total(floors.ON_FACEBOOK),
    ),
    listing(
        "… searched by name",
        "/api/leads?limit=20&search=kavya%20menon",
        floors.rows(floors.NAMED),
        floors.total(floors.NAMED),
    ),
    listing("… 5,000 deep", "/api/leads?limit=20&offset=5000", floors.rows(page=" OFFSET 5000")),
    listing("growth leads, 20", "/api/leads?limit=20", floors.own_list("growth"), who=GROWTH),
    listing(
        "channel leads, 20, a CP's own",
        "/api/cp/leads?limit=20",
        floors.own_list("channel", " AND lead.assigned_user_id = %(user)s"),
        who=CP,
    ),
    listing(
        "practice leads, 20",
        "/api/v1/leads?limit=20",
        floors.own_list(
            "practice",
            more=", profile.*",
            join="LEFT JOIN crm_practiceprofile profile ON profile.lead_id = lead.id",
        ),
        who=PRACTICE,
    ),
    listing(
        "marketing leads, 20",
        "/api/v1/marketing/leads?limit=20",
        floors.own_list("marketing"),
        who=MARKETING,
    ),
]
ONE = [
    sales("one lead", "leads/{lead}", floors.ONE, ratio=4, group="one lead"),
    sales("create", "leads", floors.CREATE, method="POST", body=new_lead, ratio=4, group="one lead"),
    sales(
        "change status",
        "stages/change-status",
        floors.MOVE,
        method="POST",
        body=lambda values: {"leadId": values["lead"], "statusId": 2},
        uses_up=True,
        group="one lead",
    ),
    sales(
        "webhook",
        "webhooks/facebook",
        floors.WEBHOOK,
        method="POST",
        who="",
        body=lambda values: delivery([values["n"]]),
        headers=signed,
        group="one lead",
    ),
]
FIGURES = [
    sales("dashboard", "analytics/dashboard", floors.SUMMARY, floors.RECENT, floors.UPCOMING, milliseconds=50),
    sales(
        "dashboard, 30 days",
        "analytics/dashboard?date_from={since}",
        floors.SUMMARY + floors.SINCE,
        floors.RECENT,
        floors.UPCOMING,
        milliseconds=40,
    ),
    sales("analytics: leads", "analytics/leads", floors.SUMMARY),
    sales("analytics: platforms", "analytics/platforms", floors.grouped("platform")),
    sales("analytics: users", "analytics/users", floors.grouped("assigned_user_id"), floors.activities("user_id")),
    sales("analytics: funnel", "analytics/funnel", floors.FUNNEL),
    sales("analytics: time-based", "analytics/time-based", floors.PERIODS, floors.PERIODS_CLOSED),
    sales(
        "analytics: activities",
        "analytics/activities",
        floors.activities("activity_type"),
        floors.activities("priority"),
        floors.activities("status"),
    ),
    sales("analytics: sla-compliance", "analytics/sla-compliance", floors.SLA, floors.stays(floors.LASTED)),
    sales(
        "custom report",
        "analytics/custom-report",
        floors.SUMMARY + floors.REPORTED,
        floors.funnel(floors.REPORTED),
        method="POST",
        body=lambda values: report(values, platform="facebook", status=["contacted"]),
    ),
    sales(
        "custom report with sections",
        "analytics/custom-report",
        floors.SUMMARY + floors.SINCE,
        floors.funnel(floors.SINCE),
        floors.grouped("platform", where=floors.SINCE),
        floors.grouped("assigned_user_id", where=floors.SINCE),
        floors.grouped("date_trunc('month', lead.created_at)", where=floors.SINCE),
        method="POST",
        body=lambda values: report(values, group_by="month", include_platforms=True, include_users=True),
    ),
    sales("leads: counts", "leads/counts", floors.grouped("status_id", "count(*)")),
    sales("leads: pipeline", "leads/pipeline", floors.BOARD, floors.grouped("status_id", "count(*)")),
    sales("assignments: workload-stats", "assignments/workload-stats", floors.WORKLOAD),
    sales("stages: performance-metrics", "stages/performance-metrics", floors.stays(floors.LASTED)),
    sales(
        "stages: user-performance",
        "stages/user-performance",
        floors.stays(
            "count(*), count(DISTINCT stay.lead_id), avg(previous.duration_hours)",
            by="stay.user_id",
            join=floors.BEFORE,
        ),
    ),
    sales("stages: transition-matrix", "stages/transition-matrix", floors.MOVES),
    sales("stages: sla-violations", "stages/sla-violations", floors.LATE, floors.SLA),
    sales(
        "stages: conversion-rates",
        "stages/conversion-rates",
        floors.stays("count(DISTINCT stay.lead_id), count(following.id)", join=floors.NEXT, where=floors.WAITING),
    ),
    sales(
        "stages: summary",
        "stages/summary",
        floors.stays(floors.LASTED, f"{floors.OWN_STAYS} AND exited_at IS NULL"),
        f"SELECT count(*) FROM {floors.STAYS} WHERE {floors.OWN_STAYS} AND entered_at > now() - interval '7 days'",
    ),
    sales("stages: recent-changes", "stages/recent-changes", floors.CHANGES),
    sales(
        "stages: status-statistics",
        "stages/status-statistics",
        floors.stays(floors.LASTED, f"{floors.OWN_STAYS} AND exited_at IS NULL"),
    ),
    sales("stages: sla-compliance", "stages/sla-compliance", floors.SLA, floors.stays(floors.LASTED)),
    sales(
        "stages: workflow-efficiency",
        "stages/workflow-efficiency",
        floors.SUMMARY,
        f"SELECT count(*), count(previous_id), avg({floors.STAYED}) FROM {floors.STAYS} WHERE {floors.OWN_STAYS}",
    ),
    sales(
        "stages: bottleneck-analysis",
        "stages/bottleneck-analysis",
        floors.stays(f"{floors.LASTED}, count(following.id) AS went_on", join=floors.NEXT, where=floors.WAITING),
    ),
    sales("activities: statistics", "activities/statistics", floors.activities("activity_type")),
    sales(
        "activities: user-performance",
        "activities/user-performance",
        floors.activities("user_id", f"{floors.STATES}, count(DISTINCT lead_id)"),
    ),
    sales("activities: priority-distribution", "activities/priority-distribution", floors.activities("priority")),
    sales(
        "activities: summary",
        "activities/summary",
        floors.activities("activity_type"),
        floors.activities("priority"),
    ),
    sales("activities: follow-ups", "activities/follow-ups/summary", floors.FOLLOW_UPS),
    Case("growth: stats", "/api/dashboard/stats", (floors.KPIS,), who=GROWTH),
    Case(
        "growth: revenue",
        "/api/dashboard/charts/revenue",
        (floors.grouped("closed_at::date", "sum(value)", " AND closed_at >= %(since)s AND is_won"),),
        who=GROWTH,
    ),
    Case(
        "growth: sources",
        "/api/dashboard/charts/sources",
        (floors.grouped("source", "count(*)", floors.SINCE),),
        who=GROWTH,
    ),
]
CASES = [*LISTS, *ONE, *FIGURES]


def chosen(only: list[str]) -> list[Case]:
    """Cases whose name or group contains one of the words; all without any."""
    words = [word.lower() for word in only]
    return [case for case in CASES if not words or any(word in f"{case.group} {case.name}".lower() for word in words)]


def thirty_days_ago() -> date:
    return date.today() - timedelta(days=29)
