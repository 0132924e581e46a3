import json

from .query_counts import BASELINES
from .routes import all_routes


def test_every_list_has_a_baseline():
    lists = {f"{route.name} list" for route in all_routes() if route.action("GET") == "list"}
    assert not lists - json.loads(BASELINES.read_text()).keys()
