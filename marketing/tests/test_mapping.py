from datetime import UTC, datetime

import pytest

from marketing.services import mapping


def test_it_joins_several_values_and_leaves_out_empty_ones():
    data = [
        {"name": "City", "values": ["Pune", "Mumbai"]},
        {"name": "email", "values": []},
        {"name": "x", "values": [""]},
    ]

    assert mapping.answers(data) == {"city": "Pune, Mumbai"}


def test_it_knows_standard_questions_in_upper_case_and_as_slugs():
    given = mapping.answers(
        [
            {"name": "FULL_NAME", "values": ["Asha Rao"]},
            {"name": "Phone Number", "values": ["+91 98765 43210"]},
            {"name": "work_email", "values": ["a@b.example"]},
        ]
    )

    assert mapping.person(given) == {"full_name": "Asha Rao", "phone": "+91 98765 43210", "email": "a@b.example"}


def test_an_over_long_answer_is_cut_and_never_loses_the_lead():
    assert len(mapping.person({"phone_number": "9" * 500})["phone"]) == 100


@pytest.mark.parametrize("data", [None, "none", [1, None, "x"], [{"name": None, "values": 3}], {"a": 1}])
def test_garbage_gives_no_answers(data):
    assert mapping.answers(data) == {}


def test_it_recognises_metas_test_leads():
    assert mapping.is_test({"email": "<test lead: dummy data for email>"})
    assert not mapping.is_test({"email": "test@lead.example"})


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (1718032990, datetime(2024, 6, 10, 15, 23, 10, tzinfo=UTC)),
        ("1718032990", datetime(2024, 6, 10, 15, 23, 10, tzinfo=UTC)),
        (1718032990000, datetime(2024, 6, 10, 15, 23, 10, tzinfo=UTC)),
        ("2024-06-10T15:23:10+0000", datetime(2024, 6, 10, 15, 23, 10, tzinfo=UTC)),
        ("2024-06-10T15:23:10", datetime(2024, 6, 10, 15, 23, 10, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+1400", None),
        (-62135596800, None),
        ([], None),
        (10**30, None),
    ],
)
def test_it_reads_metas_times(sent, meant):
    assert mapping.moment(sent) == meant


def test_nul_and_lone_surrogates_are_made_storable():
    assert mapping.clean("a\x00b\ud800") == "ab?"
