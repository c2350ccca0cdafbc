"""A throwaway Postgres of the benchmark's own, durable as production is, reachable over its Unix socket alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scripts.local.postgres import programs
from scripts.local.processes import as_nobody, tied

# No checkpoint falls into a measured run; durability stays on. Memory is a small hosted database's.
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "jit": "off",
    "shared_buffers": "1GB",
    "max_connections": "40",
    "listen_addresses": "",
}


@dataclass(frozen=True)
class Cluster:
    """A running server: where its programs are, and the folder of its socket."""

    programs: Path
    folder: Path

    def execute(self, database: str, *arguments: str, text: str | None = None) -> str:
        """Runs psql, stopping at the first error; returns what it printed, unadorned."""
        return self._run("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", *arguments, self.address(database), text=text)

    def restore(self, seeded: str) -> str:
        """A fresh copy of the seeded database, checkpointed, so that every run starts from the same data."""
        copy = f"{seeded}_run"
        self.execute("postgres", "-c", f"drop database if exists {copy}")
        self.execute("postgres", "-c", f"create database {copy} template {seeded} strategy file_copy")
        self.execute("postgres", "-c", "checkpoint")
        return copy

    def pgbench(
        self, database: str, script: Path, *, clients: int, transactions: int, settings: Mapping[str, str] | None = None
    ) -> float:
        """Transactions per second over that many by each client; raises when one failed."""
        options = " ".join(f"-c {name}={value}" for name, value in (settings or {}).items())
        output = self._pgbench(database, script, clients, f"-t{transactions}", environment={"PGOPTIONS": options})
        if f"processed: {clients * transactions}/{clients * transactions}" not in output:
            raise RuntimeError(f"pgbench did not finish:\n{output}")
        found = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", output)
        if found is None:
            raise RuntimeError(f"pgbench printed no rate:\n{output}")
        return float(found[1])

    def open_loop(self, database: str, script: Path, *, clients: int, rate: float, seconds: int) -> list[float]:
        """Milliseconds that each transaction took from when it was meant to start, however many are late; the starts
        are a Poisson process of that many a second. What ends in the first second is left out: connections are new,
        and plan each statement once.
        """
        with tempfile.TemporaryDirectory() as logs:
            limits = (f"-T{seconds + 1}", f"-R{rate}", "--log", f"--log-prefix={logs}/log")
            output = self._pgbench(database, script, clients, *limits)
            lines = [line.split() for log in Path(logs).iterdir() for line in log.read_text().splitlines()]
        if f"processed: {len(lines)}\n" not in output or "failed transactions: 0 " not in output:
            raise RuntimeError(f"pgbench did not finish:\n{output}")
        ended = [float(f"{line[4]}.{line[5]:0>6}") for line in lines]
        return [int(line[2]) / 1000 for line, end in zip(lines, ended, strict=True) if end > min(ended) + 1]

    def address(self, database: str) -> str:
        """What connects to that database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def _pgbench(
        self, database: str, script: Path, clients: int, *limits: str, environment: Mapping[str, str] | None = None
    ) -> str:
        arguments = ("-n", f"-c{clients}", "-j2", *limits, f"-f{script}", self.address(database))
        return self._run("pgbench", *arguments, environment=environment)

    def _run(
        self, program: str, *arguments: str, text: str | None = None, environment: Mapping[str, str] | None = None
    ) -> str:
        outcome = subprocess.run(
            [str(self.programs / program), *arguments],
            input=text,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode != 0:
            raise RuntimeError(f"{program} failed:\n{outcome.stderr[-4000:]}")
        return outcome.stdout


@contextmanager
def cluster(folder: Path, version: int) -> Iterator[Cluster]:
    """Makes a cluster in that folder, whose path must fit in a socket's, and runs it until the block ends."""
    data, binaries = folder / "data", programs(version)
    permitted = as_nobody if os.geteuid() == 0 else tied
    folder.chmod(0o755)
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, "nobody")
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
    subprocess.run(permitted([*initdb, "--auth=trust"]), check=True, stdout=subprocess.DEVNULL)
    settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "unix_socket_directories": str(data)}.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            permitted([str(binaries / "postgres"), "-D", str(data), *settings], "INT"), stdout=log, stderr=log
        )
    try:
        running = Cluster(binaries, data)
        await_connections(running, process, folder / "log")
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def flush_seconds(folder: Path) -> float:
    """How long the disk under that folder takes to make one appended page durable; the median of many."""
    taken = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(200):
            file.write(bytes(8192))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return median(taken)


def await_connections(postgres: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns once the server answers; raises with its log when it ended instead."""
    while True:
        try:
            postgres.execute("postgres", "-c", "select 1")
            return
        except RuntimeError:
            if process.poll() is not None:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.05)
