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
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    async for part in WAYS.get(scope["path"], answer)(scope):
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})


async def answer(scope):
    values = dict(parse_qsl(scope["query_string"].decode()))
    async with pool.connection() as connection:
        values |= await user(scope, connection)
        found = []
        for sql in CASES[int(scope["path"][1:])].floor:
            found.append(await (await connection.execute(sql, values)).fetchall())
    yield orjson.dumps(found, default=str)


async def export(scope):
    async with pool.connection() as connection:
        values = await user(scope, connection)
        async with connection.cursor().copy(floors.EXPORTS[scope["path"]], values) as copy:
            async for part in copy:
                yield bytes(part)


async def health(scope):
    yield b"{}"


WAYS = dict.fromkeys(floors.EXPORTS, export) | {floors.HEALTH_PATH: health}


async def user(scope, connection) -> dict:
    sid = dict(scope["headers"]).get(b"authorization", b"").decode()
    return await (await connection.execute(floors.USER, [sid])).fetchone() if sid else {}


async def lifespan(receive, send):
    await receive()
    await pool.open(wait=True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await pool.close()
    await send({"type": "lifespan.shutdown.complete"})
