"""Lemon Squeezy's API, as much of it as we call: https://docs.lemonsqueezy.com/api

Nobody has subscribed to anything here yet.
"""

from __future__ import annotations

import hmac
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

JSON_API = "application/vnd.api+json"
MAX_PAGE = 100


class LemonSqueezySettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rate_per_minute: int = Field(default=300, ge=1, alias="ratePerMinute")


@dataclass
class LemonSqueezyFake:
    api_key: str
    defaults: LemonSqueezySettings = field(default_factory=LemonSqueezySettings)
    settings: LemonSqueezySettings = field(init=False)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.settings = self.defaults

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/subscriptions", self.list_subscriptions)])

    async def list_subscriptions(self, request: Request) -> Response:
        refused = self.refused(request)
        return refused or page(self.subscriptions, request)

    def refused(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.api_key}".encode()):
            return problem(401, "Unauthorized", "Unauthenticated.")
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - 60:
            self.recent.popleft()
        if len(self.recent) >= self.settings.rate_per_minute:
            return problem(429, "Too Many Requests", "Too Many Attempts.", {"Retry-After": "60"})
        self.recent.append(now)
        return None


def page(items: list[dict[str, Any]], request: Request) -> Response:
    """One page by `page[number]` and `page[size]`, with the links that lead on."""
    size = min(number(request, "page[size]", 10), MAX_PAGE)
    current = number(request, "page[number]", 1)
    last = max(1, -(-len(items) // size))
    url = request.url.include_query_params
    links = {"first": str(url(**{"page[number]": 1})), "last": str(url(**{"page[number]": last}))}
    if current < last:
        links["next"] = str(url(**{"page[number]": current + 1}))
    meta = {"page": {"currentPage": current, "lastPage": last, "perPage": size, "total": len(items)}}
    data = items[(current - 1) * size : current * size]
    document = {"meta": meta, "jsonapi": {"version": "1.0"}, "links": links, "data": data}
    return JSONResponse(document, media_type=JSON_API)


def number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "")
    return max(1, int(given)) if given.isdigit() else default


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    error = {"status": str(status), "title": title, "detail": detail}
    return JSONResponse({"jsonapi": {"version": "1.0"}, "errors": [error]}, status, headers, JSON_API)
