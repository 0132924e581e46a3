"""Forgetting a person (trust, case 30)."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.api.models import IdempotentRequest
from betterside.errors import Invalid, NotAllowed, NotFound
from betterside.realtime.models import Notification
from betterside.realtime.notifications import notify
from crm.analytics import report_types
from crm.models import Erasure, Export, Lead, LeadMeta, PracticeProfile, ReportRun, StageEntry
from crm.services import (
    activities,
    contacts,
    erasure,
    export_files,
    export_writing,
    exports,
    persons,
    practice,
    report_templates,
    rollups,
    schedules,
    tasks,
    tombstones,
)
from tests.dump import hits

from .factories import make_lead

pytestmark = pytest.mark.django_db
PERSON = {"full_name": "Zubeida Quatermain", "email": "Zubeida@quatermain.example", "phone": "+91 98111 22233"}


@pytest.fixture
def owner():
    return UserFactory(rep=True)


@pytest.fixture
def lead(owner):
    lead = make_lead(owner=owner, notes="Zubeida likes tea", raw_field_data=PERSON, company="Quatermain & Co", **PERSON)
    activities.log(lead=lead, by=owner, activity_type="call", description="Called Zubeida", title="Zubeida")
    return lead


def test_no_table_knows_the_person_any_more(lead, owner):
    assert set(hits("quatermain", "zubeida", "9811122233")) >= {"crm_lead", "crm_activity", "realtime_notification"}

    erasure.erase(entity=lead.entity, by=None, email="zubeida@QUATERMAIN.example")

    assert hits("quatermain", "zubeida", "9811122233", "98111 22233") == {}
    assert not Lead.objects.exists()
    kept = Lead.with_deleted.get()
    assert (kept.full_name, kept.deleted_at is not None, kept.assigned_user) == ("Erased", True, owner)
    assert StageEntry.objects.open().filter(lead=kept).count() == 1


def test_all_leads_of_the_person_go_also_deleted_ones_and_no_others(lead, owner):
    same = make_lead(owner=owner, phone="09811122233")
    other = make_lead(owner=owner)
    elsewhere = make_lead(entity=EntityFactory(slug="elsewhere"), **PERSON)

    assert erasure.erase(entity=lead.entity, by=None, phone="98111-22233") == 2

    assert set(Lead.objects.values_list("pk", flat=True)) == {other.pk, elsewhere.pk}
    assert {Lead.with_deleted.get(pk=one.pk).full_name for one in (lead, same)} == {"Erased"}
    assert Lead.objects.get(pk=elsewhere.pk).email == PERSON["email"]


def test_the_rollups_stay_true(lead):
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert rollups.verify(lead.entity_id) == []


def test_the_tombstone_holds_a_digest_only_and_erasing_twice_is_the_same(lead):
    for _ in range(2):
        erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert {len(digest) for digest in Erasure.objects.values_list("digest", flat=True)} == {64}
    assert Erasure.objects.count() == 3  # the address, and the phone in its two normal forms


@pytest.mark.parametrize("nobody", [{}, {"phone": "12345"}, {"email": "  "}])
def test_what_names_nobody_is_refused(lead, nobody):
    with pytest.raises(Invalid):
        erasure.erase(entity=lead.entity, by=None, **nobody)
    assert Lead.objects.get() == lead


def test_only_who_may_change_the_entitys_leads_may_erase(lead, owner):
    with pytest.raises(NotAllowed):
        erasure.erase_lead(lead=lead, by=owner)
    with pytest.raises(NotAllowed):
        erasure.erase_lead(lead=lead, by=UserFactory(manager=True, entity=EntityFactory(slug="other")))
    assert Lead.objects.get().email == PERSON["email"]


def test_staff_erase_from_the_leads_page(client, lead):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True, username="staff"))
    url = f"/admin/crm/lead/{lead.pk}/erase/"
    assert "cannot be undone" in client.get(url).content.decode()
    assert Lead.objects.exists()
    client.post(url, {"answered": "1"})

    assert not Lead.objects.exists()
    assert hits("quatermain", "zubeida", "9811122233") == {}


def test_one_command_erases(lead, capsys):
    with pytest.raises(CommandError, match="no entity"):
        call_command("erase", "--entity", "nowhere", "--email", PERSON["email"], "--yes")
    call_command("erase", "--entity", lead.entity.slug, "--email", PERSON["email"], "--yes")

    assert "Erased 1 leads and contacts." in capsys.readouterr().out
    assert not Lead.objects.exists()


def test_the_command_names_whom_it_found_before_it_asks(lead, owner, capsys, monkeypatch):
    make_lead(owner=owner, full_name="Z.", email="", phone=PERSON["phone"])
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("erase", "--entity", lead.entity.slug, "--email", PERSON["email"])

    assert capsys.readouterr().out.split("\n")[:3] == ["Leads and contacts: 2", "  Z. (1)", "  Zubeida Quatermain (1)"]
    assert Lead.objects.count() == 2
    with pytest.raises(CommandError, match="seven digits"):
        call_command("erase", "--entity", lead.entity.slug, "--phone", "123")


# --- who the person is ------------------------------------------------------------------------------


def gone(*rows) -> list[bool]:
    return [type(row).with_deleted.get(pk=row.pk).deleted_at is not None for row in rows]


def test_leads_with_the_persons_phone_alone_are_found_through_the_lead_with_the_address(lead, owner):
    phone_only = make_lead(owner=owner, full_name="Z.", email="", phone="098111 22233")
    mail_only = make_lead(owner=owner, full_name="Z.", email="zubeida@quatermain.example", phone="")

    assert erasure.erase(entity=lead.entity, by=None, email=PERSON["email"]) == 3
    assert gone(phone_only, mail_only) == [True, True]


def test_a_lead_found_by_its_phone_leads_to_others_of_its_address(lead, owner):
    second_phone = make_lead(owner=owner, email=PERSON["email"].upper(), phone="+91 90000 11111")
    by_second = make_lead(owner=owner, email="", phone="9000011111")

    assert erasure.erase(entity=lead.entity, by=None, phone=PERSON["phone"]) == 3
    assert gone(second_phone, by_second) == [True, True]


def test_a_colleague_who_shares_the_phone_stays(lead, owner):
    colleague = make_lead(owner=owner, full_name="Colleague", email="other@quatermain2.example", phone=PERSON["phone"])

    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert gone(lead, colleague) == [True, False]


def test_a_contact_is_found_by_its_phone_however_it_is_typed(lead, owner):
    contact = contacts.create(by=owner, fields={"name": "Z.", "phone": "+91-98111-22233"})

    erasure.erase(entity=lead.entity, by=None, phone="098111 22233")

    assert gone(contact) == [True]


def test_a_contact_leads_to_the_lead_that_it_was(lead, owner):
    contact, _new = contacts.convert(lead=lead, by=owner)
    contacts.update(contact=contact, by=owner, fields={"email": "z.new@mail.example", "phone": ""})

    assert erasure.erase(entity=lead.entity, by=None, email="z.new@mail.example") == 2
    assert hits("quatermain", "zubeida", "9811122233", "z.new@") == {}


def test_a_practice_is_found_by_its_owners_phone(owner):
    agent = UserFactory(agent=True)
    fields = {"practice_name": "Family Care", "owner_name": "Dr. Z", "practice_phone": "+12125550100"}
    found = practice.create(by=agent, fields=fields | {"owner_phone": "(212) 555-0199"})

    assert erasure.erase(entity=agent.entity, by=None, phone="212-555-0199") == 1
    assert gone(found) == [True]


@pytest.mark.parametrize("asked", [{"phone": PERSON["phone"]}, {"email": PERSON["email"]}])
def test_the_tombstones_are_of_every_phone_and_address_that_was_found(lead, owner, asked):
    contact, _new = contacts.convert(lead=lead, by=owner)
    contacts.update(contact=contact, by=owner, fields={"email": "z.new@mail.example"})
    before = clock.now()
    erasure.erase(entity=lead.entity, by=None, **asked)

    known = [{"phone": "98111 22233", "email": ""}, {"phone": "", "email": PERSON["email"]}]
    for person in [*known, {"phone": "", "email": "z.new@mail.example"}]:
        assert was_erased(lead.entity, before, **person), person
    assert not was_erased(lead.entity, before, phone="98111 22234", email="other@mail.example")


def was_erased(entity, before, *, phone: str, email: str) -> bool:
    keys = persons.keys(phone=phone, email=email, region=entity.default_region)
    return tombstones.was_erased(entity=entity, keys=keys, before=before)


@pytest.mark.parametrize("old", ["FIELD_ENCRYPTION_KEYS", "SECRET_KEY"])
def test_tombstones_outlive_the_rotation_of_a_secret(lead, settings, old):
    settings.FIELD_ENCRYPTION_KEYS = ["old" * 10] if old == "FIELD_ENCRYPTION_KEYS" else []
    before = clock.now()
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])
    rotated = {"phone": "", "email": PERSON["email"]}

    settings.FIELD_ENCRYPTION_KEYS = ["new" * 10, *settings.FIELD_ENCRYPTION_KEYS]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert was_erased(lead.entity, before, **rotated)

    settings.FIELD_ENCRYPTION_KEYS, settings.SECRET_KEY_FALLBACKS = ["new" * 10], []
    assert not was_erased(lead.entity, before, **rotated)


# --- what repeats them elsewhere --------------------------------------------------------------------


def test_notifications_about_their_leads_and_tasks_go_whatever_they_say_and_others_stay(lead, owner):
    task = tasks.create(by=owner, fields={"title": "Ring back"}, about=lead)
    other = make_lead(owner=owner, full_name="Zubeida Quatermainson")
    general = tasks.create(by=owner, fields={"title": "Order tea"})
    told = {"user": owner, "title": "…"}
    theirs = [
        notify(kind="follow_up_due", subject_id=lead.pk, body="she", **told),
        notify(kind="task_due", subject_id=task.pk, body="Ring back", **told),
    ]
    others = [
        notify(kind="lead_assigned", subject_id=other.pk, **told),
        notify(kind="task_due", subject_id=general.pk, **told),
        # The same number, of another kind of thing.
        notify(kind="request_fulfilled", subject_id=lead.pk, **told),
    ]
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    left = set(Notification.objects.values_list("pk", flat=True))
    assert not left & {one.pk for one in theirs}
    assert left >= {one.pk for one in others}


def test_where_a_captured_lead_came_from_holds_no_words_any_more(lead):
    said = dict.fromkeys(["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"], "zubeida")
    meta = LeadMeta.objects.create(
        entity=lead.entity, lead=lead, platform_key="website", source_lead_id="abc-1", page_url="/?me=zubeida", **said
    )
    Lead.objects.filter(pk=lead.pk).update(campaign_name="zubeida")
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert hits("zubeida") == {}
    meta.refresh_from_db()
    assert meta.source_lead_id == f"erased-{meta.pk}"


def test_the_platforms_id_stays_so_that_the_lead_is_captured_once(lead):
    LeadMeta.objects.create(entity=lead.entity, lead=lead, platform_key="facebook", source_lead_id="4711")
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert LeadMeta.objects.get().source_lead_id == "4711"


@pytest.mark.parametrize("name", ['Zubeida "Zub" Quatermain', "Зубейда Ква́термейн", "Zub\\eida"])
def test_answers_to_idempotent_requests_go_whatever_the_name(api, name):
    manager = UserFactory(manager=True)
    client = api.as_(manager)
    for key, body in (("a", {"full_name": name, "email": PERSON["email"]}), ("b", {"full_name": "Somebody else"})):
        assert client.post("/api/leads", body, HTTP_IDEMPOTENCY_KEY=key).status_code == 201
    found = Lead.objects.get(email=PERSON["email"])
    Lead.objects.filter(pk=found.pk).update(full_name="Renamed since")
    erasure.erase(entity=manager.entity, by=None, email=PERSON["email"])

    assert [row.key for row in IdempotentRequest.objects.all()] == ["b"]


def test_the_staff_log_names_nobody_any_more(lead, owner):
    contact, _new = contacts.convert(lead=lead, by=owner)
    task = tasks.create(by=owner, fields={"title": "Ring Zubeida"}, about=lead)
    profile = PracticeProfile.objects.create(entity=lead.entity, lead=lead)
    other = make_lead(owner=owner, full_name="Other")
    for row in (lead, contact, task, profile, other):
        log_entry(row, owner, "Changed Zubeida" if row != other else "Changed")
    LogEntry.objects.create(
        user=owner, content_type=type_of(lead), object_repr="1 leads", action_flag=2, change_message="filter: q=Zubeida"
    )
    assert hits("zubeida")["django_admin_log"] == 5
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert hits("zubeida") == {}
    assert LogEntry.objects.get(object_id=other.pk, content_type=type_of(other)).object_repr == "Other"
    assert LogEntry.objects.count() == 6


def type_of(row):
    return ContentType.objects.get_for_model(row)


def log_entry(row, user, message: str):
    LogEntry.objects.create(
        user=user,
        content_type=type_of(row),
        object_id=row.pk,
        object_repr=str(row),
        action_flag=2,
        change_message=message,
    )


# --- exports ----------------------------------------------------------------------------------------


@pytest.fixture
def manager():
    return UserFactory(manager=True)


def ask(manager, report_type="leads"):
    return exports.ask(by=manager, report_type=report_type, file_format="csv", filters={})


def test_lists_of_leads_that_were_exported_are_gone_and_their_links_lead_nowhere(lead, manager):
    asked = ask(manager)
    path = export_files.path_of(asked.export.file)
    assert "Zubeida" in path.read_text()
    elsewhere = ask(UserFactory(manager=True, entity=EntityFactory(slug="elsewhere")))
    figures = ask(manager, "lead_analytics")
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])

    assert not path.exists()
    row = Export.objects.get(pk=asked.export.pk)
    assert (row.state, row.file) == ("expired", "")
    with pytest.raises(NotFound):
        exports.download(asked.token, by=manager)
    for kept in (elsewhere.export, figures.export):
        assert export_files.path_of(kept.file).exists()


def test_an_export_that_waits_is_written_without_the_person(lead, manager, monkeypatch, run_jobs):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    make_lead(owner=lead.assigned_user, full_name="Somebody Else")
    asked = ask(manager)
    erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])
    run_jobs()

    row = Export.objects.get(pk=asked.export.pk)
    written = export_files.path_of(row.file).read_text()
    assert row.state == "ready"
    assert "Somebody Else" in written
    assert "Zubeida" not in written


def test_an_export_that_is_being_written_ends_without_a_file(lead, manager, monkeypatch, run_jobs):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    asked, before = ask(manager), set(export_files.folder().iterdir())
    fill = export_writing._fill

    def erased_meanwhile(path, export):
        rows = fill(path, export)
        assert "Zubeida" in path.read_text()
        erasure.erase(entity=lead.entity, by=None, email=PERSON["email"])
        return rows

    monkeypatch.setattr(export_writing, "_fill", erased_meanwhile)
    run_jobs()

    row = Export.objects.get(pk=asked.export.pk)
    assert (row.state, row.file, row.error) == ("failed", "", exports.ERASED_MEANWHILE)
    assert set(export_files.folder().iterdir()) == before


def test_a_report_that_was_run_and_mailed_names_no_lead(lead, manager, run_jobs):
    """So an erasure need not look into its figures."""
    for kind in report_types.TYPES:
        template = report_templates.create(by=manager, name=kind, report_type=kind, filters={})
        with clock.at(clock.now() - timedelta(days=2)):
            schedules.create(template=template, by=manager, fields={"frequency": "daily"})
    schedules.run_due()
    run_jobs()

    assert set(ReportRun.objects.values_list("state", flat=True)) == {"sent"}
    assert ReportRun.objects.count() == len(report_types.TYPES)
    assert "crm_reportrun" not in hits("quatermain", "zubeida", "9811122233")
