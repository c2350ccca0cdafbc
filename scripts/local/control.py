"""FAKES_URL: the fakes themselves, and the switches that tests turn."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from scripts.local.faults import Fault, Faults, Faulty
from scripts.local.lemonsqueezy_fake import LemonSqueezyFake
from scripts.local.resend_fake import ResendFake

# {"postgres": {"stop": …, "start": …, "kill": …}, …}; each returns when it is done.
Switches = Mapping[str, Mapping[str, Callable[[], Awaitable[None]]]]


def control(faults: Faults, resend: ResendFake, lemonsqueezy: LemonSqueezyFake, switches: Switches) -> Starlette:
    async def set_fault(request: Request) -> Response:
        if request.method == "DELETE":
            faults.heal()
        else:
            faults.add(Fault.model_validate(await request.json()))
        return Response(status_code=204)

    async def counts(request: Request) -> Response:
        if request.method == "DELETE":
            faults.counts.clear()
        return JSONResponse(dict(faults.counts))

    async def services(request: Request) -> Response:
        wanted = await request.json()
        switch = switches.get(wanted.get("service"), {}).get(wanted.get("action"))
        if switch is None:
            return JSONResponse({"detail": {name: list(actions) for name, actions in switches.items()}}, 422)
        await switch()
        return Response(status_code=204)

    fakes: dict[str, Any] = {"resend": resend, "lemonsqueezy": lemonsqueezy}

    async def settings(request: Request) -> Response:
        fake = fakes[request.path_params["service"]]
        if request.method == "DELETE":
            fake.settings = fake.defaults
        elif request.method == "POST":
            changed = {**fake.settings.model_dump(by_alias=True), **await request.json()}
            fake.settings = type(fake.defaults).model_validate(changed)
        return JSONResponse(fake.settings.model_dump(by_alias=True))

    async def subscriptions(request: Request) -> Response:
        """What Lemon Squeezy knows, {id: attributes}, and the checkouts it was asked for."""
        if request.method == "PUT":
            lemonsqueezy.subscriptions = dict(await request.json())
            lemonsqueezy.recent.clear()
        return JSONResponse({"subscriptions": lemonsqueezy.subscriptions, "checkouts": lemonsqueezy.checkouts})

    return Starlette(
        routes=[
            Route("/subscriptions", subscriptions, methods=["GET", "PUT"]),
            Route("/faults", set_fault, methods=["POST", "DELETE"]),
            Route("/counts", counts, methods=["GET", "DELETE"]),
            Route("/services", services, methods=["POST"]),
            Route("/settings/{service:str}", settings, methods=["GET", "POST", "DELETE"]),
            Mount("/resend", Faulty(resend.app(), "resend", faults)),
            Mount("/lemonsqueezy", Faulty(lemonsqueezy.app(), "lemonsqueezy", faults)),
        ],
        exception_handlers={ValidationError: invalid, json.JSONDecodeError: invalid, KeyError: invalid},
    )


async def invalid(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 422)
