"""Lemon Squeezy's API, as much of it as we call: https://docs.lemonsqueezy.com/api

Its subscriptions are what tests put there: {id: attributes}.
"""

from __future__ import annotations

import hmac
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

JSON_API = "application/vnd.api+json"
MAX_PAGE = 100
STORE_ID = "1"
STORE = {"type": "stores", "id": STORE_ID, "attributes": {"name": "ConversionCRM"}}


class LemonSqueezySettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rate_per_minute: int = Field(default=300, ge=1, alias="ratePerMinute")
    # How long one who called too often is told to wait.
    retry_after_seconds: int = Field(default=60, ge=1, alias="retryAfterSeconds")


@dataclass
class LemonSqueezyFake:
    api_key: str
    defaults: LemonSqueezySettings = field(default_factory=LemonSqueezySettings)
    settings: LemonSqueezySettings = field(init=False)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    checkouts: list[dict[str, Any]] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.settings = self.defaults

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/subscriptions", self.admitted(self.list_subscriptions)),
                Route("/v1/subscriptions/{id}", self.admitted(self.show_subscription)),
                Route("/v1/subscriptions/{id}", self.admitted(self.cancel_subscription), methods=["DELETE"]),
                Route("/v1/subscriptions/{id}", self.admitted(self.update_subscription), methods=["PATCH"]),
                Route("/v1/checkouts", self.admitted(self.create_checkout), methods=["POST"]),
                Route("/v1/stores", self.admitted(self.list_stores)),
                Route("/v1/stores/{id}", self.admitted(self.show_store)),
            ]
        )

    def admitted(self, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            answered: Response = self.refused(request) or await answer(request)
            return answered

        return endpoint

    async def list_subscriptions(self, request: Request) -> Response:
        store = request.query_params.get("filter[store_id]")
        items = [self.resource(each) for each in self.subscriptions]
        items = [each for each in items if store in (None, str(each["attributes"]["store_id"]))]
        # As there, the newest first.
        return page(sorted(items, key=lambda each: each["attributes"]["created_at"], reverse=True), request)

    async def show_subscription(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        if wanted not in self.subscriptions:
            return problem(404, "Not Found", "The related resource does not exist.")
        return document(self.resource(wanted))

    async def cancel_subscription(self, request: Request) -> Response:
        """Access stays until what is paid for ends."""
        known = self.subscriptions.get(request.path_params["id"])
        if known is None:
            return problem(404, "Not Found", "The related resource does not exist.")
        known |= {"status": "cancelled", "cancelled": True, "ends_at": known.get("renews_at")}
        return document(self.resource(request.path_params["id"]))

    async def update_subscription(self, request: Request) -> Response:
        """Of what can be changed there, only the resumption, which is possible until the subscription has ended."""
        wanted = request.path_params["id"]
        if wanted not in self.subscriptions:
            return problem(404, "Not Found", "The related resource does not exist.")
        known = self.subscriptions[wanted]
        try:
            data = json.loads(await request.body())["data"]
            is_resumption = data["attributes"]["cancelled"] is False
        except (ValueError, KeyError, TypeError):
            return problem(422, "Unprocessable Entity", "The attributes are required.")
        if (data.get("type"), data.get("id")) != ("subscriptions", wanted) or not is_resumption:
            return problem(422, "Unprocessable Entity", "The given data was invalid.")
        if known["status"] == "expired":
            return problem(422, "Unprocessable Entity", "An expired subscription can't be resumed.")
        known |= {"status": "active", "cancelled": False, "ends_at": None}
        return document(self.resource(wanted))

    async def list_stores(self, request: Request) -> Response:
        return page([STORE], request)

    async def show_store(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        if wanted != STORE_ID:
            return problem(404, "Not Found", "The related resource does not exist.")
        return document(STORE)

    async def create_checkout(self, request: Request) -> Response:
        """Takes what the documentation shows, and refuses relations and custom data of another form."""
        try:
            data = json.loads(await request.body())["data"]
            store = data["relationships"]["store"]["data"]
            variant = data["relationships"]["variant"]["data"]
        except (ValueError, KeyError, TypeError):
            return problem(422, "Unprocessable Entity", "The store and variant relationships are required.")
        custom = data.get("attributes", {}).get("checkout_data", {}).get("custom", {})
        if data.get("type") != "checkouts" or store != {"type": "stores", "id": STORE_ID}:
            return problem(404, "Not Found", "The related resource does not exist.")
        if variant.get("type") != "variants" or not str(variant.get("id")).isdigit():
            return problem(404, "Not Found", "The related resource does not exist.")
        if not isinstance(custom, dict) or not all(isinstance(value, str) for value in custom.values()):
            return problem(422, "Unprocessable Entity", "The checkout_data.custom field must hold strings.")
        made = str(uuid4())
        url = f"https://store.lemonsqueezy.com/checkout/custom/{made}?signature={uuid4().hex}"
        checkout = {"type": "checkouts", "id": made, "attributes": {**data["attributes"], "url": url}}
        self.checkouts.append(checkout | {"variant": variant["id"]})
        return document(checkout, 201)

    def resource(self, subscription_id: str) -> dict[str, Any]:
        urls = {
            "update_payment_method": f"https://store.lemonsqueezy.com/subscription/{subscription_id}/payment-details",
            "customer_portal": f"https://store.lemonsqueezy.com/billing?expires=1&signature={uuid4().hex}",
        }
        attributes = {"store_id": int(STORE_ID), "urls": urls, **self.subscriptions[subscription_id]}
        return {"type": "subscriptions", "id": subscription_id, "attributes": attributes}

    def refused(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self.api_key}".encode()):
            return problem(401, "Unauthorized", "Unauthenticated.")
        if request.headers.get("accept") != JSON_API:
            return problem(406, "Not Acceptable", "The requested resource is capable of generating only JSON:API.")
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - 60:
            self.recent.popleft()
        if len(self.recent) >= self.settings.rate_per_minute:
            wait = {"Retry-After": str(self.settings.retry_after_seconds)}
            return problem(429, "Too Many Requests", "Too Many Attempts.", wait)
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
    answer = {"meta": meta, "jsonapi": {"version": "1.0"}, "links": links, "data": data}
    return JSONResponse(answer, media_type=JSON_API)


def document(resource: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse({"jsonapi": {"version": "1.0"}, "data": resource}, status, media_type=JSON_API)


def number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "")
    return max(1, int(given)) if given.isdigit() else default


def problem(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    error = {"status": str(status), "title": title, "detail": detail}
    return JSONResponse({"jsonapi": {"version": "1.0"}, "errors": [error]}, status, headers, JSON_API)
