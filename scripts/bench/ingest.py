"""What one instance takes in over HTTP, beside a naive function (naive.py) on the same stack.

Events a second with 8 clients, and CPU seconds for 1,000 events of the function's process and Postgres together; the
clients and what stands in for Supabase's and Upstash's servers share the two cores and are not counted.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import psycopg

from scripts.bench.report import aligned
from scripts.local import environment
from scripts.local.layout import ROOT
from scripts.stack_environment import stack_environment

CLIENTS = 8
USERS = 1000
SIDES = {"/api/track": "scripts.local.functions", "naive": "scripts.bench.naive"}
NAIVE_TABLES = """
    create table public.naive_keys (key_hash text primary key);
    create table public.naive_events (messageid text primary key, userid text, event text, properties jsonb);
    create table public.naive_contacts (userid text primary key, events integer);
    grant select, insert, update on public.naive_keys, public.naive_events, public.naive_contacts to service_role;
"""
DROP_TABLES = "drop table if exists public.naive_keys, public.naive_events, public.naive_contacts"


@dataclass(frozen=True)
class Scenario:
    """Requests of that many messages each; the naive function gets fewer, since it is that much slower."""

    name: str
    size: int
    requests: Mapping[str, int]


SCENARIOS = (
    Scenario("single events", 1, {"/api/track": 2400, "naive": 480}),
    Scenario("batches of 100", 100, {"/api/track": 80, "naive": 8}),
)


@dataclass(frozen=True)
class Figures:
    """Of one run."""

    events_per_second: float
    cpu_per_thousand: float


def run(folder: Path, *, quick: bool) -> str:
    """The table of rates: medians of 3 alternating pairs (1 if quick)."""
    stack = stack_environment()
    lines: list[Sequence[str]] = [("", *SIDES, "times as many", "CPU s per 1,000", "naive's", "ratio")]
    with prepared(stack):
        for scenario in SCENARIOS:
            taken: dict[str, list[Figures]] = {side: [] for side in SIDES}
            for _ in range(1 if quick else 3):
                for side in SIDES:
                    taken[side].append(measure(stack, scenario, side, folder))
            lines.append((scenario.name, *cells(taken)))
    return aligned(f"One instance, {CLIENTS} clients, events/s", lines)


def cells(taken: Mapping[str, Sequence[Figures]]) -> Iterator[str]:
    rates = [median(figures.events_per_second for figures in runs) for runs in taken.values()]
    costs = [median(figures.cpu_per_thousand for figures in runs) for runs in taken.values()]
    yield from (f"{rate:,.0f}" for rate in rates)
    yield f"{rates[0] / rates[1]:.1f}"
    yield from (f"{cost:.2f}" for cost in costs)
    yield f"{costs[0] / costs[1]:.3f}"


@contextmanager
def prepared(stack: Mapping[str, str]) -> Iterator[None]:
    """The naive function's tables, and a limit that nobody reaches; both gone afterwards."""
    digest = hashlib.sha256(stack["DEMO_SECRET_KEY"].encode()).hexdigest()
    limit = "update public.workspaces set rate_multiplier = %s where id = %s"
    with psycopg.connect(stack["DATABASE_URL"], autocommit=True) as db:
        db.execute(DROP_TABLES)
        db.execute(NAIVE_TABLES)
        db.execute("insert into public.naive_keys values (%s)", (digest,))
        known = "select rate_multiplier from public.workspaces where id = %s"
        [(multiplier,)] = db.execute(known, (stack["DEMO_WORKSPACE_ID"],)).fetchall()
        db.execute(limit, (1000, stack["DEMO_WORKSPACE_ID"]))
        try:
            yield
        finally:
            db.execute(limit, (multiplier, stack["DEMO_WORKSPACE_ID"]))
            db.execute(DROP_TABLES)


def measure(stack: Mapping[str, str], scenario: Scenario, side: str, folder: Path) -> Figures:
    """One run against a new instance, which has answered a first request."""
    count = scenario.requests[side]
    with instance(stack, SIDES[side], folder / "log") as (process, port):
        send(stack, port, [body(1)])
        watched = [process, *postgres(stack)]
        before, began = cpu(watched), time.perf_counter()
        shares = [[body(scenario.size) for _ in range(count // CLIENTS)] for _ in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda share: send(stack, port, share), shares))
        elapsed, used = time.perf_counter() - began, cpu(watched) - before
    events = count // CLIENTS * CLIENTS * scenario.size
    return Figures(events / elapsed, used / events * 1000)


def body(size: int) -> bytes:
    properties = {"feature": "export", "format": "csv", "rows": 1250, "plan": "free"}
    messages: list[dict[str, Any]] = [
        {
            "type": "track",
            "event": "Feature Used",
            "messageId": (identifier := uuid.uuid4()).hex,
            "userId": f"user-{identifier.int % USERS}",
            "properties": properties,
        }
        for _ in range(size)
    ]
    return json.dumps({"batch": messages} if size > 1 else messages[0]).encode()


def send(stack: Mapping[str, str], port: int, bodies: Sequence[bytes]) -> None:
    """One client's requests, on one connection."""
    headers = {"Authorization": f"Bearer {stack['DEMO_SECRET_KEY']}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for content in bodies:
        connection.request("POST", "/api/track", content, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text.decode()}")
    connection.close()


@contextmanager
def instance(stack: Mapping[str, str], module: str, log: Path) -> Iterator[tuple[psutil.Process, int]]:
    """A process that serves the side's function, and its port."""
    command = [sys.executable, "-m", module]
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, log.open("w") as output:
        descriptor = listener.fileno()
        started = subprocess.Popen(
            [*command, str(descriptor)], cwd=ROOT, env=environment.product(stack), stdout=output, pass_fds=[descriptor]
        )
        try:
            yield psutil.Process(started.pid), listener.getsockname()[1]
        finally:
            started.terminate()
            started.wait(10)


def postgres(stack: Mapping[str, str]) -> list[psutil.Process]:
    """The stack's Postgres and its children, whose connections stay for longer than a run."""
    port = stack["DATABASE_URL"].rpartition(":")[2].partition("/")[0]
    [server] = [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"-cport={port}" in (process.info["cmdline"] or []) and "postgres" in process.name()
    ]
    return [server, *server.children(recursive=True)]


def cpu(processes: Sequence[psutil.Process]) -> float:
    """Seconds that those which still run have used."""
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())
