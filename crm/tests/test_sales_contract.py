"""Every request of sales.md, as the document writes it, asked of a small team's leads.

contract/sales.json holds the document's requests with their bodies and sample answers. Each answer has every key of
its sample, with a value of the same kind, and is compared whole with its golden file.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..models import Lead
from ..services import activities, assignments, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db

CONTRACT = json.loads((Path(__file__).parent / "contract" / "sales.json").read_text())
NOW = datetime(2024, 6, 11, 10, tzinfo=UTC)


class Team:
    """A manager, John (the document's user 123) and Mary (789); Jane's new lead (456), which is John's, and another
    that Mary moved on."""

    def __init__(self):
        self.entity = EntityFactory(slug="company", name="company", timezone="UTC")
        self.manager = self.person("manager", "Manager", "User", manager=True)
        self.john = self.person("john", "John", "Doe", rep=True)
        self.mary = self.person("mary", "Mary", "Major", rep=True)
        with clock.at(NOW - timedelta(days=3)):
            self.jane = self.lead("Jane Smith", "prospect@example.com", phone="+15551234567")
            self.other = self.lead("Ann Lee", "lead@example.com")
            self.give(self.jane, self.john, "Initial assignment")
        with clock.at(NOW - timedelta(days=1)):
            self.give(self.other, self.mary, "")
            self.move(self.other, "qualified", self.mary)
            self.log("call", "Follow-up call needed", "urgent", NOW + timedelta(days=1))
            self.log("call", "Call about the offer", "high", NOW - timedelta(hours=2))
            self.log("email", "Sent the brochure", "medium", NOW + timedelta(days=3))

    def person(self, username: str, first_name: str, last_name: str, **role):
        names = {"first_name": first_name, "last_name": last_name, "email": f"{username}@company.com"}
        return UserFactory(entity=self.entity, username=username, **names, **role)

    def lead(self, full_name: str, email: str, **fields) -> Lead:
        fields = {"platform": "facebook", "phone": "", "source_page_id": "123456789"} | fields
        fields |= {"full_name": full_name, "email": email, "raw_field_data": {"company": "Acme Corp"}}
        return make_lead(entity=self.entity, **fields)

    def give(self, lead: Lead, to, reason: str) -> None:
        assignments.assign(lead=lead, to=to, by=self.manager, reason=reason)

    def move(self, lead: Lead, to: str, by) -> None:
        stages.move(lead=lead, to=status("sales", to), by=by, notes="Lead qualified after initial contact")

    def log(self, kind: str, text: str, priority: str, due: datetime) -> None:
        activities.log(
            lead=self.jane,
            by=self.john,
            activity_type=kind,
            description=text,
            priority=priority,
            next_follow_up_date=due,
        )

    def unassign(self) -> None:
        assignments.unassign(lead=self.jane, by=self.manager, reason="Lead requires special handling")

    def finish_a_stage(self) -> None:
        self.move(self.jane, "qualified", self.john)


# What must be so before a request can succeed.
FIRST = {
    "POST /assignments/assign": Team.unassign,
    "POST /assignments/bulk-assign": Team.unassign,
    "GET /leads/unassigned": Team.unassign,
    "GET /leads": Team.unassign,
    "GET /stages/lead/456/history": Team.finish_a_stage,
    "GET /stages/lead/456/next-statuses": Team.finish_a_stage,
}


@pytest.mark.parametrize("request_line", CONTRACT)
def test_the_contracts_request_gets_the_contracts_answer(request_line, api, golden):
    team = Team()
    asked = CONTRACT[request_line]
    first = FIRST.get(request_line.partition("?")[0])
    asker = team.john if "my-leads" in request_line or re.search(r"/user(\?|$)", request_line) else team.manager

    with clock.at(NOW):
        if first:
            first(team)
        answer = ask(api.as_(asker), team, request_line, asked.get("body"))

    assert answer.status_code == (201 if request_line == "POST /activities/log" else 200), answer.content
    assert missing(asked.get("response", {"success": True}), answer.json()) == []
    golden(answer, f"sales/{file_name(request_line)}")


def ask(client, team: Team, request_line: str, body: dict | None):
    """The document's request with our ids for its own."""
    method, path = request_line.split()
    known = {"456": team.jane.pk, "123": team.john.pk}
    path = re.sub("|".join(known), lambda found: str(known[found[0]]), path)
    logged = list(team.jane.activities.by_people().order_by("pk").values_list("pk", flat=True))
    ours = {
        "leadId": team.jane.pk,
        "assignedUserId": team.john.pk,
        "newAssignedUserId": team.mary.pk,
        "stageId": team.jane.stages.open().get().pk,
        "activityId": logged[0],
        "activityIds": logged,
    }
    body = {name: ours.get(name, value) for name, value in body.items()} if body else None
    return getattr(client, method.lower())(f"/api{path}", body)


def file_name(request_line: str) -> str:
    """GET /assignments/lead/456/history?limit=1 → get-assignments-lead-one-history"""
    path = request_line.partition("?")[0].replace("456", "one")
    return "-".join(re.findall(r"[a-z]+", path.lower()))


KINDS = [(bool,), (int, float), (str,), (list,), (dict,)]


def missing(sample, actual, where: str = "answer") -> list[str]:
    """Where the answer lacks a key of the sample or has another kind of value; null may stand for anything."""
    if sample is None or actual is None:
        return []
    if not any(isinstance(sample, kind) and isinstance(actual, kind) for kind in KINDS):
        return [f"{where}: {actual!r} where the document has {sample!r}"]
    if isinstance(sample, dict):
        lacking = [f"{where}: no {key!r}" for key in sample.keys() - actual.keys() if key not in DATA_KEYS]
        shared = [missing(sample[key], actual[key], f"{where}.{key}") for key in sample.keys() & actual.keys()]
        return sum(shared, lacking)
    if isinstance(sample, list) and sample:
        return missing(sample[0], actual[0], f"{where}[0]") if actual else [f"{where}: nothing listed"]
    return []


# Keys that are no names but data: the document's lead had answered a company.
DATA_KEYS = {"company"}
