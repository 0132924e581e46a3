from datetime import timedelta

import pytest
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.jobs.testing import run_jobs
from betterside.realtime.models import Notification
from crm.models import Activity, Assignment, Lead, LeadMeta, StageEntry
from crm.services import distribution
from crm.tests.factories import make_lead
from marketing import jobs
from marketing.graph import client
from marketing.models import CaptureRoute, InboxEntry, MetaPage
from marketing.services import drain, inbox, reconcile

from .factories import CampaignFactory, CaptureRouteFactory

pytestmark = pytest.mark.django_db

LEAD = {"leadgen_id": "4711", "page_id": "PAGE", "form_id": "FORM", "created_time": 1718032990}


def come_due() -> None:
    """As if the time had come for whatever waits, and the timetable's next tick with it."""
    InboxEntry.objects.filter(state="received").update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    jobs.drain_due_pages(0)
    run_jobs()


def answer(lead_id="4711", **fields) -> dict:
    """A lead as the Graph API writes it; `fields` are the answers."""
    given = {"full_name": "Asha Rao", "email": "asha@mail.example", "phone_number": "+919876543210"} | fields
    data = [{"name": name, "values": [value]} for name, value in given.items()]
    return {"id": lead_id, "created_time": "2024-06-10T15:23:10+0000", "platform": "ig", "field_data": data}


def test_a_delivery_becomes_a_lead_with_its_history(graph, deliver):
    CaptureRouteFactory()
    graph.known["4711"] = answer(city="Pune")
    deliver(LEAD)
    run_jobs()

    lead = Lead.objects.get()
    assert (lead.full_name, lead.email, lead.phone, lead.platform) == (
        "Asha Rao",
        "asha@mail.example",
        "+919876543210",
        "instagram",
    )
    assert lead.raw_field_data["city"] == "Pune"
    assert StageEntry.objects.open().filter(lead=lead).count() == 1
    meta = LeadMeta.objects.get(lead=lead)
    assert (meta.source_lead_id, meta.page_id, meta.form_id, meta.platform_key) == ("4711", "PAGE", "FORM", "instagram")
    row = InboxEntry.objects.get()
    assert (row.state, row.lead) == ("processed", lead)


def test_a_delivery_that_comes_again_changes_nothing(graph, deliver):
    CaptureRouteFactory()
    for _ in range(3):
        deliver(LEAD)
        run_jobs()

    assert Lead.objects.count() == 1
    assert graph.calls == ["/v25.0/4711"]


def test_a_replay_does_not_revive_a_deleted_lead(graph, deliver):
    from crm.services import leads

    CaptureRouteFactory()
    deliver(LEAD)
    run_jobs()
    leads.delete(lead=Lead.objects.get(), by=None)
    deliver(LEAD)
    run_jobs()

    assert not Lead.objects.exists()


def test_a_replay_revives_nobody_who_was_erased(graph, deliver):
    """Neither the delivery that was captured, nor another one from before that waited for its route."""
    from crm.services import erasure

    CaptureRouteFactory()
    graph.known |= {"4711": answer(), "4712": answer("4712"), "4713": answer("4713")}
    deliver(LEAD)
    run_jobs()
    deliver(LEAD | {"leadgen_id": "4712", "page_id": "LATER"})
    run_jobs()
    erasure.erase(entity=EntityFactory(), by=None, email="asha@mail.example")

    CaptureRouteFactory(page_id="LATER")
    deliver(LEAD)
    inbox.replay(InboxEntry.objects.all(), wake=jobs.wake)
    run_jobs()
    assert not Lead.objects.exists()
    assert "older" in InboxEntry.objects.get(source_lead_id="4712").reason

    graph.known["4713"]["created_time"] = f"{timezone.now() + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S+0000}"
    deliver(LEAD | {"leadgen_id": "4713"})
    run_jobs()
    assert Lead.objects.get().email == "asha@mail.example"


def test_the_most_specific_route_wins(graph, deliver):
    owner = UserFactory(rep=True)
    CaptureRouteFactory()
    CaptureRouteFactory(form_id="FORM", owner=owner)
    CaptureRouteFactory(form_id="OTHER")
    deliver(LEAD)
    run_jobs()

    lead = Lead.objects.get()
    assert lead.assigned_user == owner
    assert Assignment.objects.current().get(lead=lead).reassignment_reason == "Owner of the capture route"


def test_a_page_without_a_route_is_kept_and_replayed_once_it_has_one(graph, deliver):
    deliver(LEAD)
    run_jobs()
    row = InboxEntry.objects.get()
    assert (row.state, graph.calls) == ("unrouted", [])

    CaptureRouteFactory()
    assert inbox.replay(InboxEntry.objects.all(), wake=jobs.wake) == 1
    assert inbox.replay(InboxEntry.objects.all(), wake=jobs.wake) == 0
    run_jobs()

    assert Lead.objects.count() == 1
    row.refresh_from_db()
    assert row.state == "processed"


def test_metas_test_lead_is_kept_out_of_assignment_and_figures(graph, deliver):
    CaptureRouteFactory(owner=UserFactory(rep=True))
    graph.known["4711"] = answer(
        email="<test lead: dummy data for email>", phone_number="<test lead: dummy data for phone_number>"
    )
    deliver(LEAD)
    run_jobs()

    assert InboxEntry.objects.get().state == "test"
    assert not Lead.objects.exists()
    lead = Lead.with_deleted.get()
    assert lead.is_test
    assert lead.assigned_user is None


@pytest.mark.parametrize("mode", ["500", "reset", "html", "cut"])
def test_an_ailing_graph_loses_nothing(graph, deliver, mode):
    CaptureRouteFactory()
    graph.order(mode=mode, times=1)
    deliver(LEAD)
    run_jobs()
    row = InboxEntry.objects.get()
    assert (row.state, row.attempts) == ("received", 1)
    assert row.reason

    InboxEntry.objects.update(next_attempt_at=row.received_at)
    jobs.drain_due_pages(0)
    run_jobs()

    assert Lead.objects.count() == 1


def test_a_failed_fetch_is_tried_again_within_seconds_and_keeps_back_no_new_lead(graph, deliver):
    CaptureRouteFactory()
    graph.order(mode="500", times=1)
    deliver(LEAD)
    run_jobs()
    deliver(LEAD | {"leadgen_id": "4712"})
    run_jobs()
    assert Lead.objects.count() == 1

    InboxEntry.objects.filter(state="received").update(next_attempt_at=timezone.now())
    run_jobs(until=timezone.now() + timedelta(seconds=5))
    assert Lead.objects.count() == 2


@pytest.mark.parametrize("mode", ["wrong_types", "empty"])
def test_an_answer_without_answers_is_a_visible_failure(graph, deliver, mode):
    CaptureRouteFactory()
    graph.order(mode=mode, times=1)
    deliver(LEAD)
    run_jobs()

    row = InboxEntry.objects.get()
    assert (row.state, "field_data" in row.reason) == ("failed", True)
    assert not Lead.objects.exists()


def test_garbage_is_asked_for_five_times_and_then_a_visible_failure(graph, deliver):
    CaptureRouteFactory()
    graph.order(mode="html")
    deliver(LEAD)
    for _ in range(8):
        come_due()

    row = InboxEntry.objects.get()
    assert (row.state, "no JSON" in row.reason) == ("failed", True)
    assert len(graph.calls) == 5


def test_a_poisoned_answer_holds_up_nobody(graph, deliver, monkeypatch):
    """The cause does not matter: a defect of ours, or a value that no column takes."""
    from marketing.services import mapping

    def person(given, original=mapping.person):
        if "poison" in given:
            raise RuntimeError("asha@mail.example is poison")
        return original(given)

    monkeypatch.setattr(mapping, "person", person)
    CaptureRouteFactory()
    graph.known["5"] = answer("5", poison="yes")
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 31)])
    run_jobs()

    assert Lead.objects.count() == 29
    failed = InboxEntry.objects.get(state="failed")
    assert (failed.source_lead_id, failed.reason) == ("5", "Could not be captured: RuntimeError")


def test_a_permanent_refusal_is_a_visible_failure_that_can_be_replayed(graph, deliver):
    CaptureRouteFactory()
    graph.order(mode="permanent", times=1)
    deliver(LEAD)
    run_jobs()
    row = InboxEntry.objects.get()
    assert (row.state, "code 100" in row.reason) == ("failed", True)

    inbox.replay(InboxEntry.objects.all(), wake=jobs.wake)
    run_jobs()

    assert Lead.objects.count() == 1


def test_a_dead_token_stops_the_page_and_tells_the_team_once(graph, deliver, mailoutbox):
    CaptureRouteFactory()
    graph.order(mode="token")
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 31)])
    run_jobs()
    deliver(LEAD | {"leadgen_id": 31})
    come_due()

    page = MetaPage.objects.get()
    assert page.needs_reconnect
    assert len(graph.calls) == 1
    assert InboxEntry.objects.filter(state="received", attempts=0).count() == 31
    assert [mail.subject for mail in mailoutbox] == ["Connect the Facebook page PAGE again"]


def test_a_token_that_dies_in_the_middle_of_a_batch_is_used_by_those_under_way_only(graph, deliver):
    CaptureRouteFactory()
    graph.order(mode="token", after=1)
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 31)])
    run_jobs()

    assert len(graph.calls) <= 1 + drain.AT_ONCE
    assert Lead.objects.count() == 1
    assert InboxEntry.objects.filter(state="received", attempts=0).count() == 29


def test_a_new_token_drains_what_waited(graph, deliver):
    from marketing.services import pages

    CaptureRouteFactory()
    graph.order(mode="token")
    deliver(LEAD)
    run_jobs()
    graph.order(mode="ok")
    pages.connect(MetaPage.objects.get(), "fresh-token", wake=jobs.wake)
    run_jobs()

    assert Lead.objects.count() == 1
    assert MetaPage.objects.get().access_token == "fresh-token"


def test_a_limited_page_pauses_and_holds_up_no_other(graph, deliver):
    MetaPage.objects.create(page_id="PAGE", access_token="limited")
    MetaPage.objects.create(page_id="OTHER", access_token="free")
    CaptureRouteFactory()
    CaptureRouteFactory(page_id="OTHER")
    graph.order(mode="throttled", token="limited")
    deliver(LEAD, LEAD | {"leadgen_id": "4712", "page_id": "OTHER"})
    run_jobs()

    assert Lead.objects.get().source_page_id == "OTHER"
    waiting = InboxEntry.objects.get(page_id="PAGE")
    assert (waiting.state, waiting.attempts) == ("received", 0)
    assert drain.due_pages() == []


def test_a_limited_page_is_asked_once_a_minute(graph, deliver):
    CaptureRouteFactory()
    graph.order(mode="throttled")
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 31)])
    run_jobs()
    come_due()
    assert len(graph.calls) == 1
    assert 55 <= (MetaPage.objects.get().paused_until - timezone.now()).total_seconds() <= 60

    MetaPage.objects.update(paused_until=None)
    come_due()
    assert len(graph.calls) == 2
    assert InboxEntry.objects.filter(state="received", attempts=0).count() == 30


def test_a_page_that_answers_too_slowly_leaves_its_slot_to_others(graph, deliver, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", 0.1)
    CaptureRouteFactory()
    graph.order(mode="ok", delay=0.4)
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 31)])
    run_jobs()

    assert len(graph.calls) == 1
    assert drain.due_pages() == []
    assert InboxEntry.objects.filter(state="received").count() == 30


def test_a_backlog_gives_way_to_a_page_whose_first_lead_waits(graph, deliver, monkeypatch):
    """Trust F22 in small: the flood of one tenant delays another's lead by one short job at most."""
    monkeypatch.setattr(drain, "SECONDS_PER_JOB", 0)
    other = EntityFactory(slug="other")
    CaptureRouteFactory()
    CaptureRouteFactory(page_id="OTHER", entity=other)
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 61)])
    jobs.drain_page("PAGE")
    deliver(LEAD | {"leadgen_id": "99", "page_id": "OTHER"})
    run_jobs()

    order = list(Lead.objects.order_by("pk").values_list("entity_id", flat=True))
    assert len(order) == 61
    assert order.index(other.pk) <= 2 * (1 + drain.BATCH)


def test_the_databases_clock_decides_what_is_due(graph, deliver, monkeypatch):
    """Trust F16: a worker whose clock is an hour behind takes what another machine stored just now."""
    CaptureRouteFactory()
    deliver(LEAD)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - timedelta(hours=1))
    run_jobs(until=now + timedelta(minutes=1))

    assert InboxEntry.objects.get().state == "processed"


def test_who_lost_the_lease_does_not_write_over_what_another_finished(graph, deliver):
    CaptureRouteFactory()
    deliver(LEAD)
    (mine,) = inbox.claim("PAGE", 1)
    InboxEntry.objects.update(next_attempt_at=mine.received_at)
    run_jobs()
    inbox.finish(mine, "failed", reason="too late")
    inbox.try_later(mine, reason="too late", seconds=60)

    row = InboxEntry.objects.get()
    assert (row.state, row.reason, row.lead) == ("processed", "", Lead.objects.get())


def test_reconcile_leaves_a_page_alone_that_waits_for_meta_or_a_token(graph):
    for form in ("A", "B", "C"):
        CaptureRouteFactory(form_id=form)
    graph.order(mode="token")
    result = reconcile.run(wake=jobs.wake)

    assert len(graph.calls) == 1
    assert MetaPage.objects.get().needs_reconnect
    assert result.trouble.count("Not asked") == 2


def test_the_token_is_encrypted_at_rest():
    from django.db import connection

    MetaPage.objects.create(page_id="PAGE", access_token="very-secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token FROM marketing_metapage")
        stored = cursor.fetchone()[0]

    assert stored.startswith("enc1:")
    assert "very-secret" not in stored


class TestTheSamePersonAgain:
    @pytest.fixture
    def known(self):
        owner = UserFactory(rep=True)
        return make_lead(owner=owner, phone="098765 43210", email="other@mail.example", full_name="Asha")

    @pytest.fixture
    def arrives(self, graph, deliver, known):
        def arrive(policy):
            entity = known.entity
            entity.duplicate_policy = policy
            entity.save()
            CaptureRouteFactory(entity=entity)
            graph.known["4711"] = answer()
            deliver(LEAD)
            run_jobs()
            return InboxEntry.objects.get()

        return arrive

    def test_create_marks_the_new_lead_and_gives_it_to_the_same_owner(self, arrives, known):
        row = arrives("create")

        assert row.state == "processed"
        assert row.lead.duplicate_of == known
        assert row.lead.assigned_user == known.assigned_user

    def test_a_lost_owner_does_not_keep_the_new_lead_from_being_assigned(self, arrives, known):
        other = UserFactory(rep=True, username="other")
        known.assigned_user.is_active = False
        known.assigned_user.save()
        CaptureRoute.objects.all().delete()
        CaptureRouteFactory(page_id="PAGE", form_id="FORM", strategy="round_robin")
        row = arrives("create")

        assert row.lead.assigned_user == other
        assert Activity.objects.filter(lead=row.lead, title="Not assigned").count() == 1

    def test_attach_takes_the_open_lead_before_an_earlier_closed_one(self, arrives, known):
        with clock.at(known.created_at - timedelta(days=9)):
            closed = make_lead(phone=known.phone, status_name="lost")
        row = arrives("attach")

        assert closed.pk != known.pk
        assert (row.state, row.lead) == ("duplicate", known)

    def test_attach_tells_the_owner_and_keeps_the_new_answers(self, arrives, known):
        arrives("attach")

        notification = Notification.objects.get(kind="lead_enquired_again")
        assert (notification.user, notification.subject_id) == (known.assigned_user, known.pk)
        assert "email: asha@mail.example" in Activity.objects.get(title="Repeat enquiry").description

    def test_attach_writes_on_the_open_lead(self, arrives, known):
        row = arrives("attach")

        assert (row.state, row.lead) == ("duplicate", known)
        assert Lead.objects.count() == 1
        assert Activity.objects.filter(lead=known, title="Repeat enquiry").count() == 1

    def test_reject_keeps_it_in_the_inbox_with_the_reason(self, arrives, known):
        row = arrives("reject")

        assert (row.state, row.lead, row.reason) == ("duplicate", None, "This person is a lead already.")
        assert Lead.objects.count() == 1


def test_automatic_assignment_follows_the_capture(graph, deliver):
    entity = EntityFactory(assignment_strategy="round_robin")
    UserFactory(rep=True, entity=entity)
    UserFactory(rep=True, entity=entity)
    CaptureRouteFactory(entity=entity, strategy="round_robin")
    deliver(*[LEAD | {"leadgen_id": n} for n in range(1, 5)])
    run_jobs()

    owners = list(Lead.objects.values_list("assigned_user", flat=True))
    assert len(owners) == 4
    assert sorted(owners.count(owner) for owner in set(owners)) == [2, 2]


def test_a_failing_assignment_leaves_the_lead_with_the_reason(graph, deliver):
    owner = UserFactory(rep=True, is_active=False)
    CaptureRouteFactory(owner=owner)
    deliver(LEAD)
    run_jobs()

    lead = Lead.objects.get()
    assert lead.assigned_user is None
    assert "inactive" in Activity.objects.get(lead=lead, title="Not assigned").description


def test_a_defect_of_assignment_does_not_cost_the_lead(graph, deliver, monkeypatch):
    def broken(*args, **kwargs):
        Lead.objects.raw("SELECT 1 FROM nowhere")[0]

    monkeypatch.setattr(distribution, "assign_automatically", broken)
    CaptureRouteFactory(strategy="round_robin")
    deliver(LEAD)
    run_jobs()

    lead = Lead.objects.get()
    assert (InboxEntry.objects.get().state, lead.assigned_user) == ("processed", None)
    assert "unexpected error" in Activity.objects.get(lead=lead, title="Not assigned").description


def test_a_campaign_that_runs_for_an_ads_request_gives_its_leads_to_that_cp(graph, deliver):
    from cp.tests.factories import AdsRequestFactory

    request = AdsRequestFactory()
    CampaignFactory(entity=request.entity, ads_request=request, meta_id="777")
    CaptureRouteFactory()
    graph.known["4711"] = answer() | {"campaign_id": "777", "campaign_name": "Skyline"}
    deliver(LEAD)
    run_jobs()

    lead = Lead.objects.get()
    assert (lead.assigned_user, lead.project, lead.ads_request) == (request.cp, request.project, request)
    assert (lead.pipeline_id, lead.campaign.meta_id) == ("channel", "777")


def test_reconcile_captures_what_no_webhook_brought(graph, deliver):
    CaptureRouteFactory(form_id="FORM")
    graph.forms["FORM"] = ["4711", "4712", "4713"]
    deliver(LEAD)
    run_jobs()

    result = reconcile.run(wake=jobs.wake)
    run_jobs()

    assert (result.forms, result.leads_seen, result.leads_missing) == (1, 3, 2)
    assert Lead.objects.count() == 3
    assert InboxEntry.objects.filter(found_by="reconcile").count() == 2
