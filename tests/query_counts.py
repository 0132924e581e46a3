"""How many SQL queries each list costs: baselines in query_counts.json, so that an accidental N+1 fails a test.

    def test_the_list_asks_as_often_for_30_leads_as_for_3(api, assert_query_count):
        client = api.as_(cp)
        assert_query_count.flat("cp-leads list", lambda: client.get("/api/cp/leads"), lambda n: make_leads(n))

    with assert_query_count("cp-lead retrieve"): ...

`flat` asks with 3 rows and with 30 (`make(n)` makes n more) and wants the baseline both times. The name of a list is its
route's and `list`; every viewset's list must have one (test_query_counts.py). `pytest --update-golden` writes the
baselines; a count that grew needs a reason in the commit.
"""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

BASELINES = Path(__file__).with_name("query_counts.json")


class QueryCounts:
    def __init__(self, *, update: bool):
        self.update = update

    @contextmanager
    def __call__(self, name: str):
        with CaptureQueriesContext(connection) as queries:
            yield
        self._compare(name, queries)

    def flat(self, name: str, ask, make) -> None:
        """The baseline holds for 3 rows and for 30; `ask()` must answer 200."""
        for more in (3, 27):
            make(more)
            with self(name):
                answer = ask()
            assert answer.status_code == 200, answer.content

    def _compare(self, name: str, queries) -> None:
        baselines = json.loads(BASELINES.read_text())
        if self.update and baselines.get(name) != len(queries):
            BASELINES.write_text(json.dumps(baselines | {name: len(queries)}, indent=2, sort_keys=True) + "\n")
            return
        said = "\n".join(query["sql"][:300] for query in queries.captured_queries)
        assert baselines.get(name) == len(queries), (
            f"{name}: {len(queries)} queries, not {baselines.get(name)}:\n{said}"
        )


@pytest.fixture
def assert_query_count(request):
    return QueryCounts(update=request.config.getoption("--update-golden"))
