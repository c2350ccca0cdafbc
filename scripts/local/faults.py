"""Making a dependency fail on demand, and counting what reaches it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Service = Literal["resend", "lemonsqueezy", "redis", "postgres"]
SERVICES: tuple[str, ...] = get_args(Service)


class Fault(BaseModel):
    """What the next calls of a service meet; without `times`, all of them until healed.

    `status` answers in the service's place. `dropAfterAccept` lets the call take effect and closes the connection
    without an answer.
    """

    model_config = ConfigDict(extra="forbid")

    service: Service
    status: int | None = Field(default=None, ge=400, le=599)
    delay_ms: int = Field(default=0, ge=0, alias="delayMs")
    drop_after_accept: bool = Field(default=False, alias="dropAfterAccept")
    times: int | None = Field(default=None, ge=1)


@dataclass
class Faults:
    """The faults that wait, first come first met, and the calls counted per service."""

    waiting: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, fault: Fault) -> None:
        self.waiting[fault.service].append(fault)

    def heal(self) -> None:
        self.waiting.clear()

    def take(self, service: str) -> Fault | None:
        """The fault that this call meets, if any; counts down its `times`."""
        if not self.waiting[service]:
            return None
        fault = self.waiting[service][0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self.waiting[service].pop(0)
        return fault


class Faulty:
    """Stands in front of a service's application: counts each call, and makes it meet its fault."""

    def __init__(self, app: ASGIApp, service: str, faults: Faults, counted_as: str | None = None) -> None:
        self.app, self.service, self.faults = app, service, faults
        self.counted_as = counted_as or service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.faults.counts[self.counted_as] += 1
        fault = self.faults.take(self.service)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self.meet(fault, scope, receive, send)

    async def meet(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.drop_after_accept:
            await self.app(scope, receive, _nowhere)
            scope["hang_up"]()
            while (await receive())["type"] != "http.disconnect":
                pass  # the server has noticed then, and expects no answer any more
        if fault.status is None:
            await self.app(scope, receive, send)
        else:
            await _answer(send, fault.status)


async def _nowhere(message: Message) -> None:
    """Takes an answer and forgets it."""


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-type", b"application/json"), *([(b"retry-after", b"1")] if status in (429, 503) else [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"message":"fault injected by the local stack"}'})
