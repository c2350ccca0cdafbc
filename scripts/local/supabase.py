"""Supabase's Data API and Auth: the official Lite server and the official CLI, over our Postgres."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from scripts.local import processes, readiness
from scripts.local.layout import HERE, ROOT

# Nothing is reported, and the CLI keeps its own files in the checkout.
QUIET = {
    "DO_NOT_TRACK": "1",
    "NO_COLOR": "1",
    "SUPABASE_NO_UPDATE_NOTIFIER": "1",
    "SUPABASE_HOME": str(ROOT / ".local" / "supabase-cli"),
}


def node() -> str:
    found = shutil.which("node")
    if found is None:
        raise readiness.NotReadyError("Node.js 20 or newer is needed: https://nodejs.org/en/download")
    return found


@dataclass
class Supabase:
    """Lite serving one database. `settings` are the variables that supabase.mjs reads."""

    settings: Mapping[str, str]
    port: int
    log: Path
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    keeper: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Runs the server until it takes requests; the auth schema is there then."""
        self.process = await self._run()
        await readiness.until(lambda: readiness.accepts(self.port), self.process, self.log)
        self.keeper = asyncio.create_task(self._keep(self.process))

    async def stop(self) -> None:
        if self.keeper is not None:
            self.keeper.cancel()
        if self.process is not None:
            await processes.stop(self.process)

    async def _run(self) -> asyncio.subprocess.Process:
        command = processes.tied([node(), str(HERE / "supabase.mjs")])
        env = {**os.environ, **QUIET, **self.settings, "PORT": str(self.port)}
        return await processes.start(command, self.log, env)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        """For ever: Lite's driver can throw outside of any request when Postgres goes away, which ends the process."""
        while True:
            await process.wait()
            await asyncio.sleep(0.2)  # it can't start before Postgres is back
            self.process = process = await self._run()


def create_roles(database_url: str) -> None:
    """Makes the roles and schemas that every Supabase project starts with."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute((HERE / "roles.sql").read_bytes())


def provision_auth(settings: Mapping[str, str]) -> None:
    """Makes the auth schema without serving it, for a database that only needs the migrations to apply."""
    run([node(), str(HERE / "supabase.mjs"), "--provision"], {**QUIET, **settings})


def push_migrations(database_url: str) -> None:
    """Applies the migrations that the database has not seen, as a deploy does."""
    run([str(cli()), "db", "push", f"--remote={database_url}?sslmode=disable", "--yes"], QUIET)


def cli() -> Path:
    return HERE / "node_modules" / ".bin" / "supabase"


def run(command: list[str], env: Mapping[str, str]) -> None:
    done = subprocess.run(command, env={**os.environ, **env}, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise readiness.NotReadyError(f"{Path(command[0]).name} {command[1]} failed:\n{done.stdout}{done.stderr}")
