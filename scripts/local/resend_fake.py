"""Resend's API as documented (https://resend.com/docs/api-reference), delivering to the inbox.

It refuses what Resend refuses, in Resend's shape: {"statusCode", "name", "message"}.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scripts.local.inbox import Inbox, Mail

MAX_RECIPIENTS = 50
MAX_BATCH = 100
TAG = re.compile("[A-Za-z0-9_-]{1,256}")


class ResendSettings(BaseModel):
    """What tests may turn: the team's rate, how long keys live, and how far its clock is ahead."""

    model_config = ConfigDict(extra="forbid")

    rate_per_second: int = Field(default=5, ge=1, alias="ratePerSecond")
    key_seconds: int = Field(default=24 * 3600, ge=1, alias="keySeconds")
    clock_offset_seconds: float = Field(default=0, alias="clockOffsetSeconds")
    hold_ms: int = Field(default=0, ge=0, alias="holdMs")


class Refusal(Exception):
    """One of Resend's documented errors."""

    def __init__(self, status: int, name: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.name, self.message, self.headers = status, name, message, dict(headers or {})


@dataclass
class Remembered:
    """What an idempotency key stands for. `answer` is missing while its first request is still at work."""

    body: str
    at: float
    answer: dict[str, Any] | None = None


@dataclass
class ResendFake:
    api_key: str
    domain: str
    inbox: Inbox
    defaults: ResendSettings = field(default_factory=ResendSettings)
    settings: ResendSettings = field(init=False)
    keys: dict[str, Remembered] = field(default_factory=dict)
    recent: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.settings = self.defaults

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/emails", self.send, methods=["POST"]),
                Route("/emails/batch", self.send_batch, methods=["POST"]),
            ]
        )

    async def send(self, request: Request) -> Response:
        return await self.answered(request, self.deliver)

    async def send_batch(self, request: Request) -> Response:
        return await self.answered(request, self.deliver_batch)

    async def answered(self, request: Request, deliver: Any) -> Response:
        try:
            self.authorise(request)
            self.admit()
            body = parsed(await request.body())
            return JSONResponse(await self.once(request.headers.get("idempotency-key"), body, deliver))
        except Refusal as refusal:
            body = {"statusCode": refusal.status, "name": refusal.name, "message": refusal.message}
            return JSONResponse(body, refusal.status, refusal.headers)

    def authorise(self, request: Request) -> None:
        given = request.headers.get("authorization")
        if given is None:
            raise Refusal(401, "missing_api_key", "Missing API key in the authorization header.")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.api_key}".encode()):
            raise Refusal(403, "invalid_api_key", "API key is invalid.")
        if "user-agent" not in request.headers:
            raise Refusal(403, "1010", "Requests need a User-Agent.")

    def admit(self) -> None:
        """Counts the request against the team's rate, which is per second."""
        now = time.monotonic()
        while self.recent and self.recent[0] <= now - 1:
            self.recent.popleft()
        if len(self.recent) >= self.settings.rate_per_second:
            limit = self.settings.rate_per_second
            headers = {
                "retry-after": "1",
                "ratelimit-limit": f"{limit}",
                "ratelimit-remaining": "0",
                "ratelimit-reset": "1",
            }
            message = f"Too many requests. You can only make {limit} requests per second."
            raise Refusal(429, "rate_limit_exceeded", message, headers)
        self.recent.append(now)

    async def once(self, key: str | None, body: Any, deliver: Any) -> dict[str, Any]:
        """The first answer again for a key that was used with the same body; nothing is delivered then."""
        if key is None:
            return await self.held(body, deliver)
        if not 1 <= len(key) <= 256:
            raise Refusal(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        known = self.recall(key)
        if known is None:
            return await self.first(key, body, deliver)
        if known.body != canonical(body):
            message = "Same idempotency key used with a different request payload."
            raise Refusal(409, "invalid_idempotent_request", message)
        if known.answer is None:
            message = "Same idempotency key used while original request is still in progress."
            raise Refusal(409, "concurrent_idempotent_requests", message)
        return known.answer

    async def first(self, key: str, body: Any, deliver: Any) -> dict[str, Any]:
        remembered = self.keys[key] = Remembered(canonical(body), self.now())
        try:
            remembered.answer = await self.held(body, deliver)
        except BaseException:
            del self.keys[key]  # a refused request leaves its key free
            raise
        return remembered.answer

    async def held(self, body: Any, deliver: Any) -> dict[str, Any]:
        """Delivers after `holdMs`, during which the same key is a concurrent request."""
        await asyncio.sleep(self.settings.hold_ms / 1000)
        answer: dict[str, Any] = deliver(body)
        return answer

    def recall(self, key: str) -> Remembered | None:
        known = self.keys.get(key)
        if known is not None and self.now() - known.at >= self.settings.key_seconds:
            del self.keys[key]
            return None
        return known

    def now(self) -> float:
        return time.time() + self.settings.clock_offset_seconds

    def deliver(self, body: Any) -> dict[str, Any]:
        mail = self.checked(body)
        self.inbox.add(mail)
        return {"id": mail.id}

    def deliver_batch(self, body: Any) -> dict[str, Any]:
        """All or nothing, as Resend's strict validation is by default."""
        if not isinstance(body, list) or not 1 <= len(body) <= MAX_BATCH:
            raise Refusal(422, "validation_error", f"A batch holds 1 to {MAX_BATCH} emails.")
        if any("attachments" in email for email in body if isinstance(email, dict)):
            raise Refusal(422, "validation_error", "The `attachments` field is not supported in batches.")
        mails = [self.checked(email) for email in body]
        for mail in mails:
            self.inbox.add(mail)
        return {"data": [{"id": mail.id} for mail in mails]}

    def checked(self, body: Any) -> Mail:
        """The mail that the body describes, or the refusal that Resend would give."""
        if not isinstance(body, dict):
            raise Refusal(422, "validation_error", "The request body must be an object.")
        require(body)
        self.require_domain(str(body["from"]))
        recipients = addresses("to", body["to"])
        return Mail(
            id=str(uuid4()),
            to=recipients,
            sender=str(body["from"]),
            subject=str(body["subject"]),
            provider="resend",
            headers=headers(body),
            html=str(body.get("html") or ""),
            text=str(body.get("text") or ""),
            tags=tags(body.get("tags") or []),
        )

    def require_domain(self, sender: str) -> None:
        address = parseaddr(sender)[1]
        domain = address.rpartition("@")[2].lower()
        if not address or "@" not in address:
            shape = "`email@example.com` or `Name <email@example.com>`"
            message = f"Invalid `from` field. The email address needs to follow the {shape} format."
            raise Refusal(422, "validation_error", message)
        if domain != self.domain:
            message = f"The {domain} domain is not verified. Please, add and verify your domain on"
            message += " https://resend.com/domains"
            raise Refusal(403, "validation_error", message)


def require(body: Mapping[str, Any]) -> None:
    for name in ("from", "to", "subject"):
        if not body.get(name):
            raise Refusal(422, "missing_required_field", f"Missing `{name}` field.")
    if not body.get("html") and not body.get("text"):
        raise Refusal(422, "missing_required_field", "Missing `html` or `text` field.")


def tags(given: Any) -> dict[str, str]:
    """What the webhook's events will repeat: names and values of ASCII letters, digits, _ and -."""
    if not isinstance(given, list) or not all(isinstance(tag, dict) and set(tag) <= {"name", "value"} for tag in given):
        raise Refusal(422, "validation_error", "`tags` is a list of objects with `name` and `value`.")
    for part in (part for tag in given for part in (tag.get("name"), tag.get("value", "_"))):
        if not isinstance(part, str) or not TAG.fullmatch(part):
            message = (
                "Tags should only contain ASCII letters, numbers, underscores, or dashes, and 256 of them at most."
            )
            raise Refusal(422, "validation_error", message)
    return {tag["name"]: tag.get("value", "") for tag in given}


def addresses(name: str, value: Any) -> list[str]:
    given = [value] if isinstance(value, str) else value
    valid = isinstance(given, list) and all(isinstance(a, str) and "@" in parseaddr(a)[1] for a in given)
    if not valid:
        raise Refusal(422, "validation_error", f"Invalid `{name}` field.")
    if len(given) > MAX_RECIPIENTS:
        raise Refusal(422, "validation_error", f"The `{name}` field holds at most {MAX_RECIPIENTS} addresses.")
    return [parseaddr(address)[1] for address in given]


def headers(body: Mapping[str, Any]) -> dict[str, str]:
    reply_to = body.get("reply_to") or []
    joined = ", ".join([reply_to] if isinstance(reply_to, str) else reply_to)
    own = {str(name): str(value) for name, value in (body.get("headers") or {}).items()}
    return {"Reply-To": joined, **own} if joined else own


def parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise Refusal(400, "validation_error", "The request body is not valid JSON.") from None


def canonical(body: Any) -> str:
    return json.dumps(body, sort_keys=True)
