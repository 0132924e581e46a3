"""Random histories of an entity, made through the services, for property tests."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.errors import DomainError

from ..models import Activity, Lead, LeadStatus
from ..services import activities, assignments, leads, stages
from .factories import make_lead

START = datetime(2026, 2, 26, 15, tzinfo=UTC)  # Late in the evening in India, days before a month ends.
PLATFORMS = ["", "facebook", "instagram", "website"]
SOURCES = ["", "expo", "referral"]
PIPELINES = ["sales", "sales", "growth"]

number = st.integers(0, 50)
# A step back is a clock that was set back.
pause = st.integers(-600, 3_000)  # minutes
STEPS = st.one_of(
    st.tuples(st.just("create"), pause, number, number),
    st.tuples(st.just("move"), pause, number, number),
    st.tuples(st.just("move"), pause, number, number),
    st.tuples(st.just("give"), pause, number, number),
    st.tuples(st.just("edit"), pause, number, number),
    st.tuples(st.just("log"), pause, number, number),
    st.tuples(st.just("log"), pause, number, number),
    st.tuples(st.just("undo"), pause, number, number),
    st.tuples(st.just("pass_on"), pause, number, number),
    st.tuples(st.just("follow"), pause, number, number),
    st.tuples(st.just("settle"), pause, number, number),
    st.tuples(st.just("delete"), pause, number, number),
    st.tuples(st.just("test"), pause, number, number),
)
HISTORIES = st.lists(STEPS, min_size=10, max_size=40)


class History:
    """Plays steps on an entity; what the services refuse is left out. `now` is the time after the last step."""

    def __init__(self):
        self.people = [UserFactory(rep=True), UserFactory(rep=True)]
        self.manager = UserFactory(manager=True)
        self.movers = [None, self.manager, self.manager, UserFactory(manager=True)]
        self.entity = self.manager.entity
        self.now = START
        self.made: list[int] = []

    def play(self, steps: list[tuple]) -> None:
        for step in [("create", 0, 0, 1), ("create", 30, 1, 2), *steps]:
            name, minutes, *numbers = step
            self.now += timedelta(minutes=minutes)
            with clock.at(self.now):
                self._one(name, *numbers)
        self.now += timedelta(hours=1)

    def _one(self, name: str, first: int, second: int) -> None:
        try:
            if name == "create":
                return self.create(first, second)
            lead = Lead.objects.filter(pk=self.made[first % len(self.made)]).first()
            return getattr(self, name)(lead, second) if lead else None
        except DomainError:
            return None

    def create(self, first: int, second: int) -> None:
        lead = make_lead(
            entity=self.entity,
            pipeline=PIPELINES[first % 3],
            platform=PLATFORMS[second % 4],
            source=SOURCES[first % 3],
            owner=self.people[second % 2] if first % 2 else None,
        )
        self.made.append(lead.pk)

    def move(self, lead: Lead, n: int) -> None:
        found = LeadStatus.objects.of(lead.pipeline_id).exclude(pk=lead.status_id).order_by("position")
        allowed = stages.allowed_from(lead) or list(found)
        stages.move(lead=lead, to=allowed[n % len(allowed)], by=self.movers[n % 4])

    def give(self, lead: Lead, n: int) -> None:
        to = self.people[n % 2]
        if n % 5 == 0:
            assignments.unassign(lead=lead, by=self.manager)
        elif lead.assigned_user_id is None:
            assignments.assign(lead=lead, to=to, by=self.manager)
        else:
            assignments.reassign(lead=lead, to=to, by=self.manager)

    def edit(self, lead: Lead, n: int) -> None:
        fields = {"platform": PLATFORMS[n % 4], "source": SOURCES[n % 3], "value": n * 100}
        leads.update(lead=lead, by=self.manager, fields=fields)

    def log(self, lead: Lead, n: int) -> None:
        kinds, priorities = ["call", "email", "note"], Activity.Priority.values
        activities.log(
            lead=lead,
            by=self.who(lead, n),
            activity_type=kinds[n % 3],
            description="Done",
            priority=priorities[n % 4],
            status="completed" if n % 2 else "pending",
        )

    def who(self, lead: Lead, n: int):
        """The manager, or whoever owns it."""
        return lead.assigned_user if n % 3 and lead.assigned_user_id else self.manager

    def follow(self, lead: Lead, n: int) -> None:
        due, priority = self.now + timedelta(hours=n * 5 - 5), Activity.Priority.values[n % 4]
        what = {"activity_type": "follow_up", "description": "Call", "priority": priority}
        activities.log(lead=lead, by=self.who(lead, n), next_follow_up_date=due, **what)

    def undo(self, lead: Lead, n: int) -> None:
        """Past the services: what somebody did never was."""
        done = lead.activities.by_people().order_by("created_at", "pk")
        Activity.objects.filter(pk__in=done[n % 3 : n % 3 + 1 + n % 2]).delete()

    def pass_on(self, lead: Lead, n: int) -> None:
        """Past the services: it was somebody else who did it, or nobody, or another lead that it was done with."""
        done = lead.activities.by_people().order_by("created_at", "pk")
        some = Activity.objects.filter(pk__in=done[n % 3 : n % 3 + 2])
        others = [{"user": self.people[n % 2]}, {"user": None}, {"lead_id": self.made[n % len(self.made)]}]
        some.update(**others[n % 3])

    def settle(self, lead: Lead, n: int) -> None:
        pending = lead.activities.by_people().filter(status="pending").first()
        if pending:
            activities.set_status(pk=pending.pk, status=["completed", "cancelled"][n % 2], by=self.manager)

    def delete(self, lead: Lead, n: int) -> None:
        if n % 3 == 0:
            leads.delete(lead=lead, by=self.manager)

    def test(self, lead: Lead, n: int) -> None:
        if n % 4 == 0:
            leads.update(lead=lead, by=self.manager, fields={"is_test": True})
