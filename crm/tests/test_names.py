import pytest

from crm.services import leads, names

from .factories import make_lead


def test_a_full_name_splits_at_its_first_space():
    assert names.complete({"full_name": "Asha Devi Rao"}) == {
        "full_name": "Asha Devi Rao",
        "first_name": "Asha",
        "last_name": "Devi Rao",
    }


def test_two_halves_make_a_full_name():
    assert names.complete({"first_name": "Asha", "last_name": "Rao"})["full_name"] == "Asha Rao"


@pytest.mark.django_db
def test_changing_one_half_keeps_the_other():
    lead = make_lead(full_name="Asha Rao")
    changed = leads.update(lead=lead, by=None, fields={"first_name": "Usha"})
    assert (changed.full_name, changed.last_name) == ("Usha Rao", "Rao")
