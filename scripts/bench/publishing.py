"""New rules for a whole workspace: drafted, previewed, published and re-scored, chunk by chunk as scheduled."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from scripts.bench.cluster import Cluster
from scripts.bench.workload import TODAY

Connection = psycopg.Connection[Any]
NOW = f"{TODAY}T12:00:00Z"
# What holds of a workspace once its rules are published.
TRUTHS = {
    "no transaction was a deadlock's victim": """
        select deadlocks = 0 from pg_stat_database where datname = current_database()
        """,
    "every event was counted once": """
        select bool_and(
            (select count(*) from public.events as e where e.workspace_id = s.workspace_id and e.name = s.event)
            = (select sum(c.count) from public.signal_counts as c
               where c.workspace_id = s.workspace_id and c.signal = s.number)
        )
        from public.signals as s
        where s.kind = 'count' and s.event in (select distinct name from public.events)
        """,
    "every contact is scored by the new rules": """
        select bool_and(s.rules_version = w.rules_version)
        from public.contact_states as s
        join public.workspaces as w on w.id = s.workspace_id
        """,
}


@dataclass(frozen=True)
class Chunk:
    """One call, by the step that it belongs to: counting, previewing or rescoring."""

    step: str
    milliseconds: float


def publish(db: Connection, workspace: UUID, rules: Mapping[str, Any]) -> Iterator[Chunk]:
    """Yields after each chunk, so that whoever iterates sets the pace."""
    draft = one(db, "insert into public.rule_drafts (workspace_id, rules) values (%s, %s) returning id",
                workspace, json.dumps(rules))  # fmt: skip
    while (step := one(db, "select status from public.rule_drafts where id = %s", draft)) != "previewed":
        yield timed(db, step, "select public.advance_draft(p_now => %s)")
    db.execute("update public.rule_drafts set decision = 'publish' where id = %s", (draft,))
    while one(db, "select exists (select from public.rescores where finished_at is null)"):
        yield timed(db, "rescoring", "select public.advance_rescore(p_now => %s)")


def timed(db: Connection, step: str, statement: str) -> Chunk:
    began = time.perf_counter()
    db.execute(statement, (NOW,))
    return Chunk(step, (time.perf_counter() - began) * 1000)


def one(db: Connection, statement: str, *parameters: object) -> Any:
    """The one value that it returns."""
    return db.execute(statement, parameters).fetchall()[0][0]


@dataclass(frozen=True)
class Pair:
    """What 99 % of the messages took no longer than, in milliseconds: without a step of publishing, and beside it."""

    step: str
    without: float
    beside: float


def publish_under_load(
    postgres: Cluster, database: str, load: Callable[[], list[float]], pairs: int
) -> tuple[list[Pair], list[Chunk]]:
    """Publishes new rules while messages come in. That many times in each step the publisher first holds still; then it
    goes on, and after the last pair of a step to its end.
    """
    chunks: list[Chunk] = []
    going = threading.Event()

    def publisher() -> None:
        with psycopg.connect(postgres.address(database), autocommit=True) as db:
            workspace = one(db, "select id from public.workspaces")
            for chunk in publish(db, workspace, new_rules(db, workspace)):
                chunks.append(chunk)
                # As lib/scoring.py rests.
                time.sleep(chunk.milliseconds / 1000)
                going.wait()

    taken: list[Pair] = []
    with ThreadPoolExecutor(1) as pool:
        published = pool.submit(publisher)
        while not published.done():
            step = chunks[-1].step if chunks else "counting"
            if sum(pair.step == step for pair in taken) < pairs:
                without = slowest_hundredth(load())
                going.set()
                taken.append(Pair(step, without, slowest_hundredth(load())))
                going.clear()
            else:
                going.set()
                load()
    published.result()
    return taken, chunks


def untrue(db: Connection) -> list[str]:
    """Those of TRUTHS that are not."""
    return [truth for truth, statement in TRUTHS.items() if one(db, statement) is not True]


def slowest_hundredth(milliseconds: Sequence[float]) -> float:
    """Their 99th percentile."""
    return sorted(milliseconds)[len(milliseconds) * 99 // 100]


def new_rules(db: Connection, workspace: UUID) -> Mapping[str, Any]:
    """The rules in force, faster forgotten, with an event that was not counted before."""
    rules = one(db, "select public.rules_in_force(%s)", workspace)
    added = {"name": "Report Opened", "event": "Report Opened", "points": 4}
    return {**rules, "halfLifeDays": 10, "signals": [*rules["signals"], added]}
