"""Whatever rules are drafted, the preview says what publishing does, and scores are then what the definitions say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force
from tests.database.model import Message
from tests.database.reference import Rules
from tests.database.rulebooks import lives, receipts, rulebooks
from tests.database.sending import as_read
from tests.database.standings import advance_rescore, check_scores, deliver
from tests.proofs import PROVE, examples

# The fixtures make a workspace for each example, so that none sees another's.
LONGEST = 25 if PROVE else 12
chunks = st.integers(1, 3)
Make = Callable[[], Workspace]
Change = tuple[Rules, Rules]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Rules, and others in which some of their stages have another name (`was`) or another way in."""
    before, after = draw(st.tuples(rulebooks, rulebooks))
    for stage in after["stages"]:
        is_known = stage["name"] in stage_names(before)
        if draw(st.booleans()):
            stage |= {"name": f"new {stage['name']}", **({"was": stage["name"]} if is_known else {})}
    return before, after


def stage_names(rules: Rules) -> list[str]:
    return [stage["name"] for stage in rules["stages"]]


def kept(before: Rules, after: Rules) -> list[str]:
    """Stages that are in both, by their first name; there is always one, so that one can be drawn."""
    names = {stage.get("was", stage["name"]) for stage in after["stages"]}
    return [name for name in stage_names(before) if name in names]


def mail_on(db: Connection, workspace: Workspace, stages: Iterable[str]) -> None:
    """An automation on entering each of those stages, and no other."""
    db.execute("delete from public.automations where workspace_id = %s", (workspace.id,))
    for stage in stages:
        db.execute(
            """insert into public.automations (workspace_id, name, entering_stage_id, template_id, status)
               select g.workspace_id, g.name, g.id, t.id, 'live' from public.stages as g
               join public.templates as t on t.workspace_id = g.workspace_id
               where g.workspace_id = %s and g.name = %s limit 1""",
            (workspace.id, stage),
        )


def draft(db: Connection, workspace: Workspace, rules: Rules) -> UUID:
    ids = dict(
        db.execute("select name, id::text from public.stages where workspace_id = %s", (workspace.id,)).fetchall()
    )
    stages = [stage | ({"id": ids[stage["was"]]} if "was" in stage else {}) for stage in rules["stages"]]
    document = {**rules, "stages": [{key: stage[key] for key in stage if key != "was"} for stage in stages]}
    statement = "insert into public.rule_drafts (workspace_id, rules) values (%s, %s) returning id"
    made: UUID = db.execute(statement, (workspace.id, json.dumps(document))).fetchall()[0][0]
    return made


def is_counting(db: Connection, made: UUID) -> bool:
    return db.execute("select status from public.rule_drafts where id = %s", (made,)).fetchall() == [("counting",)]


def advance_draft(db: Connection, made: UUID, chunk: int, now: datetime) -> bool:
    """Whether there was something left to do."""
    row = db.execute("select public.advance_draft(%s, %s, %s)", (chunk, now, made)).fetchall()
    return row[0][0] is not None


def publish(db: Connection, made: UUID) -> None:
    db.execute("update public.rule_drafts set decision = 'publish' where id = %s", (made,))


def foreseen(db: Connection, made: UUID) -> tuple[Mapping[Any, int], Mapping[Any, int]]:
    """How many would move from where to where, and would be mailed by which automation."""
    moves = "select from_stage_id, to_stage_id, contacts from public.rule_draft_moves where draft_id = %s"
    mails = "select automation_id, mails from public.rule_draft_mails where draft_id = %s and mails > 0"
    return (
        {(here, there): count for here, there, count in db.execute(moves, (made,))},
        dict(db.execute(mails, (made,)).fetchall()),
    )


def happened(db: Connection, workspace: Workspace) -> tuple[Counter[Any], Counter[Any]]:
    """The same of what rules have done, and of all mails so far."""
    moves = "select from_stage_id, to_stage_id from public.transitions where workspace_id = %s and cause = 'rules'"
    mails = "select automation_id from public.messages where workspace_id = %s"
    return (
        Counter(db.execute(moves, (workspace.id,)).fetchall()),
        Counter(automation for (automation,) in db.execute(mails, (workspace.id,))),
    )


@pytest.mark.prove
@examples(60, 10_000)
@given(rules=changes(), history=lives(LONGEST), chunk=chunks, data=st.data())
def test_a_preview_is_what_publishing_then_does(
    db: Connection, new_workspace: Make, rules: Change, history: list[Message], chunk: int, data: st.DataObject
) -> None:
    workspace, (before, after) = new_workspace(), rules
    history = [as_read(message) for message in history]
    received = data.draw(receipts(history))
    until, now = data.draw(st.integers(0, len(received))), received[-1][0]
    put_in_force(db, workspace, before)
    mail_on(db, workspace, data.draw(st.lists(st.sampled_from(kept(before, after)), unique=True)))
    deliver(db, workspace, received[:until])
    made = draft(db, workspace, after)
    for receipt in received[until:]:
        deliver(db, workspace, [receipt])
        if is_counting(db, made):  # a preview tells of contacts as it met them, so it waits for the last message
            advance_draft(db, made, chunk, receipt[0])
    while advance_draft(db, made, chunk, now):
        pass
    moves_before, mails_before = happened(db, workspace)
    publish(db, made)
    while advance_rescore(db, workspace, chunk, now):
        pass
    moves, mails = happened(db, workspace)
    assert (moves - moves_before, mails - mails_before) == foreseen(db, made)
    check_scores(db, workspace, after, history)


@pytest.mark.prove
@examples(60, 10_000)
@given(rules=changes(), history=lives(LONGEST), chunk=chunks, data=st.data())
def test_what_comes_in_while_rules_are_changed_is_scored_by_them_in_the_end(
    db: Connection, new_workspace: Make, rules: Change, history: list[Message], chunk: int, data: st.DataObject
) -> None:
    workspace, (before, after) = new_workspace(), rules
    received = data.draw(receipts(history))
    cuts = sorted(data.draw(st.tuples(*[st.integers(0, len(received))] * 2)))
    put_in_force(db, workspace, before)
    mail_on(db, workspace, ())
    deliver(db, workspace, received[: cuts[0]])
    made = draft(db, workspace, after)
    for receipt in received[cuts[0] : cuts[1]]:
        deliver(db, workspace, [receipt])
        advance_draft(db, made, chunk, receipt[0])
    while advance_draft(db, made, chunk, received[max(cuts[1] - 1, 0)][0]):
        pass
    publish(db, made)
    for receipt in received[cuts[1] :]:
        deliver(db, workspace, [receipt])
        advance_rescore(db, workspace, chunk, receipt[0])
    while advance_rescore(db, workspace, chunk, received[-1][0]):
        pass
    check_scores(db, workspace, after, history)
