from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries_of(client, path: str) -> int:
    """How many queries a page asks, when what is kept between requests is warm already."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return len(captured)
