"""A reverse proxy, so that faults and counters have a place to stand in front of a real server."""

from __future__ import annotations

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "date", "server"}


def proxy(target: str) -> ASGIApp:
    """Hands each request to the target and its answer back. A target that is away is 503, as at Supabase's gateway."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=4)
    client = httpx.AsyncClient(base_url=target, timeout=60, limits=limits, trust_env=False)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await forwarded(client, request))(scope, receive, send)

    return app


async def forwarded(client: httpx.AsyncClient, request: Request) -> Response:
    headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
    path = request.scope["raw_path"].decode() + (f"?{request.url.query}" if request.url.query else "")
    try:
        answer = await client.request(request.method, path, headers=headers, content=await request.body())
    except httpx.TransportError:
        return JSONResponse({"message": "name resolution failed"}, 503)
    response = Response(answer.content, answer.status_code)
    response.raw_headers += [
        (name.lower(), value) for name, value in answer.headers.raw if name.lower().decode() not in HOP_BY_HOP
    ]
    return response
