"""How many SQL statements a request costs, BEGIN and COMMIT included; counted in a process of its own.

`python -m benchmarks.queries` reads [[name, method, path, body, headers], …] as JSON and writes {name: count}.
"""

import os
import sys

import django
import orjson


def count(requests: list) -> dict[str, int]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, counts = Client(SERVER_NAME="127.0.0.1"), {}
    for name, method, path, body, headers in requests:
        kind = headers.pop("Content-Type", "application/json")
        with CaptureQueriesContext(connection) as queries:
            answer = client.generic(method, path, (body or "").encode(), content_type=kind, headers=headers)
        if answer.status_code >= 400:
            raise SystemExit(f"{name}: {answer.status_code} {answer.content[:300]!r}")
        counts[name] = len(queries)
    return counts


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")
    django.setup()
    sys.stdout.buffer.write(orjson.dumps(count(orjson.loads(sys.stdin.buffer.read()))))
