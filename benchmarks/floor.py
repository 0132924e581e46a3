"""The floor's own server: one bare ASGI function, a pool of psycopg's, orjson. `/3?lead=5` runs the SQL of case 3.

It reads the user, by the login row that the bearer token names, as the product does; nothing else of what makes an API.
"""

import os
from urllib.parse import parse_qsl

import orjson
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from . import floors
from .cases import CASES

pool = AsyncConnectionPool(
    os.environ["FLOOR_DATABASE"],
    kwargs={"autocommit": True, "row_factory": dict_row},
    min_size=1,
    max_size=4,
    open=False,
)


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    while (await receive()).get("more_body"):
        pass
    body = orjson.dumps(await answer(scope), default=str)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


async def answer(scope) -> list[list[dict]]:
    values = dict(parse_qsl(scope["query_string"].decode()))
    sid = dict(scope["headers"]).get(b"authorization", b"").decode()
    async with pool.connection() as connection:
        if sid:
            values |= await (await connection.execute(floors.USER, [sid])).fetchone()
        found = []
        for sql in CASES[int(scope["path"][1:])].floor:
            found.append(await (await connection.execute(sql, values)).fetchall())
    return found


async def lifespan(receive, send):
    await receive()
    await pool.open(wait=True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})
