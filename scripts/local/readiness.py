"""Waiting for what was started, no longer than needed and no longer than it lives."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path

INTERVAL_SECONDS = 0.03


class NotReadyError(Exception):
    """A part of the stack did not start; the text says why, for the person who started it."""


async def until(ready: Callable[[], Awaitable[bool]], process: Process, log: Path, seconds: float = 30) -> None:
    """Returns once `ready` is true; raises with the end of the log when the process ends first or time runs out."""
    try:
        async with asyncio.timeout(seconds):
            while not await ready():
                if process.returncode is not None:
                    raise NotReadyError(f"{log.stem} ended with status {process.returncode}:\n{tail(log)}")
                await asyncio.sleep(INTERVAL_SECONDS)
    except TimeoutError:
        raise NotReadyError(f"{log.stem} was not ready after {seconds:.0f} s:\n{tail(log)}") from None


async def accepts(port: int) -> bool:
    """Whether something listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
