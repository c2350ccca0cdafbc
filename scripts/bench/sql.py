"""What track() costs in Postgres, beside a raw INSERT of the same events into the plainest table.

Eight clients, durability on, a million events there beforehand and restored before each run, a fixed number of
transactions, a checkpoint first. Each scenario alternates between the two, since the machine's own speed drifts.

Read a ratio beside the time of a flush, which the title gives. An INSERT is little work and one flush; the faster the
flush, the more the ratio compares work alone: 7 at 0.09 ms, 3 at 0.4 ms, 1.7 at 1.1 ms, on the same two cores.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scripts.bench.cluster import Cluster, cluster, flush_seconds
from scripts.bench.report import Row, table
from scripts.bench.workload import (
    CONTACTS,
    FIRST_CONTACT,
    KEY_HASH,
    NAME,
    PROPERTIES,
    TODAY,
    WORKSPACE,
    floor_script,
    one_contact,
    random_contacts,
    track_script,
)
from scripts.local.layout import ROOT

HERE = Path(__file__).parent
CLIENTS = 8
BATCH = 100
OWNER = "00000000-0000-4000-8000-0000000000ff"


@dataclass(frozen=True)
class Scenario:
    """One shape of traffic: which contacts a transaction's events are of, and how often each client does it."""

    name: str
    contacts: Callable[[int], Sequence[str]]
    size: int
    transactions: int
    goal: float


# So many that a connection's first call, which plans every statement, hardly counts: Supabase keeps its connections.
SCENARIOS = (
    Scenario("single events", random_contacts, 1, 4000, 3.0),
    Scenario("batches of 100 random contacts", random_contacts, BATCH, 240, 5.5),
    Scenario("batches of 100 of one contact", one_contact, BATCH, 240, 2.2),
)


def run(folder: Path, *, quick: bool, version: int = 16) -> str:
    """The table of rates: medians of 5 alternating pairs (1 if quick). Postgres 16 is the oldest that is supported."""
    preloaded, pairs = (100_000, 1) if quick else (1_000_000, 5)
    with cluster(folder, version) as postgres:
        seed_floor(postgres, preloaded)
        seed_track(postgres, preloaded, folder)
        rows = [compare(postgres, scenario, pairs, folder) for scenario in SCENARIOS]
        flush = f"a flush takes {flush_seconds(folder) * 1000:.2f} ms"
        title = f"track() beside a raw INSERT, events/s, {CLIENTS} clients, {preloaded:,} events before, {flush}"
        return table(f"{title}, PostgreSQL {version}", rows)


def seed_floor(postgres: Cluster, count: int) -> None:
    """The floor table with that many rows of the same contacts."""
    postgres.execute("postgres", "-c", "create database floor")
    postgres.execute("floor", "-f", str(HERE / "floor.sql"))
    postgres.execute(
        "floor",
        "-c",
        f"""insert into floor_events select '{WORKSPACE}', md5(n::text) || n,
                'user-' || {FIRST_CONTACT} + n * 7919::bigint % {CONTACTS}, '{NAME}', '{json.dumps(PROPERTIES)}',
                timestamptz '{TODAY}T11:59:30Z' - n * interval '1 second'
            from generate_series(1, {count}) as n""",
    )
    postgres.execute("floor", "-c", "vacuum analyze")


def seed_track(postgres: Cluster, count: int, folder: Path) -> None:
    """The product's database with that many events that went through track() itself."""
    create_product(postgres, "track")
    days = 10
    for day in range(days):
        script = folder / "preload.sql"
        script.write_text(track_script(random_contacts(BATCH), f"{TODAY[:-2]}{10 + day}"))
        postgres.pgbench(
            "track",
            script,
            clients=CLIENTS,
            transactions=count // BATCH // CLIENTS // days,
            settings={"synchronous_commit": "off"},
        )
    postgres.execute("track", "-c", "vacuum analyze")


def create_product(postgres: Cluster, database: str) -> None:
    """The product's database, migrated, with a workspace that has seen nothing yet."""
    postgres.execute("postgres", "-c", f"create database {database}")
    postgres.execute(database, "-f", str(ROOT / "scripts/local/roles.sql"), "-f", str(HERE / "auth_stub.sql"))
    for migration in sorted((ROOT / "supabase/migrations").glob("*.sql")):
        postgres.execute(database, "-1", "-f", str(migration))
    postgres.execute(database, text=workspace_sql())


def workspace_sql() -> str:
    """A workspace with the default rules, and its secret key."""
    return f"""
        insert into auth.users (id) values ('{OWNER}');
        select public.create_workspace('{OWNER}', 'Benchmark', 'benchmark') as workspace \\gset
        select public.create_api_key(:'workspace', 'secret', '{KEY_HASH}', 'bench');
    """


def compare(postgres: Cluster, scenario: Scenario, pairs: int, folder: Path) -> Row:
    """The scenario's rate on both sides."""
    contacts = scenario.contacts(scenario.size)
    scripts = {"floor": folder / "floor_script.sql", "track": folder / "track_script.sql"}
    scripts["floor"].write_text(floor_script(contacts))
    scripts["track"].write_text(track_script(contacts))
    # The floor does twice as many, or its runs would be too short to be steady.
    transactions = {"floor": 2 * scenario.transactions, "track": scenario.transactions}
    sides = [Side(name, scripts[name], transactions[name]) for name in scripts]
    floor, track = (rate * scenario.size for rate in alternate(postgres, sides, pairs))
    return Row(scenario.name, f"{track:,.0f}", f"{floor:,.0f}", floor / track, scenario.goal)


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a seeded database, and what each client does there how often."""

    seeded: str
    script: Path
    transactions: int


def alternate(postgres: Cluster, sides: Sequence[Side], pairs: int) -> list[float]:
    """Each side's transactions per second: medians of alternating runs, each on a fresh copy of its data."""
    rates: list[list[float]] = [[] for _ in sides]
    for _ in range(pairs):
        for side, taken in zip(sides, rates, strict=True):
            database = postgres.restore(side.seeded)
            taken.append(postgres.pgbench(database, side.script, clients=CLIENTS, transactions=side.transactions))
    return [median(taken) for taken in rates]
