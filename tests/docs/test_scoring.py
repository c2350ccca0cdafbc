"""The tables and the examples in docs/scoring.md are what the database computes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from lib.keys import key_hash
from scripts.local.layout import ROOT
from tests.conftest import Connection, Workspace, put_in_force

DOCUMENT = (ROOT / "docs" / "scoring.md").read_text()
TODAY = "2026-11-24T12:00:00Z"
A_MONTH_LATER = "2026-12-24T12:00:00Z"
ANSWER, RULES, ANSWER_BY_RULES = (json.loads(block) for block in re.findall("```json\n(.*?)```", DOCUMENT, re.DOTALL))


def rows(first_heading: str) -> list[list[str]]:
    """The cells of the table whose first heading that is."""
    table = DOCUMENT.partition(f"| {first_heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def messages(happened: list[list[str]]) -> Iterator[dict[str, Any]]:
    """Rows of day, event, maybe properties, and times, as track() takes them."""
    for number, (day, event, *properties, times) in enumerate(happened):
        for time in range(int(times)):
            yield {
                "index": 10 * number + time, "type": "track", "name": event, "kinds": ["userId"], "values": ["ada"],
                "occurred_at": f"{day}T10:00:00Z", "message_id": f"{number}-{time}",
                "properties": json.loads(properties[0]) if properties else {}, "context": {},
            }  # fmt: skip


def track(db: Connection, workspace: Workspace, *sent: dict[str, Any]) -> None:
    key = key_hash(workspace.secret_key)
    db.execute("select public.track(%s, null, %s::jsonb, %s::timestamptz)", (key, json.dumps(sent), TODAY))


def answer_and_state(db: Connection, workspace: Workspace) -> tuple[dict[str, Any], tuple[int, str]]:
    """What /api/score says without the contactId, and the score and stage that are kept."""
    statement = 'select public.score(%s, \'[{"userId": "ada"}]\', %s::timestamptz) -> 0'
    (answer,) = db.execute(statement, (workspace.id, TODAY)).fetchall()[0]
    kept = db.execute(
        "select s.score, g.name from public.contact_states as s join public.stages as g on g.id = s.stage_id"
        " where s.contact_id = %s",
        (answer.pop("contactId"),),
    ).fetchall()
    return answer, kept[0]


def test_the_example_is_computed_as_written(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, *messages(rows("day")))
    assert answer_and_state(db, workspace) == (ANSWER, (ANSWER["score"], ANSWER["stage"]))


def test_left_alone_the_example_moves_as_written(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, *messages(rows("day")))
    db.execute("select public.sweep_contacts(100, %s, %s)", (A_MONTH_LATER, workspace.id))
    statement = """
        select (x.created_at at time zone 'utc')::date::text, f.name, t.name, x.cause, x.score::text
        from public.transitions as x
        join public.stages as f on f.id = x.from_stage_id
        join public.stages as t on t.id = x.to_stage_id
        where x.workspace_id = %s order by x.created_at
    """
    assert [list(row) for row in db.execute(statement, (workspace.id,))] == rows("moved on")


def test_the_example_with_rules_of_its_own_is_computed_as_written(db: Connection, workspace: Workspace) -> None:
    put_in_force(db, workspace, RULES)
    happened = list(messages(rows("done on")))
    size = happened[0] | {"index": 99, "type": "identify", "name": "identify", "message_id": "size"}
    track(db, workspace, *happened, size | {"traits": {"companySize": 12}})
    answer = ANSWER_BY_RULES
    assert answer_and_state(db, workspace) == (answer, (answer["score"], answer["stage"]))


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


def test_the_templates_of_rules_are_those_named(db: Connection) -> None:
    kinds = [kind for (kind,) in db.execute("select kind from public.rule_templates")]
    assert [kind for kind in kinds if f"`{kind}`" not in DOCUMENT] == []


def test_the_causes_are_those_the_database_knows(db: Connection) -> None:
    statement = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'transitions_cause_known'"
    [(check,)] = db.execute(statement).fetchall()
    assert sorted(cause.strip("`") for cause, *_ in rows("cause")) == sorted(re.findall(r"'(\w+)'::text", check))


# The document of rules

FIRST = {"name": "first", "score": 0}
SAMPLES: dict[str, dict[str, Any]] = {
    "signals": {"name": "n", "event": "e", "points": 1},
    "fit": {"trait": "t", "operator": "exists", "points": 1},
    "stages": {"name": "n", "silenceDays": 5},
}


def document(member: str, value: object) -> dict[str, Any]:
    """Rules that are right but for the value, if that is wrong."""
    whole: dict[str, Any] = {"halfLifeDays": 14, "signals": [], "fit": [], "stages": [FIRST]}
    name, _, part = member.partition("[].")
    if not part:
        return whole | {name: value}
    sample = {"name": "n"} if part in ("score", "silenceDays") else SAMPLES[name]
    return whole | {name: [*(whole[name] if value != 0 else []), sample | {part: value}]}


def entries(member: str, number: int) -> list[dict[str, Any]]:
    varied = {"signals": ("name", "event"), "fit": (), "stages": ("name",)}[member]
    made = [SAMPLES[member] | {part: f"{part} {n}" for part in varied} for n in range(number)]
    if member == "stages":
        return [FIRST, *({**entry, "silenceDays": n} for n, entry in enumerate(made[1:], 1))]
    return made


def edges(member: str, limit: str) -> Iterator[tuple[object, bool]]:
    """Values at both sides of what a row of the table says, and whether they are right."""
    if found := re.search(r"from (-?[\d.]+) to (\d+)", limit):
        step = 0.01 if "two decimals" in limit else 1
        low, high = float(found[1]), int(found[2])
        yield from [(low, True), (high, True), (round(low - step, 2), False), (high + step, False)]
        yield from [(high - step / 10, False)]
    elif found := re.search(r"1 to (\d+) characters", limit):
        yield from [("x", True), ("x" * int(found[1]), True), ("", False), ("x" * (int(found[1]) + 1), False)]
    elif found := re.search(r"list of at most (\d+)", limit):
        yield from [(entries(member, int(found[1])), True), (entries(member, int(found[1]) + 1), False)]


@pytest.mark.parametrize(("member", "limit"), [(row[0].strip("`"), row[1]) for row in rows("member")])
def test_rules_may_hold_what_is_written_and_no_more(db: Connection, member: str, limit: str) -> None:
    for value, right in edges(member, limit):
        problems = db.execute(
            "select * from private.rule_problems(%s)", (json.dumps(document(member, value)),)
        ).fetchall()
        assert (problems == []) == right, (value, problems)
