"""Starts every part in the right order, and stops all of them whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from scripts.local import credentials, environment, ports, seed, smtp, supabase
from scripts.local.control import Switches, control
from scripts.local.crons import Crons
from scripts.local.demo.server import serve as demo_server
from scripts.local.faults import Faults, Faulty
from scripts.local.function_process import FunctionProcess
from scripts.local.inbox import Inbox, inbox_app
from scripts.local.layout import ROOT, Layout
from scripts.local.lemonsqueezy_fake import LemonSqueezyFake
from scripts.local.postgres import DEFAULT_MAJOR, Postgres
from scripts.local.proxy import proxy
from scripts.local.redis_server import Redis
from scripts.local.resend_fake import ResendFake, ResendSettings
from scripts.local.routing import Routes
from scripts.local.storage import s3
from scripts.local.supabase import Supabase
from scripts.local.upstash import upstash
from scripts.local.web import serving


@dataclass(frozen=True)
class Options:
    """Renew the functions when their code changes; run vercel.json's crons; let any key in (ALLOW_UNKNOWN_KEYS)."""

    reload: bool = True
    crons: bool = True
    any_key: bool = False
    postgres_major: int = DEFAULT_MAJOR
    resend_rate: int = 5

    @classmethod
    def from_environment(cls, env: Mapping[str, str], any_key: bool = False) -> Options:
        return cls(
            reload=env.get("RELOAD", "on") != "off",
            crons=env.get("CRONS", "on") != "off",
            any_key=any_key,
            postgres_major=int(env.get("PG_MAJOR", DEFAULT_MAJOR)),
            resend_rate=int(env.get("RESEND_RATE", 5)),
        )


class Stack:
    """One stack's parts. Starting is `async with stack.running():`."""

    def __init__(self, layout: Layout, options: Options) -> None:
        layout.create()
        self.layout, self.options = layout, options
        self.ports = ports.choose(layout.folder / "ports.json")
        self.credentials = credentials.load(layout.folder / "credentials.json", credentials.stack_credentials)
        self.env = environment.variables(self.ports, self.credentials, layout)
        os.environ |= environment.product(self.env)  # what lib/ reads when the seed imports it
        self.env |= credentials.load(layout.folder / "demo-keys.json", seed.demo_keys)
        self.faults, self.inbox = Faults(), Inbox()
        password, log = self.credentials["POSTGRES_PASSWORD"], layout.log
        self.postgres = Postgres(
            layout.postgres, self.ports["postgres"], password, log("postgres"), options.postgres_major
        )
        self.redis = Redis(layout.redis, self.ports["redis"], log("redis"))
        certificates = {"NODE_EXTRA_CA_CERTS": self.env["SMTP_CA_FILE"]}
        self.supabase = Supabase({**self.env, **certificates}, self.ports["lite"], log("supabase"))
        self.functions = FunctionProcess(
            self.function_settings(), self.ports["api"], layout.public.resolve(), log("functions")
        )
        self.crons = Crons(self.env["API_URL"], Routes.read(ROOT / "vercel.json").crons, self.env["CRON_SECRET"])

    def function_settings(self) -> dict[str, str]:
        any_key = {"ALLOW_UNKNOWN_KEYS": "1", "DEMO_PUBLISHABLE_KEY": self.env["DEMO_PUBLISHABLE_KEY"]}
        return {**environment.product(self.env), **(any_key if self.options.any_key else {})}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Mapping[str, str]]:
        """Everything runs, migrated and seeded; the variables are in `.local/env`. All of it ends with the block."""
        async with contextlib.AsyncExitStack() as parts:
            await self._serve_fakes(parts)
            for part in (self.redis, self.postgres, self.supabase, self.functions, self.crons):
                parts.push_async_callback(part.stop)
            async with asyncio.TaskGroup() as starting:
                starting.create_task(self._start_database())
                starting.create_task(self.redis.start())
                starting.create_task(self.functions.start())
                starting.create_task(asyncio.to_thread(self.functions.build))
                starting.create_task(self._start_storage(parts))
            self._start_demo(parts)
            environment.write(self.env, self.layout.environment)
            if self.options.crons:
                await self.crons.start()
            if self.options.reload:
                renewing = asyncio.create_task(self.functions.renew_on_change())
                parts.callback(renewing.cancel)
            yield self.env

    async def _start_storage(self, parts: contextlib.AsyncExitStack) -> None:
        entering = asyncio.create_task(asyncio.to_thread(parts.enter_context, s3(self.ports["s3"])))
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            # Its thread goes on, and what it entered after all others were left would hold up the end for ever.
            await asyncio.wait([entering])
            raise

    async def _start_database(self) -> None:
        await self.postgres.start()
        await asyncio.to_thread(supabase.create_roles, self.postgres.url)
        await self.supabase.start()
        await asyncio.to_thread(supabase.push_migrations, self.postgres.url)
        self.env |= await asyncio.to_thread(seed.seed, self.env)

    async def _serve_fakes(self, parts: contextlib.AsyncExitStack) -> None:
        """Whatever lives in this process: the inbox, the fakes, and the two proxies."""
        rate = ResendSettings(ratePerSecond=self.options.resend_rate)
        resend = ResendFake(self.env["RESEND_API_KEY"], self.env["MAIL_DOMAIN"], self.inbox, rate)
        lemonsqueezy = LemonSqueezyFake(self.env["LEMONSQUEEZY_API_KEY"])
        redis_api = upstash(self.redis.url, self.env["UPSTASH_REDIS_REST_TOKEN"])
        supabase_api = proxy(f"http://127.0.0.1:{self.ports['lite']}")
        apps: dict[str, ASGIApp] = {
            "fakes": control(self.faults, resend, lemonsqueezy, self._switches()),
            "mail": inbox_app(self.inbox),
            "upstash": Faulty(redis_api, "redis", self.faults),
            # Any page may ask Supabase, as its gateway has it; what Lite allows is less, and a fault allows nothing.
            "supabase": CORSMiddleware(
                Faulty(supabase_api, "postgres", self.faults, counted_as="supabase"),
                allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=["*"],
            ),
        }  # fmt: skip
        for name, app in apps.items():
            await parts.enter_async_context(serving(app, self.ports[name]))
        certificate = self.layout.folder / "smtp.pem"
        parts.enter_context(
            smtp.receiving(self.inbox, self.ports["smtp"], self.credentials["SMTP_PASSWORD"], certificate)
        )

    def _switches(self) -> Switches:
        async def crash() -> None:
            # Immediate shutdown: nothing is written down and the next start recovers from the log, as after a crash.
            # SIGKILL does the same to the data, but leaves orphans that block the next start for a while.
            await self.postgres.stop(signal.SIGQUIT)

        async def kill_redis() -> None:
            await self.redis.stop(signal.SIGKILL)

        return {
            "postgres": {"stop": self.postgres.stop, "start": self.postgres.start, "kill": crash},
            "redis": {"stop": self.redis.stop, "start": self.redis.start, "kill": kill_redis},
            "crons": {"stop": self.crons.stop, "start": self.crons.start},
        }

    def _start_demo(self, parts: contextlib.AsyncExitStack) -> None:
        server = demo_server(self.env, self.ports["demo"])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        parts.callback(server.server_close)
        parts.callback(server.shutdown)
