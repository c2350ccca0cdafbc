"""Only a migrated Postgres, for database tests on another version: `python -m scripts.local.bare 16 COMMAND…`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from scripts.local import credentials, ports, supabase
from scripts.local.postgres import Postgres


async def run(major: int, command: Sequence[str]) -> int:
    """Runs the command with DATABASE_URL naming a fresh, migrated server; returns its status."""
    with tempfile.TemporaryDirectory(prefix="conversioncrm-") as folder:
        own = credentials.stack_credentials()
        port = ports.free(["postgres"])["postgres"]
        postgres = Postgres(Path(folder) / "data", port, own["POSTGRES_PASSWORD"], Path(folder) / "log", major)
        try:
            await postgres.start()
            migrate(postgres.url, own)
            process = await asyncio.create_subprocess_exec(*command, env={**os.environ, "DATABASE_URL": postgres.url})
            return await process.wait()
        finally:
            await postgres.stop()


def migrate(url: str, settings: dict[str, str]) -> None:
    supabase.create_roles(url)
    unused = {"APP_URL": "http://localhost", "SMTP_PORT": "1", "SMTP_USER": "nobody"}
    supabase.provision_auth({**settings, **unused, "DATABASE_URL": url})
    supabase.push_migrations(url)


if __name__ == "__main__":
    sys.exit(asyncio.run(run(int(sys.argv[1]), sys.argv[2:])))
