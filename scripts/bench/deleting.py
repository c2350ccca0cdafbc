"""What a workspace notices while another one of a million events is deleted, and how long an erasure takes of a contact
of a hundred thousand.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psycopg

from scripts.bench.cluster import Cluster, cluster
from scripts.bench.population import PRODUCT, Population, fill, populate
from scripts.bench.publishing import NOW, Chunk, Connection, Pair, one, slowest_hundredth, timed
from scripts.bench.report import Row, table
from scripts.bench.sql import CLIENTS, create_product
from scripts.bench.workload import random_contacts, track_script

DATABASE = "deleting"
# Of the workspace that stays; of the one that goes; and events of the contact that is erased.
FULL = (Population(10_000, 10_000), Population(50_000, 1_000_000), 100_000)
SMALL = (Population(500, 500), Population(500, 5000), 1000)
LOOKUP = json.dumps({"userId": "erased"})
KEYS = json.dumps({"tombstone": "a", "address": "b"})


def run(folder: Path, *, quick: bool, version: int = 16) -> str:
    """The table: the slowest answers beside a deletion, beside those without; and what deletion and erasure took."""
    staying, going, events = SMALL if quick else FULL
    pairs, seconds = (1, 1) if quick else (5, 10)
    with cluster(folder, version) as postgres:
        create_product(postgres, PRODUCT)
        populate(postgres, DATABASE, staying, folder)
        other = postgres.execute(
            DATABASE, "-c", "select public.create_workspace((select user_id from public.members), 'Other', 'other')"
        ).strip()
        fill(postgres, DATABASE, other, going, folder)
        add_contact(postgres, other, events)
        script = folder / "track.sql"
        script.write_text(track_script(random_contacts(1), population=staying.contacts))
        transactions = 20 if quick else 4000
        capacity = postgres.pgbench(postgres.restore(DATABASE), script, clients=CLIENTS, transactions=transactions)
        database = postgres.restore(DATABASE)

        def load() -> list[float]:
            return postgres.open_loop(database, script, clients=CLIENTS, rate=0.3 * capacity, seconds=seconds)

        with psycopg.connect(postgres.address(database), autocommit=True) as db:
            severed, erased = erase(db, other)
            taken, chunks = delete_under_load(db, other, load, pairs)
            left = one(db, "select private.tables_left(%s)", other)
    beside, without = (median(getattr(pair, side) for pair in taken) for side in ("beside", "without"))
    busy = sum(chunk.milliseconds for chunk in chunks) / 1000
    rows = [
        Row("ingest while deleting (p99 ms)", f"{beside:.1f}", f"{without:.1f}", beside / without, 1.5),
        Row("deleting, without rests (s); left", f"{busy:.1f}", f"{len(left)}", 1.0),
        Row(f"erasing {events:,} events: severed, gone (s)", f"{severed:.2f}", f"{erased:.2f}", erased / severed),
    ]
    return table(f"deleting {going.events:,} events of {going.contacts:,} contacts, PostgreSQL {version}", rows)


def add_contact(postgres: Cluster, workspace: str, events: int) -> None:
    """One contact with three identities and that many events."""
    rows = "(workspace_id, id, kind, value, owner_id, contact_id)"
    postgres.execute(DATABASE, "-c", f"""
        with top as (select gen_random_uuid() as id),
        named as (
            insert into public.identities {rows}
            select '{workspace}'::uuid, id, 'userId', 'erased', null::uuid, id from top
            union all select '{workspace}', gen_random_uuid(), 'email', 'erased@example.com', id, id from top
            union all select '{workspace}', gen_random_uuid(), 'anonymousId', 'erased', id, id from top
            returning id, contact_id
        ),
        there as (insert into public.contacts (id, workspace_id) select id, '{workspace}' from top),
        scored as (insert into public.contact_states (contact_id, workspace_id) select id, '{workspace}' from top)
        insert into public.events
            (workspace_id, trusted, message_id, identity_id, type, name, occurred_at, received_at, properties, context)
        select
            '{workspace}', true, 'erased' || e || named.id, named.id, 'track', 'Feature Used', now(), now(),
            '{{}}', '{{}}'
        from named, generate_series(1, {events} / 3) as e
        """)  # fmt: skip
    postgres.execute(DATABASE, "-c", "vacuum analyze")


def erase(db: Connection, workspace: str) -> tuple[float, float]:
    """Seconds until the contact is out of sight, and until its last event is gone."""
    began = time.perf_counter()
    db.execute("select public.erase_contacts(%s, %s, %s, 'operator')", (workspace, LOOKUP, KEYS))
    severed = time.perf_counter() - began
    while one(db, "select public.purge_erased(1000)"):
        pass
    return severed, time.perf_counter() - began


def delete_under_load(
    db: Connection, workspace: str, load: Callable[[], list[float]], pairs: int
) -> tuple[list[Pair], list[Chunk]]:
    """Deletes while messages of another workspace come in. That many times it first holds still, then it goes on."""
    db.execute("select public.request_deletion(%s, 'Other', 'operator', null, %s::timestamptz - interval '8 days')",
               (workspace, NOW))  # fmt: skip
    chunks: list[Chunk] = []
    going = threading.Event()

    def deleter() -> None:
        going.wait()
        while one(db, "select count(*) from public.deletion_requests where emptied_at is null"):
            chunks.append(timed(db, "deleting", "select public.purge_workspaces(1000, %s)"))
            # As lib/deletions.py rests.
            time.sleep(chunks[-1].milliseconds / 1000)
            going.wait()

    taken: list[Pair] = []
    with ThreadPoolExecutor(1) as pool:
        deleted = pool.submit(deleter)
        while not deleted.done():
            going.clear()
            without = slowest_hundredth(load())
            going.set()
            beside = slowest_hundredth(load())
            if not (taken and deleted.done()):
                taken.append(Pair("deleting", without, beside))
            if len(taken) == pairs:
                break
        deleted.result()
    return taken, chunks
