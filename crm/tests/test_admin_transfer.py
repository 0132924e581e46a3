"""Files of leads in the staff admin: previewed with an error per row, written by the services, all or nothing."""

import csv
import io
from threading import Thread

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.staff.tests.pages import form_values
from crm.admin import transfer, uploads
from crm.admin.resource import LeadResource
from crm.models import Lead, LeadCodeCounter
from crm.services import codes, leads

from .factories import make_lead
from .invariants import broken

pytestmark = pytest.mark.django_db
IMPORT, CONFIRM, EXPORT = "/admin/crm/lead/import/", "/admin/crm/lead/process_import/", "/admin/crm/lead/export/"
CSV, XLSX = "0", "1"


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def boss():
    return UserFactory(entity=EntityFactory(slug="betterside"), admin=True, is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client, boss):
    client.force_login(boss)
    return client


def as_csv(*rows) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def as_xlsx(*rows) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def upload(client, content: bytes, form=CSV):
    return client.post(
        IMPORT, {"import_file": SimpleUploadedFile("leads.csv", content), "format": form, "resource": "0"}
    )


def confirmation(answer) -> dict:
    form = answer.context["confirm_form"]
    return {name: form[name].value() for name in form.fields}


def errors(answer) -> dict:
    return {row.number: row.error_dict for row in answer.context["result"].invalid_rows}


class TestImport:
    def test_the_preview_writes_nothing(self, staff):
        EntityFactory()
        answer = upload(staff, as_csv({"entity": "acme", "full_name": "Asha Rao"}))
        assert "Asha Rao" in answer.content.decode()
        assert not Lead.objects.exists()
        assert not LeadCodeCounter.objects.exists()

    def test_confirmed_rows_become_leads_with_their_history(self, staff, boss):
        owner = UserFactory(rep=True)
        row = {"entity": "acme", "full_name": "Asha Rao", "phone": "9876543210", "status": "qualified", "score": "70"}
        answer = upload(
            staff, as_csv(row | {"owner": owner.email.upper()}, {"entity": "acme", "email": "b@mail.example"})
        )
        done = staff.post(CONFIRM, confirmation(answer), follow=True)
        assert "Import finished: 2 new" in done.content.decode()
        lead = Lead.objects.get(full_name="Asha Rao")
        assert (lead.first_name, lead.score, lead.status.name, lead.assigned_user) == ("Asha", 70, "qualified", owner)
        assert lead.phone_e164 == "+919876543210"
        assert lead.stages.get().user == boss
        assert lead.assignments.get().reassignment_reason == "Imported"
        assert lead.activities.get().user == boss
        assert LogEntry.objects.filter(user=boss).count() == 2
        assert not broken()

    def test_a_workbook_is_read_too_with_its_numbers_and_empty_cells(self, staff):
        EntityFactory(main_pipeline="growth")
        content = as_xlsx({"entity": "acme", "full_name": "Asha", "phone": 9876543210, "value": 2500.5, "notes": None})
        staff.post(CONFIRM, confirmation(upload(staff, content, XLSX)))
        lead = Lead.objects.get()
        assert (lead.phone, float(lead.value), lead.pipeline_id, lead.notes) == ("9876543210", 2500.5, "growth", "")

    def test_every_row_says_what_is_wrong_with_it(self, staff):
        taken = make_lead()
        stranger = UserFactory(entity=EntityFactory(slug="other"), rep=True)
        support = UserFactory(support=True)
        good = {"entity": "acme", "full_name": "Asha"}
        wrong = {
            "entity": {"entity": "nowhere"},
            "pipeline": {"pipeline": "nothing"},
            "status": {"status": "NEW"},
            "owner": {"owner": stranger.email},
            "project": {"project": "Skyline"},
            "email": {"email": "no address"},
            "score": {"score": "101"},
            "value": {"value": "much"},
            "platform": {"platform": "fax"},
            "lead_code": {"lead_code": taken.lead_code},
            "phone": {"phone": "1" * 101},
            "__all__": {"full_name": ""},
        }
        answer = upload(staff, as_csv(good, *(good | row for row in wrong.values()), good | {"owner": support.email}))
        found = errors(answer)
        assert {number: set(fields) for number, fields in found.items()} == {
            **{number: {name} for number, name in enumerate(wrong, start=2)},
            len(wrong) + 2: {"owner"},
        }
        assert "confirm_form" not in answer.context
        assert Lead.objects.count() == 1

    def test_a_person_twice_in_growth_is_refused_in_words(self, staff):
        EntityFactory(main_pipeline="growth")
        row = {"entity": "acme", "email": "asha@mail.example"}
        assert errors(upload(staff, as_csv(row, row))) == {2: {"email": ["An open lead has this e-mail."]}}

    def test_what_became_invalid_since_the_preview_stops_the_whole_file(self, staff):
        EntityFactory()
        rows = [{"entity": "acme", "full_name": "Asha", "lead_code": code} for code in ("A-1", "A-2")]
        data = confirmation(upload(staff, as_csv(*rows)))
        entity = make_lead().entity
        leads.create(by=None, entity=entity, pipeline="sales", fields={"full_name": "First"}, lead_code="A-2")
        answer = staff.post(CONFIRM, data, follow=True)
        assert "Nothing was imported: since the preview, rows 2 have become invalid." in answer.content.decode()
        assert not Lead.objects.filter(lead_code="A-1").exists()

    def test_a_second_click_imports_nothing_more(self, staff):
        EntityFactory()
        data = confirmation(upload(staff, as_csv({"entity": "acme", "full_name": "Asha"})))
        staff.post(CONFIRM, data)
        answer = staff.post(CONFIRM, data, follow=True)
        assert "imported already" in answer.content.decode()
        assert Lead.objects.count() == 1

    def test_the_file_is_gone_afterwards(self, staff, place):
        EntityFactory()
        data = confirmation(upload(staff, as_csv({"entity": "acme", "full_name": "Asha"})))
        assert len(list(place.iterdir())) == 1
        staff.post(CONFIRM, data)
        assert not list(place.iterdir())

    def test_a_file_that_nobody_confirmed_is_removed_by_a_later_upload(self, staff, place, monkeypatch):
        EntityFactory()
        upload(staff, as_csv({"entity": "acme", "full_name": "Asha"}))
        monkeypatch.setattr(uploads, "KEPT_SECONDS", -1)
        upload(staff, as_csv({"entity": "acme", "full_name": "Usha"}))
        assert [b"Usha" in path.read_bytes() for path in place.iterdir()] == [True]

    @pytest.mark.parametrize(
        "change",
        [{"import_file_name": "../../etc/passwd"}, {"format": "x"}, {"format": "9"}, {"import_file_name": "x"}],
    )
    def test_a_forged_confirmation_is_a_message(self, staff, change):
        EntityFactory()
        data = confirmation(upload(staff, as_csv({"entity": "acme", "full_name": "Asha"})))
        answer = staff.post(CONFIRM, data | change)
        assert (answer.status_code, answer["Location"]) == (302, IMPORT)
        assert not Lead.objects.exists()

    @pytest.mark.parametrize("content", [b"", b"\x00\x01", b"entity\n\xff\xfe", b"a,b\n1,2,3\n", b"[]", b"entity\n"])
    @pytest.mark.parametrize("form", [CSV, XLSX])
    def test_a_file_that_is_none_is_said_to_be_none(self, staff, content, form):
        answer = upload(staff, content, form)
        assert answer.status_code == 200
        assert "confirm_form" not in answer.context
        assert "Traceback" not in answer.content.decode()

    def test_too_many_rows_are_refused(self, staff, monkeypatch):
        monkeypatch.setattr(transfer, "MOST_ROWS_IN", 2)
        EntityFactory()
        row = {"entity": "acme", "full_name": "Asha"}
        assert "at most 2 rows" in upload(staff, as_csv(row, row, row)).content.decode()

    @pytest.mark.parametrize("limit", ["MOST_BYTES_IN", "MOST_BYTES_UNPACKED"])
    def test_a_file_that_is_too_large_is_refused(self, staff, monkeypatch, limit):
        monkeypatch.setattr(transfer, limit, 100)
        answer = upload(staff, as_xlsx({"entity": "acme", "full_name": "Asha"}), XLSX)
        assert "The file is too large" in answer.content.decode()

    def test_an_import_asks_for_each_name_once(self, staff, django_assert_max_num_queries):
        owner = UserFactory(rep=True)
        row = {"entity": "acme", "full_name": "Asha", "owner": owner.email, "status": "qualified"}
        with django_assert_max_num_queries(1000) as captured:
            upload(staff, as_csv(*[row] * 10))
            looked_up = [query["sql"] for query in captured.captured_queries if "UPPER" in query["sql"]]
        assert len(looked_up) == 1


class TestExport:
    def export(self, client, form=CSV, query=""):
        return client.post(EXPORT + query, {"format": form, "resource": "0"})

    def test_a_filtered_list_becomes_a_file_that_says_who_took_it(self, staff, boss):
        lead = make_lead(full_name="Asha Rao", owner=UserFactory(rep=True))
        make_lead(full_name="Somebody Else")
        answer = self.export(staff, query="?q=asha")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["full_name"] for row in rows] == ["Asha Rao"]
        assert rows[0]["owner"] == lead.assigned_user.email
        assert rows[0]["entity"] == "acme"
        entry = LogEntry.objects.get()
        assert (entry.user, entry.change_message) == (boss, "Exported 1 leads as csv; filter: q=asha")

    @pytest.mark.parametrize("form", [CSV, XLSX])
    def test_no_cell_is_a_formula(self, staff, form):
        make_lead(full_name="=cmd|'/c calc'!A1", phone="+91 98765 43210", company="\t=1", notes="@x")
        content = self.export(staff, form).content
        if form == CSV:
            row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            headers, values = (list(cells) for cells in sheet.iter_rows(values_only=True))
            row = dict(zip(headers, values, strict=True))
        assert row["full_name"] == "'=cmd|'/c calc'!A1"
        assert row["phone"] == "'+91 98765 43210"
        assert row["company"] == "'\t=1"
        assert row["notes"] == "'@x"

    def test_what_was_exported_can_be_imported(self, staff):
        make_lead(full_name="Asha Rao", phone="+91 98765 43210", score=30)
        content = self.export(staff).content
        Lead.objects.update(lead_code="OLD")
        staff.post(CONFIRM, confirmation(upload(staff, content)))
        copy = Lead.objects.exclude(lead_code="OLD").get()
        assert (copy.full_name, copy.phone, copy.score) == ("Asha Rao", "+91 98765 43210", 30)

    def test_too_many_leads_are_refused(self, staff, monkeypatch):
        monkeypatch.setattr(transfer, "MOST_ROWS_OUT", 1)
        make_lead()
        make_lead()
        answer = self.export(staff)
        assert answer.status_code == 302
        assert "narrow the list" in staff.get(answer["Location"]).content.decode()

    def test_its_queries_do_not_grow_with_the_leads(self, staff, django_assert_max_num_queries):
        owner = UserFactory(rep=True)
        for _ in range(12):
            make_lead(owner=owner)
        with django_assert_max_num_queries(12):
            self.export(staff)

    def test_its_page_offers_the_formats(self, staff):
        assert form_values(staff.get(EXPORT), "") is not None
        assert staff.get(EXPORT).status_code == staff.get(IMPORT).status_code == 200


class TestWhoMay:
    @pytest.mark.parametrize("path", [IMPORT, EXPORT, CONFIRM])
    @pytest.mark.parametrize(("person", "status"), [({"manager": True}, 302), ({"is_staff": True}, 403)])
    def test_others_get_nowhere(self, client, path, person, status):
        client.force_login(UserFactory(**person))
        assert client.post(path, {"format": "0"}).status_code == status

    def test_staff_who_may_look_may_export_but_not_import(self, client):
        clerk = UserFactory(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename="view_lead"))
        client.force_login(clerk)
        assert client.get(EXPORT).status_code == 200
        assert client.get(IMPORT).status_code == 403


class TestCodes:
    """A file is one transaction; nobody else waits for a lead code until it ends."""

    def test_they_are_drawn_before_and_follow_each_other(self, staff):
        entity = make_lead().entity
        rows = [{"entity": "acme", "full_name": f"Asha {number}"} for number in range(3)]
        staff.post(CONFIRM, confirmation(upload(staff, as_csv(*rows))))
        year = timezone.localdate(timezone=entity.zone).year
        imported = Lead.objects.filter(full_name__startswith="Asha").order_by("id")
        assert [lead.lead_code for lead in imported] == [f"LEAD-{year}-{number:06d}" for number in (2, 3, 4)]
        assert make_lead(entity=entity).lead_code == f"LEAD-{year}-000005"

    def test_a_code_that_somebody_took_by_hand_is_left_out(self):
        entity = EntityFactory()
        year = timezone.localdate(timezone=entity.zone).year
        leads.create(by=None, entity=entity, pipeline="sales", fields={}, lead_code=f"LEAD-{year}-000002")
        assert codes.reserve(entity, 3) == [f"LEAD-{year}-000001", f"LEAD-{year}-000003"]

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("step", ["preview", "import"])
    def test_while_a_file_is_read_others_create_leads(self, client, step, monkeypatch):
        boss = UserFactory(is_staff=True, is_superuser=True)
        client.force_login(boss)
        data = confirmation(upload(client, as_csv({"entity": "acme", "full_name": "Asha"})))
        others = []

        def create_meanwhile(self, dataset, result, **kwargs):
            """At the end of the file's transaction, on a connection of its own that waits for no lock."""

            def work():
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '2s'")
                others.append(make_lead(entity=boss.entity))
                connection.close()

            thread = Thread(target=work)
            thread.start()
            thread.join()

        monkeypatch.setattr(LeadResource, "after_import", create_meanwhile)
        if step == "preview":
            upload(client, as_csv({"entity": "acme", "full_name": "Asha"}))
        else:
            client.post(CONFIRM, data)
        assert len(others) == 1
