"""What may not grow with a workspace: the sweep, the list of the hottest contacts, ingestion, and its slowest answers
while new rules are published. A workspace of a million contacts and ten million events, beside small ones.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg

from scripts.bench.activity import add_activity
from scripts.bench.cluster import Cluster, cluster
from scripts.bench.dashboard import Call
from scripts.bench.population import PRODUCT, Population, populate
from scripts.bench.publishing import NOW, Chunk, Connection, Pair, one, publish_under_load
from scripts.bench.report import Row, table
from scripts.bench.sql import BATCH, CLIENTS, OWNER, Side, alternate, create_product
from scripts.bench.workload import TODAY, random_contacts, track_script

BIG, FEW_CONTACTS, FEW_EVENTS = "big", "few_contacts", "few_events"
BIG_TABLES = (
    "contacts",
    "contact_states",
    "identities",
    "messages",
    "message_events",
    "signal_counts",
    "suppressions",
    "transitions",
)
TOP = """
    select s.contact_id, s.score, s.stage_id from public.contact_states as s
    where s.workspace_id = '{workspace}'
    order by s.score desc, s.contact_id
    limit 50
    """
TOP_NAMED = """
    select s.contact_id, s.score, s.stage_id, c.email, c.traits
    from public.contact_states as s
    join public.contacts as c on c.id = s.contact_id
    where s.workspace_id = '{workspace}'
    order by s.score desc, s.contact_id
    limit 50
    """

# The middle of the list, where paging by number would be slowest.
MIDDLE = """
    select jsonb_build_object('score', score, 'id', contact_id)
    from (
        select score, contact_id, ntile(2) over (order by score desc, contact_id) as half from public.contact_states
    ) as s
    where half = 2 order by score desc, contact_id limit 1
    """


# What a page asks for beside its place where many pages before it were turned.
TURNED: dict[str, str] = {
    "p_after": MIDDLE,
    "p_begun": "select '{}'",
    "p_shown": "select array(select contact_id from public.contact_states order by score desc, contact_id limit 1950)",
}


def trait(operator: str, operand: str) -> str:
    """A statement that finds a filter by the trait that everybody has a value of."""
    return f"select '{json.dumps([{'trait': 'plan', 'operator': operator, 'operand': operand}])}'"


def signals(*numbers: int, least: int) -> str:
    """A statement that finds a filter by those signals, each so often in the last 30 days."""
    return f"select '{json.dumps([{'signal': number, 'least': least, 'days': 30} for number in numbers])}'"


# The list of contacts, as the dashboard asks for it.
LISTS: dict[str, Call] = {
    "the top": ("list_contacts", {}),
    "a page further on": ("list_contacts", {"p_after": MIDDLE}),
    "the lowest": ("list_contacts", {"p_most": "select 5"}),
    "whom nobody has seen": ("list_contacts", {"p_seen_from": "select 'infinity'"}),
    "a stage": ("list_contacts", {"p_stage": "select id from public.stages where name = 'at_risk'"}),
    "an empty stage": ("list_contacts", {"p_stage": "select gen_random_uuid()"}),
    "a trait that many have": ("list_contacts", {"p_traits": trait("equals", "free")}),
    "a trait that few have": ("list_contacts", {"p_traits": trait("equals", "partner")}),
    "a trait that nobody has": ("list_contacts", {"p_traits": trait("contains", "zz")}),
    "who did something": ("list_contacts", {"p_signals": signals(2, least=1)}),
    "who did nothing so often": ("list_contacts", {"p_signals": signals(1, 2, least=900)}),
    "no such trait and signal": (
        "list_contacts",
        {"p_traits": trait("contains", "e"), "p_signals": signals(5, least=900)},
    ),
    "many pages turned": ("list_contacts", TURNED),
    "many pages turned, of a trait": ("list_contacts", {**TURNED, "p_traits": trait("contains", "zz")}),
    "many pages turned, of signals": ("list_contacts", {**TURNED, "p_signals": signals(1, 2, least=900)}),
    "names of traits": ("trait_names", {}),
    "values of a trait": ("trait_values", {"p_trait": "select 'plan'"}),
}


@dataclass(frozen=True)
class Size:
    """What is compared: a big workspace, one of few contacts of which as many are due, and one of few events."""

    populations: dict[str, Population]
    # Transactions of each client, for single events and for batches, and how often they are repeated.
    single: int
    batches: int
    pairs: int
    # How long a share of the load lasts beside which rules are published or not.
    seconds: int


FULL = Size(
    {
        BIG: Population(1_000_000, 10_000_000, lagging=1000),
        FEW_CONTACTS: Population(10_000, 100_000, lagging=1000),
        # Among fewer contacts than that, batches of random ones would wait for each other.
        FEW_EVENTS: Population(50_000, 10_000),
    },
    single=4000, batches=240, pairs=5, seconds=15,
)  # fmt: skip
SMALL = Size(
    {
        BIG: Population(2000, 20_000, lagging=100),
        FEW_CONTACTS: Population(500, 5000, lagging=100),
        FEW_EVENTS: Population(1000, 1000),
    },
    single=20, batches=2, pairs=1, seconds=1,
)  # fmt: skip


@dataclass(frozen=True)
class Sweep:
    """All that was due, in chunks; `rows_read` are those of contact_states, by whatever way."""

    swept: int
    seconds: float
    rows_read: int


def run(folder: Path, *, quick: bool, version: int = 16) -> str:
    """The table, each big workspace's figure beside a small one's."""
    size = SMALL if quick else FULL
    with cluster(folder, version) as postgres:
        seed(postgres, size, folder)
        contacts = size.populations[BIG].contacts
        title = f"{contacts:,} contacts with {size.populations[BIG].events:,} events, PostgreSQL {version}"
        return table(title, rows(postgres, size, folder))


def seed(postgres: Cluster, size: Size, folder: Path) -> None:
    """A database for each population; the big one has all that a workspace has."""
    create_product(postgres, PRODUCT)
    for database, population in size.populations.items():
        populate(postgres, database, population, folder)
    add_activity(postgres, BIG, size.populations[BIG], folder)


def rows(postgres: Cluster, size: Size, folder: Path) -> Iterator[Row]:
    """The sweep beside as many due among few; ingestion beside few events, and beside itself without publishing."""
    few, big = (sweep(postgres, postgres.restore(name)) for name in (FEW_CONTACTS, BIG))
    yield Row(f"sweep of {big.swept:,} (s)", f"{big.seconds:.2f}", f"{few.seconds:.2f}", big.seconds / few.seconds)
    for name, number, transactions in (("single", 1, size.single), ("batches of 100", BATCH, size.batches)):
        rates = [rate * number for rate in ingest(postgres, size, number, transactions, folder)]
        yield Row(f"ingest, {name} (events/s)", f"{rates[1]:,.0f}", f"{rates[0]:,.0f}", rates[0] / rates[1], 1.3)
    for pair in medians(publish(postgres, size, folder)[0]):
        yield Row(f"ingest while {pair.step} (p99 ms)", f"{pair.beside:.1f}", f"{pair.without:.1f}", ratio(pair), 2.0)


def sweep(postgres: Cluster, database: str, limit: int = 100) -> Sweep:
    """Calls sweep_contacts() as the scheduler does, until it returns fewer than it may."""
    before = rows_read(postgres, database)
    swept, began = 0, time.perf_counter()
    with psycopg.connect(postgres.address(database), autocommit=True) as db:
        taken = limit
        while taken == limit:
            taken = one(db, "select public.sweep_contacts(%s, %s)", limit, NOW)["swept"]
            swept += taken
        seconds = time.perf_counter() - began
        db.execute("select pg_stat_force_next_flush()")
    return Sweep(swept, seconds, rows_read(postgres, database) - before)


def rows_read(postgres: Cluster, database: str) -> int:
    """Of contact_states, since the statistics began."""
    with psycopg.connect(postgres.address(database)) as db:
        columns = "seq_tup_read + idx_tup_fetch"
        return int(one(db, f"select {columns} from pg_stat_user_tables where relname = 'contact_states'"))


def top_milliseconds(db: Connection, statement: str) -> float:
    """How long Postgres takes for it, asked by the workspace's owner; the median of 7."""
    workspace = one(db, "select id from public.workspaces")
    with db.transaction():
        db.execute("set local role authenticated")
        db.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps({"sub": OWNER}),))
        explain = f"explain (analyze, format json) {statement.format(workspace=workspace)}"
        return median(float(one(db, explain)[0]["Execution Time"]) for _ in range(7))


def scans(db: Connection) -> int:
    """How often the big tables have been read from end to end."""
    db.execute("select pg_stat_force_next_flush()")
    where = "relname = any (%s) or left(relname, 6) = 'events'"
    return int(one(db, f"select sum(seq_scan) from pg_stat_user_tables where {where}", list(BIG_TABLES)))


def tie(db: Connection, contacts: int) -> None:
    """Gives that many contacts the highest score."""
    db.execute(
        """
        update public.contact_states set score = 100
        where contact_id in (select contact_id from public.contact_states order by contact_id limit %s)
        """,
        (contacts,),
    )
    db.execute("vacuum analyze public.contact_states")


def pay(db: Connection, contacts: int) -> None:
    """Has that many contacts pay, over the last twenty days."""
    paid = "select id, workspace_id, row_number() over (order by id) as n from public.contacts order by id limit %s"
    at = f"timestamptz '{TODAY}T00:00Z' - n * interval '2 hours'"
    event = f"workspace_id, true, 'paid-' || n, id, 'track', 'Subscription Started', {at}, {at}, '{{}}', '{{}}'"
    columns = (
        "workspace_id, trusted, message_id, identity_id, type, name, occurred_at, received_at, properties, context"
    )
    db.execute(
        f"""
        with paid as ({paid}),
        stored as (insert into public.events ({columns}) select {event} from paid)
        insert into public.stage_events (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
        select p.workspace_id, p.id, s.number, true, {at}, 'paid-' || n
        from paid as p
        join public.signals as s on s.workspace_id = p.workspace_id and s.event = 'Subscription Started'
        """,
        (contacts,),
    )
    db.execute("vacuum analyze public.stage_events")


def ingest(postgres: Cluster, size: Size, messages: int, transactions: int, folder: Path) -> list[float]:
    """Transactions per second of that many messages of random contacts: with few events before, and with many."""
    sides = [Side(name, scripted(size, name, messages, folder), transactions) for name in (FEW_EVENTS, BIG)]
    return alternate(postgres, sides, size.pairs)


def scripted(size: Size, database: str, messages: int, folder: Path) -> Path:
    """The pgbench script of a call with that many messages of random contacts of that database."""
    script = folder / f"{database}.sql"
    script.write_text(track_script(random_contacts(messages), population=size.populations[database].contacts))
    return script


def publish(postgres: Cluster, size: Size, folder: Path) -> tuple[list[Pair], list[Chunk]]:
    """Publishes new rules on a fresh copy while single events come in at 30 % of what it can take."""
    script = scripted(size, BIG, 1, folder)
    capacity = postgres.pgbench(postgres.restore(BIG), script, clients=CLIENTS, transactions=size.single)
    database = postgres.restore(BIG)

    def load() -> list[float]:
        return postgres.open_loop(database, script, clients=CLIENTS, rate=0.3 * capacity, seconds=size.seconds)

    return publish_under_load(postgres, database, load, size.pairs)


def medians(pairs: list[Pair]) -> Iterator[Pair]:
    """One pair per step."""
    for step in dict.fromkeys(pair.step for pair in pairs):
        mine = [pair for pair in pairs if pair.step == step]
        yield Pair(step, median(pair.without for pair in mine), median(pair.beside for pair in mine))


def ratio(pair: Pair) -> float:
    """How many times as long the slowest messages took."""
    return pair.beside / pair.without
