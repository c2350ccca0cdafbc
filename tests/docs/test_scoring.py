"""The tables and the example in docs/scoring.md are what the database computes."""

import json
from collections.abc import Iterator
from typing import Any

from lib.keys import key_hash
from scripts.local.layout import ROOT
from tests.conftest import Connection, Workspace

DOCUMENT = (ROOT / "docs" / "scoring.md").read_text()
TODAY = "2026-11-24T12:00:00Z"


def rows(first_heading: str) -> list[list[str]]:
    """The cells of the table whose first heading that is."""
    table = DOCUMENT.partition(f"| {first_heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def example_messages() -> Iterator[dict[str, Any]]:
    """The example's events as track() takes them."""
    for number, (day, event, times) in enumerate(rows("day")):
        for time in range(int(times)):
            yield {
                "index": 10 * number + time, "type": "track", "name": event, "kinds": ["userId"], "values": ["ada"],
                "occurred_at": f"{day}T10:00:00Z", "message_id": f"{number}-{time}", "properties": {}, "context": {},
            }  # fmt: skip


def test_the_example_is_computed_as_written(db: Connection, workspace: Workspace) -> None:
    key, messages = key_hash(workspace.secret_key), json.dumps(list(example_messages()))
    db.execute("select public.track(%s, null, %s::jsonb, %s::timestamptz)", (key, messages, TODAY))
    statement = 'select public.score(%s, \'[{"userId": "ada"}]\', %s::timestamptz) -> 0'
    (answer,) = db.execute(statement, (workspace.id, TODAY)).fetchall()[0]
    contact_id = answer.pop("contactId")
    assert answer == json.loads(DOCUMENT.partition("```json")[2].partition("```")[0])
    kept = db.execute("select score from public.contact_states where contact_id = %s", (contact_id,)).fetchone()
    assert kept == (answer["score"],)


def test_the_default_rules_are_those_written(db: Connection, workspace: Workspace) -> None:
    statement = """
        select name, trim_scale(points)::text, trim_scale(cap)::text
        from public.score_rules where workspace_id = %s order by signal
    """
    assert [list(row) for row in db.execute(statement, (workspace.id,))] == rows("signal")


def test_the_default_stages_are_those_written(db: Connection, workspace: Workspace) -> None:
    statement = """
        select g.name, coalesce('score ' || threshold, 'event ' || s.event, 'silence of ' || silence_days || ' days')
        from public.stages as g
        left join public.signals as s on s.workspace_id = g.workspace_id and s.number = g.signal
        where g.workspace_id = %s order by position
    """
    assert [list(row) for row in db.execute(statement, (workspace.id,))] == rows("stage")


def test_the_default_half_life_is_the_one_written(db: Connection, workspace: Workspace) -> None:
    found = db.execute("select half_life_days from public.workspaces where id = %s", (workspace.id,)).fetchall()
    assert f"{found[0][0]} days by default" in DOCUMENT
