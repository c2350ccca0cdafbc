"""Vercel's scheduler, sped up: whatever vercel.json plans runs every INTERVAL_SECONDS."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

INTERVAL_SECONDS = 1.5


@dataclass
class Crons:
    """Calls each path as Vercel does: GET, with the secret, without looking at the answer."""

    api_url: str
    paths: Sequence[str]
    secret: str
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        if self.task is None:
            self.task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Returns when no call is under way any more."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None

    async def _run(self) -> None:
        headers = {"Authorization": f"Bearer {self.secret}", "User-Agent": "vercel-cron/1.0"}
        async with httpx.AsyncClient(base_url=self.api_url, headers=headers, timeout=60, trust_env=False) as client:
            while True:
                await asyncio.sleep(INTERVAL_SECONDS)
                await asyncio.gather(*(client.get(path) for path in self.paths), return_exceptions=True)
