"""Sends messages to the SQL function track(), and reads a workspace back in the model's terms."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import psycopg

from lib import keys
from tests.conftest import Workspace
from tests.database.model import Contact, Identity, Message

Connection = psycopg.Connection[Any]


def track(db: Connection, workspace: Workspace, batch: Sequence[Message], now: datetime) -> dict[str, Any]:
    """One call, by the secret key when the batch is trusted."""
    key = workspace.secret_key if batch[0].trusted else workspace.publishable_key
    rows = json.dumps([message.row(index) for index, message in enumerate(batch)])
    answer = db.execute("select public.track(%s, null, %s, %s)", (keys.key_hash(key), rows, now))
    return dict(answer.fetchall()[0][0])


def describe(db: Connection, workspace: Workspace) -> list[Contact]:
    """Every contact there is, as ingestion left it."""
    identities: dict[Any, set[Identity]] = defaultdict(set)
    for contact, kind, value in _all(db, workspace, "select contact_id, kind, value from public.identities"):
        identities[contact].add((kind, value))
    counts: dict[Any, dict[tuple[str, date], int]] = defaultdict(dict)
    for contact, signal, day, count in _all(
        db,
        workspace,
        """select i.contact_id, s.name, c.day, sum(c.count)::integer
           from public.signal_counts as c
           join public.identities as i on i.id = c.identity_id
           join public.signals as s on s.workspace_id = c.workspace_id and s.number = c.signal""",
        "group by 1, 2, 3",
        alias="c.",
    ):
        counts[contact][signal, day] = count
    states = _all(
        db,
        workspace,
        """select c.id, c.traits, s.score, g.name
           from public.contacts as c
           join public.contact_states as s on s.contact_id = c.id
           left join public.stages as g on g.id = s.stage_id""",
        alias="c.",
    )
    return [
        Contact(frozenset(identities[contact]), traits, counts[contact], score, stage)
        for contact, traits, score, stage in states
    ]


def comparable(contacts: Iterable[Contact]) -> list[str]:
    """The same for the same contacts, in whatever order they come."""
    return sorted(
        repr((sorted(c.identities), sorted(c.traits.items()), sorted(c.counts.items()), c.score, c.stage))
        for c in contacts
    )


def _all(db: Connection, workspace: Workspace, query: str, tail: str = "", alias: str = "") -> list[tuple[Any, ...]]:
    return db.execute(f"{query} where {alias}workspace_id = %s {tail}", (workspace.id,)).fetchall()
