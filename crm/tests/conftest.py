"""A team of one entity and somebody of another, for the sales face's tests."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory


@pytest.fixture
def entity(db):
    return EntityFactory(timezone="UTC")


@pytest.fixture
def manager(entity):
    return UserFactory(manager=True)


@pytest.fixture
def rep(entity):
    return UserFactory(rep=True)


@pytest.fixture
def colleague(entity):
    return UserFactory(rep=True)


@pytest.fixture
def stranger(db):
    """A manager of another entity."""
    return UserFactory(manager=True, entity=EntityFactory(slug="elsewhere"))
