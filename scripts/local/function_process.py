"""The process that serves the functions, and its renewal when their code changes."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.local import processes, readiness
from scripts.local.layout import ROOT
from scripts.local.supabase import node

WATCHED = ("api/**/*.py", "lib/**/*", "widget/src/*", "dashboard/**/*", "vercel.json")
WATCH_SECONDS = 0.5
# A deployment sees its own variables and nothing of the machine it was started from.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "TMPDIR")


@dataclass
class FunctionProcess:
    """Serves api/, public/ and what is built for this stack, with these variables on this port."""

    settings: Mapping[str, str]
    port: int
    built: Path
    log: Path
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    listener: socket.socket | None = field(default=None, repr=False)

    async def start(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        await self._run()

    async def stop(self) -> None:
        if self.process is not None:
            await processes.stop(self.process)
        if self.listener is not None:
            self.listener.close()

    async def renew_on_change(self) -> None:
        """For ever: a changed file restarts the process; connections made meanwhile wait in the socket's queue."""
        seen = fingerprint()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = fingerprint()
            if now != seen and self.process is not None:
                seen = now
                await processes.stop(self.process)
                await asyncio.to_thread(self.build)
                await self._run()
                print("The code has changed: reloaded", flush=True)

    def build(self) -> None:
        """Makes the widget, and the dashboard with this stack's addresses. Mistakes are printed."""
        env = {**os.environ, **self.settings, "PUBLIC_DIR": str(self.built)}
        for script in ("widget/build.mjs", "dashboard/build.mjs"):
            done = subprocess.run([node(), script], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(done.stdout + done.stderr, flush=True)

    async def _run(self) -> None:
        assert self.listener is not None
        command = [sys.executable, "-m", "scripts.local.functions", str(self.listener.fileno()), str(self.built)]
        own = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        env = {**own, **self.settings, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
        before = self.log.stat().st_size if self.log.exists() else 0
        self.process = await processes.start(processes.tied(command), self.log, env, [self.listener.fileno()])

        async def ready() -> bool:
            return b"ready\n" in self.log.read_bytes()[before:]

        await readiness.until(ready, self.process, self.log)


def fingerprint() -> dict[Path, int]:
    """When each watched file last changed."""
    files = (file for pattern in WATCHED for file in ROOT.glob(pattern) if "__pycache__" not in file.parts)
    return {file: file.stat().st_mtime_ns for file in files if file.is_file()}
