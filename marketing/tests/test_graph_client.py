import hashlib
import hmac

import pytest

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
