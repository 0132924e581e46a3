"""Somebody is forgotten at the moment at which an old enquiry of theirs is captured, or a list with them exported."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import Activity, Export, Lead
from crm.services import erasure, erasure_search, export_files, export_writing, exports, persons
from crm.tests.factories import make_lead
from crm.tests.invariants import broken
from marketing.services import capture
from tests import races
from tests.dump import hits
from tests.races import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4
PHONE, EMAIL = "+91 98111 22233", "zubeida@quatermain.example"


def enquiry(n: int, **fields) -> capture.Enquiry:
    return capture.Enquiry(
        entity=EntityFactory(),
        pipeline="sales",
        platform="facebook",
        source_lead_id=str(n),
        fields={"full_name": "Zubeida Quatermain", "phone": PHONE} | fields,
        created_time=timezone.now() - timedelta(hours=1),
    )


def taken(one: capture.Enquiry):
    try:
        return capture.capture(one)
    except capture.PersonErased as refusal:
        return refusal


def forget(entity, **asked):
    return lambda: erasure.erase(entity=entity, by=None, **asked)


def unexpected(answers: list) -> list:
    return [one for one in answers if isinstance(one, Exception) and not isinstance(one, capture.PersonErased)]


@pytest.mark.parametrize("locked", [True, False], ids=["lock on", "control: lock off"])
def test_a_capture_at_the_same_moment_leaves_nothing_of_the_person(monkeypatch, locked):
    entity = EntityFactory()
    monkeypatch.setattr(persons, "LOCK", persons.LOCK if locked else "SELECT %s, %s")
    for n in range(ROUNDS):
        phone = f"{PHONE}{n}"  # a tombstone of an earlier round would refuse the capture
        calls = [lambda n=n, phone=phone: taken(enquiry(n, phone=phone)), forget(entity, phone=phone)]
        with slowly(capture.tombstones, "was_erased"), slowly(capture, "_create"), slowly(erasure_search, "_found"):
            assert not unexpected(at_once(calls[:: (-1) ** n]))

    assert (hits("zubeida", "quatermain") == {}) is locked
    assert Lead.objects.exists() is not locked


def test_captures_by_the_persons_other_keys_wait_too_and_nobody_waits_in_a_circle():
    """The erasure learns the phone from the lead that it finds by the address."""
    entity = EntityFactory(duplicate_policy="attach")
    for n in range(ROUNDS):
        make_lead(entity=entity, full_name="Zubeida Quatermain", phone=PHONE, email=EMAIL)
        calls = [
            lambda n=n: taken(enquiry(10 * n)),
            lambda n=n: taken(enquiry(10 * n + 1, email=EMAIL)),
            forget(entity, email=EMAIL),
        ]
        with slowly(capture.tombstones, "was_erased"), slowly(erasure_search, "_found"):
            assert not unexpected(at_once(calls[:: (-1) ** n]))
        assert hits("zubeida", "quatermain", "9811122233") == {}
        assert not Lead.objects.exists()

    assert broken() == []
    assert Activity.objects.filter(lead__deleted_at=None).count() == 0


@pytest.mark.parametrize("shut", [True, False], ids=["gate on", "control: gate off"])
def test_an_export_at_the_same_moment_leaves_no_file_with_the_person(monkeypatch, shut):
    monkeypatch.setattr(races, "GAP", 0.1)  # an erasure takes longer than one gap
    monkeypatch.setattr(export_writing, "CLOSE_GATE", export_writing.CLOSE_GATE if shut else "SELECT %s")
    manager = UserFactory(manager=True)
    entity, left = manager.entity, 0
    for n in range(ROUNDS):
        make_lead(entity=entity, full_name="Zubeida Quatermain", phone=PHONE)
        calls = [
            lambda: exports.ask(by=manager, report_type="leads", file_format="csv", filters={}),
            forget(entity, phone=PHONE),
        ]
        with slowly(export_writing, "_fill"), slowly(export_writing, "write"):
            assert not unexpected(at_once(calls[:: (-1) ** n]))
        files = [export_files.path_of(one.file) for one in Export.objects.exclude(file="")]
        left += sum("Zubeida" in path.read_text() for path in files)

    assert (left == 0) is shut
