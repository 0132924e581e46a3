"""Whole answers of what no sample of sales.md shows: the ticket for the live updates."""

import pytest

from betterside.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_ticket(api, golden):
    golden(api.as_(UserFactory(cp=True)).post("/api/events/ticket"), "sales/events-ticket")
    golden(api.post("/api/events/ticket"), "sales/events-ticket-unauthorized")
