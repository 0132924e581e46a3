import pytest

from betterside.accounts.models import Entity
from crm.models import Lead, LeadStatus, Pipeline
from crm.tests.factories import make_lead


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", ["first", "second"])
def test_a_transactional_test_finds_what_the_migrations_wrote(run):
    assert Pipeline.objects.count() == 5
    assert LeadStatus.objects.get(pk=8).name == "lost"
    assert Entity.objects.get(pk=1).name == "fxcareers"
    assert not Lead.objects.exists()
    make_lead()
    Entity.objects.filter(pk=1).update(name="changed by a test")
