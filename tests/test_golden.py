import pytest

from .golden import difference, with_placeholders

LEAD = {"id": 7, "name": "Asha", "created_at": "2026-11-21T10:00:00Z", "tags": ["a"]}
FILE = {"id": "<int>", "name": "Asha", "created_at": "<datetime>", "tags": ["a"]}


def test_it_accepts_what_a_placeholder_stands_for():
    assert difference(FILE, LEAD) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "Bela"}, "body.name: 'Bela' instead of 'Asha'"),
        ({"id": "7"}, "body.id: '7' is no <int>"),
        ({"created_at": "2026-11-21"}, "body.created_at: '2026-11-21' is no <datetime>"),
        ({"tags": ["a", "b"]}, "body.tags: ['a', 'b'] instead of ['a']"),
        ({"phone": None}, "body: 'phone' is new"),
    ],
)
def test_it_names_each_difference(change, problem):
    assert difference(FILE, LEAD | change) == [problem]


def test_a_renamed_key_is_one_missing_and_one_new():
    renamed = {("full_name" if key == "name" else key): value for key, value in LEAD.items()}
    assert difference(FILE, renamed) == ["body: 'name' is missing", "body: 'full_name' is new"]


@pytest.mark.parametrize(("expected", "actual"), [(1, True), (0, False), (1, 1.0), (None, ""), ("1", 1)])
def test_equal_values_of_another_type_differ(expected, actual):
    assert difference(expected, actual)


def test_a_new_file_gets_placeholders_for_what_will_differ():
    assert with_placeholders(LEAD) == FILE


def test_a_placeholder_set_by_hand_stays_while_it_matches():
    assert with_placeholders(LEAD, {"name": "<text>"})["name"] == "<text>"
    assert with_placeholders(LEAD | {"name": None}, {"name": "<text>"})["name"] is None
