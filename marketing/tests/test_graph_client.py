import hashlib
import hmac
import time

import pytest

from marketing.graph import client as graph_client
from marketing.graph import errors
from marketing.graph.client import GraphClient


@pytest.fixture
def client(graph):
    return GraphClient("page-token")


def test_it_reads_a_lead_with_token_and_proof(client, graph):
    assert client.lead("4711")["id"] == "4711"
    assert graph.calls == ["/v25.0/4711"]


def test_the_proof_is_the_hmac_of_the_token(client):
    assert client._proof() == hmac.new(b"app-secret", b"page-token", hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("500", errors.Temporary),
        ("reset", errors.Temporary),
        ("html", errors.Temporary),
        ("cut", errors.Temporary),
        ("token", errors.TokenDead),
        ("permission", errors.PermissionMissing),
        ("throttled", errors.Throttled),
        ("permanent", errors.Permanent),
        ("large", errors.Permanent),
        ("redirect", errors.Garbage),
    ],
)
def test_it_tells_failures_apart(client, graph, mode, kind):
    graph.order(mode=mode)

    with pytest.raises(kind) as caught:
        client.lead("4711")

    assert "page-token" not in str(caught.value)


def test_it_waits_as_long_as_meta_says(client, graph):
    graph.order(mode="throttled")

    with pytest.raises(errors.Throttled) as caught:
        client.lead("4711")

    assert caught.value.wait == 60


def test_it_follows_pages_to_the_end(client, graph):
    graph.forms["F1"] = [str(n) for n in range(250)]

    assert [lead["id"] for lead in client.form_leads("F1", 0)] == graph.forms["F1"]
    assert len(graph.calls) == 3


def test_it_never_follows_to_another_host(client, graph, monkeypatch):
    graph.forms["F1"] = [str(n) for n in range(250)]
    graph.url = "http://127.0.0.1:1"

    with pytest.raises(errors.Permanent, match="another host"):
        list(client.form_leads("F1", 0))


def test_without_a_token_nothing_is_asked(graph):
    with pytest.raises(errors.TokenDead):
        GraphClient("").lead("4711")
    assert graph.calls == []


def test_a_server_that_trickles_is_left_when_the_time_for_one_answer_is_over(client, graph, monkeypatch):
    monkeypatch.setattr(graph_client, "TIMEOUT", 0.4)
    graph.order(mode="trickle")
    began = time.monotonic()

    with pytest.raises(errors.Slow):
        client.lead("4711")

    assert time.monotonic() - began < 2


def test_an_answer_has_less_than_ten_seconds():
    assert graph_client.TIMEOUT < 10


def test_it_waits_a_day_at_most_and_reads_no_infinity(client, graph):
    graph.order(mode="endless_wait")

    with pytest.raises(errors.Throttled) as caught:
        client.lead("4711")

    assert (client.used_percent, caught.value.wait) == (0, 60)


@pytest.mark.parametrize("address", ["http://[", 5, "//evil.example/x", "http://user@{host}/x", "https://{host}/x"])
def test_odd_addresses_of_a_next_page_are_not_followed(client, graph, address):
    url = address.format(host=graph.url.removeprefix("http://")) if isinstance(address, str) else address

    with pytest.raises(errors.Permanent, match="another host"):
        client._require_own_host(url)


def test_an_id_stays_one_part_of_the_path(client, graph):
    client.lead("../me/accounts?x=1")

    assert graph.calls == ["/v25.0/..%2Fme%2Faccounts%3Fx%3D1"]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, errors.Throttled), (503, errors.Temporary), (404, errors.Permanent)]
)
def test_a_refusal_without_a_code_is_judged_by_its_status(status, kind):
    assert type(errors.from_answer(status, {}, 60)) is kind


def test_codes_are_read_as_text_too_and_reasons_can_be_stored():
    error = errors.from_answer(400, {"code": "190", "message": "a\x00b\ud800"}, 60)

    assert isinstance(error, errors.TokenDead)
    assert error.reason.endswith("ab?")
