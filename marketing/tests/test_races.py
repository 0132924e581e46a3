"""Lead codes under parallel creates of the marketing face (issue 6)."""

import re
from unittest import mock

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from crm.services import codes, stages
from tests.races import at_once, slowly, statuses

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/marketing/leads"


@pytest.fixture
def client(api):
    return api.as_(UserFactory(manager=True))


def test_200_creates_at_once_give_200_distinct_lead_codes(client):
    answers = at_once([lambda: client.post(URL, {"first_name": "Asha"})] * 200, threads=100)

    assert statuses(answers) == {"201": 200}
    found = [answer.json()["data"]["lead_code"] for answer in answers]
    assert len(set(found)) == 200
    assert set(Lead.objects.values_list("lead_code", flat=True)) == set(found)
    assert all(re.fullmatch(r"LEAD-\d{4}-\d{6}", code) for code in found)


def test_of_20_creates_with_one_code_one_succeeds(client):
    answers = at_once([lambda: client.post(URL, {"lead_code": "VIP-1"})] * 20)

    assert statuses(answers) == {"201": 1, "409": 19}
    assert {answer.json()["error_code"] for answer in answers if answer.status_code == 409} == {"UNIQUE_VIOLATION"}


ROUNDS = 10  # which of two inserts comes first is luck


def drawn_beside_chosen(client) -> dict[str, int]:
    """Answers to creates without a code, each beside one that chooses by hand the very code that comes next."""
    answers = []
    for _round in range(ROUNDS):
        code = next_code(client)
        with slowly(codes, "is_taken"), slowly(stages, "open_entry"):
            answers += at_once([lambda: client.post(URL, {}), lambda code=code: client.post(URL, {"lead_code": code})])
    return statuses(answers[::2])


def next_code(client) -> str:
    year, number = client.post(URL, {}).json()["data"]["lead_code"].removeprefix("LEAD-").split("-")
    return f"LEAD-{year}-{int(number) + 1:06d}"


def test_a_drawn_code_never_meets_a_chosen_one(client):
    assert drawn_beside_chosen(client) == {"201": ROUNDS}
    found = list(Lead.objects.values_list("lead_code", flat=True))
    assert len(set(found)) == len(found)


def test_control_without_the_claim_some_creates_are_refused(client):
    def only_look(entity, code):
        if codes.is_taken(entity.pk, code):
            raise codes.CodeTaken

    with mock.patch.object(codes, "claim", only_look):
        assert drawn_beside_chosen(client).get("409", 0) > 0
