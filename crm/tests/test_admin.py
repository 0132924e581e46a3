"""Leads in the staff admin: every change is a service's, in the person's name, with its history."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime.models import Event
from betterside.staff.tests.pages import form_values, submit
from betterside.staff.tests.queries import queries_of
from crm.models import Lead, LeadMeta, LeadStatus, Pipeline, StatusTransition
from crm.services import leads, stages

from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db
LEADS = "/admin/crm/lead/"


@pytest.fixture
def boss():
    return UserFactory(entity=EntityFactory(slug="betterside"), admin=True, is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client, boss):
    client.force_login(boss)
    return client


@pytest.fixture
def lead():
    return make_lead(full_name="Asha Rao", status_name="new")


def page_of(lead) -> str:
    return f"{LEADS}{lead.pk}/change/"


def change(client, lead, **fields):
    return submit(client, page_of(lead), "lead_form", **fields)


def run(client, action, *rows, **answers):
    data = {"action": action, "_selected_action": [lead.pk for lead in rows], **answers}
    return client.post(LEADS, data, follow=True)


def titles(lead) -> list[str]:
    return list(lead.activities.order_by("id").values_list("title", flat=True))


class TestChangingALead:
    def test_saving_without_a_change_leaves_no_trace(self, staff, lead):
        answer = change(staff, lead)
        assert answer.status_code == 302, answer.context["errors"]
        assert titles(lead) == ["Lead created"]

    def test_fields_are_changed_in_the_persons_name(self, staff, boss, lead):
        answer = change(staff, lead, first_name="Usha", company="Acme", score="80")
        lead.refresh_from_db()
        assert answer.status_code == 302, answer.context["errors"]
        assert (lead.full_name, lead.company, lead.score) == ("Usha Rao", "Acme", 80)
        assert titles(lead) == ["Lead created", "Lead updated"]
        assert lead.activities.first().user == boss
        assert LogEntry.objects.get().user == boss

    def test_a_new_status_makes_a_stage_entry_with_its_notes(self, staff, boss, lead):
        change(staff, lead, status=status("sales", "qualified").pk, status_notes="Called back")
        entry = lead.stages.open().get()
        assert (entry.status.name, entry.notes, entry.user) == ("qualified", "Called back", boss)
        assert lead.stages.count() == 2
        assert not broken()

    def test_only_reachable_statuses_are_offered(self, staff, lead):
        page = staff.get(page_of(lead)).context["adminform"].form.fields["status"]
        assert [found.name for found in page.queryset] == ["new", "qualified", "lost"]
        answer = change(staff, lead, status=status("sales", "won").pk)
        assert answer.status_code == 200
        assert "status" in answer.context["adminform"].form.errors

    def test_an_owner_is_given_passed_on_and_taken_away(self, staff, boss, lead):
        first, second = UserFactory(rep=True), UserFactory(rep=True)
        change(staff, lead, assigned_user=first.pk, reason="Speaks Hindi")
        change(staff, lead, assigned_user=second.pk)
        change(staff, lead, assigned_user="")
        rows = lead.assignments.order_by("id")
        assert [(row.assigned_user, row.assigned_by) for row in rows] == [(first, boss), (second, boss)]
        assert rows[0].reassignment_reason == "Speaks Hindi"
        assert not lead.assignments.current().exists()
        assert not broken()

    def test_a_refusal_of_the_service_is_shown_and_nothing_is_written(self, staff, lead):
        stranger = UserFactory(entity=EntityFactory(slug="other"), rep=True)
        answer = change(staff, lead, assigned_user=stranger.pk, company="Acme")
        form = answer.context["adminform"].form
        assert answer.status_code == 200
        assert form.errors["assigned_user"] == ["This user does not exist."]
        assert form["company"].value() == "Acme", "what was typed stays"
        lead.refresh_from_db()
        assert (lead.company, lead.assigned_user) == ("", None)
        assert titles(lead) == ["Lead created"]

    def test_a_page_that_is_out_of_date_writes_nothing_back(self, staff, lead):
        old = form_values(staff.get(page_of(lead)), "lead_form")
        stages.move(lead=lead, to=status("sales", "qualified"), by=None)
        answer = staff.post(page_of(lead), old | {"company": "Acme"})
        lead.refresh_from_db()
        assert answer.status_code == 200
        assert "changed by somebody else" in answer.content.decode()
        assert (lead.status.name, lead.company) == ("qualified", "")

    @pytest.mark.parametrize(
        ("field", "value"),
        [("email", "no address"), ("score", "101"), ("score", "-1"), ("value", "x"), ("phone", "1" * 101)],
    )
    def test_bad_input_is_shown_beside_its_field(self, staff, lead, field, value):
        answer = change(staff, lead, **{field: value})
        assert field in answer.context["adminform"].form.errors
        assert titles(lead) == ["Lead created"]

    def test_an_address_that_meta_sent_does_not_stand_in_the_way(self, staff):
        lead = make_lead(email="<test lead: dummy data for email>")
        assert change(staff, lead, company="Acme").status_code == 302

    def test_what_hostile_leads_bring_is_inert(self, staff):
        lead = make_lead(full_name="<script>alert(1)</script>", raw_field_data={"q": "</pre><script>x</script>"})
        for path in (LEADS, page_of(lead), "/admin/"):
            page = staff.get(path).content.decode()
            assert "<script>alert(1)" not in page
            assert "<script>x" not in page
            assert "&lt;script&gt;alert(1)" in page


class TestAddingALead:
    def add(self, client, **fields):
        return submit(client, f"{LEADS}add/", "lead_form", **fields)

    def test_it_goes_into_the_entitys_main_pipeline_with_its_history(self, staff, boss):
        entity = EntityFactory(slug="growing", main_pipeline="growth")
        owner = UserFactory(entity=entity, rep=True)
        answer = self.add(staff, entity=entity.pk, first_name="Asha", assigned_user=owner.pk, reason="Walk-in")
        assert answer.status_code == 302, answer.context["errors"]
        lead = Lead.objects.get()
        assert (lead.pipeline_id, lead.status.name, lead.assigned_user) == ("growth", "new", owner)
        assert lead.lead_code.startswith("LEAD-")
        assert lead.stages.get().user == boss
        assert lead.assignments.get().reassignment_reason == "Walk-in"
        assert not broken()

    def test_the_status_names_the_pipeline(self, staff):
        self.add(staff, entity=EntityFactory().pk, first_name="Asha", status=status("practice", "QUALIFIED").pk)
        assert Lead.objects.get().pipeline_id == "practice"

    def test_a_status_of_another_pipeline_is_refused(self, staff):
        fields = {"pipeline": "sales", "status": status("practice", "NEW").pk}
        answer = self.add(staff, entity=EntityFactory().pk, first_name="Asha", **fields)
        assert "status" in answer.context["adminform"].form.errors
        assert not Lead.objects.exists()

    def test_a_code_that_is_taken_is_refused_beside_its_field(self, staff, lead):
        answer = self.add(staff, entity=lead.entity_id, first_name="Usha", lead_code=lead.lead_code)
        assert answer.context["adminform"].form.errors["lead_code"] == ["This lead_code is taken."]
        assert Lead.objects.count() == 1

    def test_nobody_in_particular_is_no_lead(self, staff):
        answer = self.add(staff, entity=EntityFactory().pk)
        assert "Enter a name" in answer.content.decode()
        assert not Lead.objects.exists()


class TestActions:
    def test_assigning_asks_to_whom_and_does_it(self, staff, boss):
        rows, owner = [make_lead(), make_lead()], UserFactory(rep=True)
        assert "Owner" in run(staff, "assign_selected", *rows).content.decode()
        assert not Lead.objects.filter(assigned_user=owner).exists()

        answer = run(staff, "assign_selected", *rows, answered="yes", to=owner.pk, reason="New region")

        assert "Assigned: 2 leads." in answer.content.decode()
        for lead in rows:
            row = lead.assignments.current().get()
            assert (row.assigned_user, row.assigned_by, row.reassignment_reason) == (owner, boss, "New region")
        assert LogEntry.objects.filter(change_message="Assigned").count() == 2
        assert not broken()

    def test_an_owner_of_another_entity_is_refused(self, staff, lead):
        stranger = UserFactory(entity=EntityFactory(slug="other"), rep=True)
        answer = run(staff, "assign_selected", lead, answered="yes", to=stranger.pk)
        assert "works for other; some of the leads are of acme" in answer.content.decode()
        assert not lead.assignments.exists()

    def test_moving_tells_which_leads_may_not_go_there(self, staff):
        fresh, done = make_lead(), make_lead(status_name="negotiation")
        answer = run(staff, "move_selected", fresh, done, answered="yes", to=status("sales", "won").pk, notes="Paid")
        page = answer.content.decode()
        assert "Moved: 1 lead." in page
        assert "1 not changed: &#x27;new&#x27; cannot become &#x27;won&#x27;. Allowed: qualified, lost." in page
        assert done.stages.open().get().notes == "Paid"
        assert fresh.stages.open().get().status.name == "new"
        assert not broken()

    def test_a_status_of_another_pipeline_is_refused_in_plain_words(self, staff, lead):
        other = make_lead(pipeline="growth")
        answer = run(staff, "move_selected", lead, other, answered="yes", to=status("growth", "proposal").pk)
        assert "is a status of the pipeline growth, not sales." in answer.content.decode()

    def test_deleting_asks_first_and_is_soft(self, staff, boss, lead):
        assert "Deleted" not in run(staff, "delete_leads", lead).context["messages"]
        assert Lead.objects.filter(pk=lead.pk).exists()

        run(staff, "delete_leads", lead, answered="yes")

        gone = Lead.with_deleted.get(pk=lead.pk)
        assert gone.deleted_at is not None
        assert gone.activities.first().title == "Lead deleted"
        assert gone.activities.first().user == boss
        assert Event.objects.filter(kind="lead.deleted", subject_id=lead.pk).exists()

    def test_the_page_of_a_lead_deletes_it_behind_a_question(self, staff, lead):
        url = f"{LEADS}{lead.pk}/soft-delete/"
        assert url in staff.get(page_of(lead)).content.decode()
        assert staff.get(url).status_code == 200
        assert Lead.objects.filter(pk=lead.pk).exists()
        assert staff.post(url, {"answered": "yes"})["Location"] == LEADS
        assert not Lead.objects.filter(pk=lead.pk).exists()

    def test_too_many_at_once_are_refused(self, staff, lead, monkeypatch):
        monkeypatch.setattr("betterside.staff.questions.MOST_ROWS", 1)
        answer = run(staff, "delete_leads", lead, make_lead(), answered="yes")
        assert "Select at most 1 rows." in answer.content.decode()
        assert Lead.objects.count() == 2

    def test_there_is_no_other_way_to_delete(self, staff, lead):
        run(staff, "delete_selected", lead, post="yes")
        assert staff.post(f"{LEADS}{lead.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Lead.objects.filter(pk=lead.pk).exists()


class TestDeletedLeads:
    def test_they_are_found_when_asked_for_and_can_only_be_read(self, staff, lead):
        leads.delete(lead=lead, by=None)
        assert lead.lead_code not in staff.get(LEADS).content.decode()
        assert lead.lead_code in staff.get(f"{LEADS}?deleted=yes").content.decode()
        assert staff.get(page_of(lead)).status_code == 200
        assert staff.post(page_of(lead), {"company": "Acme"}).status_code == 403


class TestFinding:
    @pytest.mark.parametrize("term", ["asha", "RAO", "acme", "asha@", "98765", "lead-7-x", " asha "])
    def test_by_name_company_mail_phone_and_code(self, staff, term):
        found = make_lead(full_name="Asha Rao", company="Acme Ltd", email="asha@mail.example", phone="+91 98765-43210")
        Lead.objects.filter(pk=found.pk).update(lead_code="LEAD-7-X")
        make_lead(full_name="Somebody Else")
        assert [lead.pk for lead in staff.get(LEADS, {"q": term}).context["cl"].result_list] == [found.pk]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"entity__id__exact": "{entity}"}, {"b"}),
            ({"pipeline__key__exact": "growth"}, {"b"}),
            ({"status": "{won}"}, {"c"}),
            ({"platform__exact": "facebook"}, {"a"}),
            ({"owned": "yes"}, {"c"}),
            ({"owned": "no"}, {"a", "b"}),
            ({"assigned_user__id__exact": "{owner}"}, {"c"}),
            ({"created_at_from_0": "{today}", "created_at_from_1": "00:00:00"}, {"a", "b", "c"}),
            ({"created_at_to_0": "{yesterday}", "created_at_to_1": "00:00:00"}, set()),
        ],
    )
    def test_by_filter(self, staff, query, expected):
        other, owner = EntityFactory(slug="other"), UserFactory(rep=True)
        make_lead(full_name="a", platform="facebook")
        make_lead(full_name="b", entity=other, pipeline="growth")
        make_lead(full_name="c", owner=owner, status_name="won")
        today = timezone.now().date()
        values = {"entity": other.pk, "won": status("sales", "won").pk, "owner": owner.pk}
        values |= {"today": today, "yesterday": today - timedelta(days=1)}
        answer = staff.get(LEADS, {key: value.format(**values) for key, value in query.items()})
        assert {lead.full_name for lead in answer.context["cl"].result_list} == expected

    @pytest.mark.parametrize(
        "query",
        [
            "q=%00",
            "q=" + "x" * 5000,
            "status=abc",
            "status=99999999999999999999",
            "entity__id__exact=abc",
            "owned=maybe",
            "created_at_from_0=9999-99-99&created_at_from_1=x",
            "p=99999999999999999999",
            "p=x",
            "o=99.-5.x",
            "unknown__lookup=1",
            "e=1",
        ],
    )
    def test_nonsense_is_no_error(self, staff, query, lead):
        assert staff.get(f"{LEADS}?{query}").status_code in (200, 302, 400)

    @pytest.mark.parametrize("pk", ["abc", "99999999999999999999", "-1", "%00"])
    def test_a_lead_that_never_was_leads_home(self, staff, pk):
        for path in (f"{LEADS}{pk}/change/", f"{LEADS}{pk}/soft-delete/"):
            assert staff.get(path).status_code in (302, 404)

    def test_the_search_for_an_owner_offers_only_who_can_own_leads(self, staff):
        rep, buyer = UserFactory(rep=True), UserFactory(buyer=True)
        query = {"app_label": "crm", "model_name": "lead", "field_name": "assigned_user", "term": "acme.example"}
        found = [row["text"] for row in staff.get("/admin/autocomplete/", query).json()["results"]]
        assert rep.email in found
        assert buyer.email not in found


class TestWhoMay:
    def allow(self, client, *codenames):
        user = UserFactory(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    def test_staff_who_may_only_look_change_nothing(self, client, lead):
        clerk = self.allow(client, "view_lead")
        assert clerk.get(LEADS).status_code == 200
        assert clerk.get(page_of(lead)).status_code == 200
        assert clerk.get(f"{LEADS}add/").status_code == 403
        assert clerk.get(f"{LEADS}{lead.pk}/soft-delete/").status_code == 403
        assert clerk.post(f"{LEADS}{lead.pk}/soft-delete/", {"answered": "yes"}).status_code == 403
        assert clerk.post(page_of(lead), {"company": "Acme"}).status_code == 403
        run(clerk, "delete_leads", lead, answered="yes")
        assert titles(lead) == ["Lead created"]

    def test_staff_who_may_change_leads_do_so_in_every_entity(self, client, lead):
        clerk = self.allow(client, "view_lead", "change_lead")
        assert change(clerk, lead, company="Acme").status_code == 302
        assert titles(lead) == ["Lead created", "Lead updated"]

    @pytest.mark.parametrize("action", ["assign_selected", "move_selected", "delete_leads"])
    def test_a_manager_who_is_no_staff_runs_no_action(self, client, lead, action):
        client.force_login(UserFactory(manager=True))
        answer = client.post(LEADS, {"action": action, "_selected_action": [lead.pk], "answered": "yes"})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/")
        assert titles(lead) == ["Lead created"]


def test_a_person_who_owns_leads_keeps_their_entity(staff):
    owner, other = UserFactory(rep=True), EntityFactory(slug="other")
    lead = make_lead(owner=owner)
    path = f"/admin/accounts/user/{owner.pk}/change/"

    refused = submit(staff, path, "user_form", entity=other.pk, first_name="Changed")
    owner.refresh_from_db()
    assert refused.context["adminform"].form.errors["entity"] == [
        "This person owns leads of the entity. Pass them on first."
    ]
    assert owner.entity == lead.entity
    assert owner.first_name != "Changed", "all or nothing"

    change(staff, lead, assigned_user="")
    assert submit(staff, path, "user_form", entity=other.pk).status_code == 302


class TestPipelines:
    def test_words_that_clients_know_stay(self, staff):
        won = status("sales", "won")
        path = f"/admin/crm/leadstatus/{won.pk}/change/"
        answer = submit(staff, path, "leadstatus_form", sla_hours="48", name="sold", is_won="")
        won.refresh_from_db()
        assert answer.status_code == 302, answer.context["errors"]
        assert (won.name, won.is_won, won.sla_hours) == ("won", True, 48)

    def test_a_step_is_added_within_the_pipeline_only(self, staff):
        new, won = status("sales", "new"), status("sales", "won")
        path = f"/admin/crm/leadstatus/{new.pk}/change/"
        row = {"transitions-TOTAL_FORMS": "3", "transitions-2-from_status": new.pk, "transitions-2-id": ""}
        foreign = submit(
            staff, path, "leadstatus_form", **row, **{"transitions-2-to_status": status("growth", "new").pk}
        )
        assert foreign.status_code == 200
        answer = submit(staff, path, "leadstatus_form", **row, **{"transitions-2-to_status": won.pk})
        assert answer.status_code == 302, answer.context["errors"]
        assert StatusTransition.objects.filter(from_status=new, to_status=won).exists()

    def test_statuses_can_be_put_in_order_from_their_pipeline(self, staff):
        path = "/admin/crm/pipeline/growth/change/"
        answer = submit(staff, path, "pipeline_form", **{"statuses-4-position": "9", "enforces_transitions": "on"})
        assert answer.status_code == 302, answer.context["errors"]
        assert LeadStatus.objects.get(pipeline="growth", name="closed").position == 9
        assert Pipeline.objects.get(key="growth").enforces_transitions


class TestQueries:
    """Every list and the page of a lead ask as much with many rows as with few."""

    def rows(self, count):
        owner = UserFactory(rep=True)
        for _ in range(count):
            lead = make_lead(owner=owner, entity=owner.entity)
            LeadMeta.objects.create(entity=lead.entity, lead=lead, platform_key="facebook", source_lead_id=str(lead.pk))

    @pytest.mark.parametrize(
        "path",
        [
            LEADS,
            f"{LEADS}?q=lead",
            f"{LEADS}?owned=yes",
            f"{LEADS}add/",
            "/admin/crm/activity/",
            "/admin/crm/activity/?q=lead",
            "/admin/crm/leadmeta/",
            "/admin/crm/leadstatus/",
            "/admin/crm/pipeline/",
            "/admin/realtime/event/",
            "/admin/",
        ],
    )
    def test_of_lists(self, staff, path):
        self.rows(2)
        few = queries_of(staff, path)
        self.rows(10)
        assert queries_of(staff, path) == few <= 20

    def test_of_one_lead_with_a_long_history(self, staff, lead):
        few = queries_of(staff, page_of(lead))
        for number in range(30):
            leads.update(lead=lead, by=UserFactory(manager=True), fields={"company": f"Company {number}"})
        assert queries_of(staff, page_of(lead)) <= few + 1 <= 26
        assert len(staff.get(page_of(lead)).context["inline_admin_formsets"][2].formset.forms) == 10
