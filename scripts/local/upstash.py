"""Upstash's REST protocol in front of a real Redis (https://upstash.com/docs/redis/features/restapi)."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Command = Sequence[Any]
SCRIPTS = {"EVAL", "EVAL_RO", "SCRIPT"}


def upstash(redis_url: str, token: str) -> Starlette:
    """The application: `/` runs one command, `/pipeline` several, `/multi-exec` several in one transaction."""
    # A connection that broke with the server is made anew by the next command; nothing is sent twice.
    redis = Redis.from_url(redis_url, socket_timeout=30, socket_connect_timeout=1)
    redis.response_callbacks.clear()  # they would make True of OK

    async def one(request: Request) -> Response:
        return await answered(request, token, lambda body: run(redis, body))

    async def pipeline(request: Request) -> Response:
        async def each(body: Sequence[Command]) -> list[dict[str, Any]]:
            return [await run(redis, command) for command in body]

        return await answered(request, token, each)

    async def multi(request: Request) -> Response:
        return await answered(request, token, lambda body: transaction(redis, body))

    return Starlette(
        routes=[
            Route("/", one, methods=["POST"]),
            Route("/pipeline", pipeline, methods=["POST"]),
            Route("/multi-exec", multi, methods=["POST"]),
        ]
    )


async def answered(request: Request, token: str, work: Any) -> Response:
    """Checks the token, runs the work on the parsed body, and encodes its result as the client asked."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return JSONResponse({"error": "WRONGPASS invalid or missing auth token"}, 401)
    try:
        body = json.loads(await request.body())
    except ValueError:
        return JSONResponse({"error": "ERR failed to parse command"}, 400)
    try:
        result = await work(body)
    except (RedisError, OSError) as error:
        return JSONResponse({"error": f"ERR upstream: {type(error).__name__}"}, 500)
    as_base64 = request.headers.get("upstash-encoding") == "base64"
    failed = isinstance(result, dict) and "error" in result
    return JSONResponse(encoded(result, as_base64), 400 if failed else 200)


async def run(redis: Redis, command: Command) -> dict[str, Any]:
    """One command's `result`, or Redis's own `error`."""
    try:
        execute: Callable[..., Awaitable[Any]] = redis.execute_command
        return {"result": await execute(*understood(command), NEVER_DECODE=True)}
    except ResponseError as error:
        return {"error": worded(error)}


async def transaction(redis: Redis, commands: Sequence[Command]) -> list[dict[str, Any]] | dict[str, Any]:
    async with redis.pipeline(transaction=True) as pipe:
        for command in commands:
            pipe.execute_command(*understood(command))
        try:
            results = await pipe.execute(raise_on_error=False)
        except ResponseError as error:
            return {"error": worded(error)}
    return [{"error": worded(r)} if isinstance(r, ResponseError) else {"result": r} for r in results]


def worded(error: ResponseError) -> str:
    """Redis's own words: the client library sets the first of them apart."""
    code = getattr(error, "status_code", None)
    return f"{code} {error}" if code else str(error)


def understood(command: Command) -> list[str | bytes | float]:
    """The command as Redis 6.2 understands it: without the `#!lua flags=…` line that Upstash's Redis 7 knows."""
    words = [json.dumps(w) if isinstance(w, dict | list | bool) else w for w in command]
    if str(words[0]).upper() in SCRIPTS:
        words = [w.split("\n", 1)[-1] if isinstance(w, str) and w.startswith("#!lua") else w for w in words]
    return words


def encoded(value: Any, as_base64: bool) -> Any:
    """JSON for what Redis answered: bytes as text, or as base64 when asked for, other than the `OK` of a status."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode() if as_base64 and value != b"OK" else value.decode(errors="replace")
    if isinstance(value, list):
        return [encoded(item, as_base64) for item in value]
    if isinstance(value, dict):
        return {key: item if key == "error" else encoded(item, as_base64) for key, item in value.items()}
    return value
