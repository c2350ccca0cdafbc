"""Sends messages to the SQL function track(), and reads a workspace back in the model's terms."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from lib import keys
from tests.conftest import Connection, Workspace
from tests.database.model import RANKS, Contact, Identity, Message


def track(db: Connection, workspace: Workspace, batch: Sequence[Message], now: datetime) -> dict[str, Any]:
    """One call, by the secret key when the batch is trusted."""
    key = workspace.secret_key if batch[0].trusted else workspace.publishable_key
    rows = json.dumps([message.row(index) for index, message in enumerate(batch)])
    answer = db.execute("select public.track(%s, null, %s, %s)", (keys.key_hash(key), rows, now))
    return dict(answer.fetchall()[0][0])


def identity_id(db: Connection, workspace: Workspace, identity: Identity) -> UUID:
    statement = "select id from public.identities where workspace_id = %s and kind = %s and value = %s"
    found: UUID = db.execute(statement, (workspace.id, *identity)).fetchall()[0][0]
    return found


def move(db: Connection, workspace: Workspace, moved: Identity, target: Identity | None, now: datetime) -> None:
    """As an admin moves an identity to the contact that has `target` at its top."""
    contact = identity_id(db, workspace, target) if target else None
    db.execute(
        "insert into public.identity_moves (workspace_id, identity_id, contact_id, moved_at) values (%s, %s, %s, %s)",
        (workspace.id, identity_id(db, workspace, moved), contact, now),
    )


def everything(db: Connection, workspace: Workspace) -> dict[str, list[str]]:
    """Every row of what is derived or counted, as text; but not when a contact is looked at next, nor which stages
    it has been in: that is a log, in which a way back is a further entry.
    """
    tables = [
        "identities",
        "identity_links",
        "traits",
        "contacts",
        "contact_states",
        "signal_counts",
        "stage_events",
        "events",
    ]
    return {
        table: sorted(
            row
            for (row,) in _all(
                db, workspace, f"select (to_jsonb(t) - 'due_on' - 'stages_been')::text from public.{table} as t"
            )
        )
        for table in tables
    }


def describe(db: Connection, workspace: Workspace) -> list[Contact]:
    """Every contact there is, as ingestion left it."""
    identities: dict[Any, set[Identity]] = defaultdict(set)
    for contact, kind, value in _all(db, workspace, "select contact_id, kind, value from public.identities"):
        identities[contact].add((kind, value))
    counts: dict[Any, dict[tuple[str, date], int]] = defaultdict(dict)
    for contact, signal, day, count in _all(
        db,
        workspace,
        """select i.contact_id, s.event, c.day, sum(c.count)::integer
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


def explained(db: Connection, workspace: Workspace, on: date) -> list[Contact]:
    """The same, with each score and stage as /api/score gives it on a day."""
    found = {contact.identities: contact for contact in describe(db, workspace)}
    for identities, contact in list(found.items()):
        kind, value = max(identities, key=lambda one: RANKS[one[0]])
        row = db.execute(
            """select e ->> 'score', e ->> 'stage' from public.identities as i
               cross join public.explain_score(i.contact_id, %s) as e
               where i.workspace_id = %s and i.kind = %s and i.value = %s""",
            (on, workspace.id, kind, value),
        ).fetchall()[0]
        found[identities] = replace(contact, score=int(row[0]), stage=row[1])
    return list(found.values())


def comparable(contacts: Iterable[Contact]) -> list[str]:
    """The same for the same contacts, in whatever order they come."""
    return sorted(
        repr((sorted(c.identities), sorted(c.traits.items()), sorted(c.counts.items()), c.score, c.stage))
        for c in contacts
    )


def _all(db: Connection, workspace: Workspace, query: str, tail: str = "", alias: str = "") -> list[tuple[Any, ...]]:
    return db.execute(f"{query} where {alias}workspace_id = %s {tail}", (workspace.id,)).fetchall()
