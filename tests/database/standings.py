"""Has a workspace live through a history, and reads its scores and stages back, to compare with the reference."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.model import Identity, Message
from tests.database.reference import Rules, Standing, facts, people, standing
from tests.database.rulebooks import Received

DAY = timedelta(days=1)
# When, from, to, cause, score.
Transition = tuple[datetime, str | None, str, str, int]


def deliver(db: Connection, workspace: Workspace, received: Iterable[Received]) -> None:
    for now, batch in received:
        assert reading.track(db, workspace, batch, now)["rejected"] == []


def contacts(db: Connection, workspace: Workspace) -> dict[Identity, UUID]:
    statement = """select i.kind, i.value, c.id from public.contacts as c
                   join public.identities as i on i.id = c.id where c.workspace_id = %s"""
    return {(kind, value): contact for kind, value, contact in db.execute(statement, (workspace.id,))}


def stored(db: Connection, contact: UUID) -> tuple[int, str, date]:
    """Score, stage, and the day that they are of."""
    statement = """select s.score, g.name, s.sums_on from public.contact_states as s
                   join public.stages as g on g.id = s.stage_id where s.contact_id = %s"""
    score, stage, on = db.execute(statement, (contact,)).fetchall()[0]
    return score, stage, on


def explained(db: Connection, workspace: Workspace, contact: UUID, today: date, on: date | None = None) -> Any:
    """What /api/score would answer, its numbers as they are written."""
    lookup = json.dumps([{"contactId": str(contact)}])
    statement = "select public.score(%s, %s, %s, %s)::text"
    row = db.execute(statement, (workspace.id, lookup, datetime.combine(today, time(), UTC), on)).fetchall()[0]
    return json.loads(row[0], parse_float=Decimal)[0]


def by(rules: Rules, messages: Iterable[Message], day: date, past: bool = False) -> Standing:
    """The standing on a day; on a past one without the events that came after."""
    return standing(
        rules, facts(rules, [m for m in messages if not past or m.occurred_at.date() <= day or m.traits]), day
    )


def sweep(db: Connection, workspace: Workspace, day: date) -> int:
    """Everybody who is due on a day, a few at a time; returns how many they were."""
    swept, noon = 0, datetime.combine(day, time(12), UTC)
    statement = "select (public.sweep_contacts(3, %s, %s) ->> 'swept')::integer"
    while found := db.execute(statement, (noon, workspace.id)).fetchall()[0][0]:
        swept += found
    return swept


def recorded(db: Connection, contact: UUID, first: date, last: date) -> dict[date, tuple[int, str]]:
    """The score and stage of each day on which there was one."""
    statement = """select d::date, r.score, g.name from generate_series(%s::date, %s::date, '1 day') as d
                   cross join lateral public.recorded_score(%s, d::date) as r
                   join public.stages as g on g.id = r.stage_id"""
    return {day: (score, stage) for day, score, stage in db.execute(statement, (first, last, contact))}


def transitions(db: Connection, contact: UUID) -> list[Transition]:
    statement = """select x.created_at, f.name, t.name, x.cause, x.score from public.transitions as x
                   left join public.stages as f on f.id = x.from_stage_id
                   join public.stages as t on t.id = x.to_stage_id
                   where x.contact_id = %s order by x.created_at"""
    return db.execute(statement, (contact,)).fetchall()


def due_days(db: Connection, workspace: Workspace) -> dict[UUID, date]:
    statement = "select contact_id, least(due_on, '9999-01-01') from public.contact_states where workspace_id = %s"
    return dict(db.execute(statement, (workspace.id,)).fetchall())


def advance_rescore(db: Connection, workspace: Workspace, chunk: int, now: datetime) -> bool:
    """Whether there was something left to do."""
    row = db.execute("select public.advance_rescore(%s, %s, %s)", (chunk, now, workspace.id)).fetchall()
    return row[0][0] is not None


def check_scores(db: Connection, workspace: Workspace, rules: Rules, history: Iterable[Message]) -> None:
    expected = people(history)
    assert contacts(db, workspace).keys() == expected.keys()
    for top, contact in contacts(db, workspace).items():
        score, stage, on = stored(db, contact)
        here = by(rules, expected[top], on)
        assert (score, stage) == (here.score, here.stage)
