"""Scores and stages are what the definitions say, on every day and under any rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force
from tests.database.model import Message
from tests.database.reference import Rules, Standing, people
from tests.database.rulebooks import lives, receipts, rulebooks
from tests.database.standings import DAY, by, contacts, deliver, explained, stored
from tests.proofs import PROVE, examples

CENT = Decimal("0.01")
Make = Callable[[], Workspace]
# The fixtures make a workspace for each example, so that none sees another's.


def check_explanation(found: Any, expected: Standing) -> None:
    """Every part is rounded down, and cents are added where most was lost, until the parts make up the total."""
    assert (found["score"], found["stage"], Decimal(found["fit"])) == (expected.score, expected.stage, expected.fit)
    assert Decimal(found["engagement"]) == expected.engagement.quantize(CENT, ROUND_HALF_UP)
    shown = {part["signal"]: part for part in found["breakdown"] if "signal" in part}
    assert shown.keys() == expected.parts.keys()
    lost: list[Decimal] = []
    raised: list[Decimal] = []
    for name, part in expected.parts.items():
        down = part.points.quantize(CENT, ROUND_FLOOR)
        assert (shown[name]["count"], shown[name]["lastOn"]) == (part.count, part.last_on.isoformat())
        assert Decimal(shown[name]["points"]) in (down, down + CENT)
        (lost if Decimal(shown[name]["points"]) == down else raised).append(part.points - down)
    assert not lost or not raised or max(lost) <= min(raised)
    total = sum((Decimal(part["points"]) for part in found["breakdown"]), Decimal(0))
    assert total == Decimal(found["engagement"]) + Decimal(found["fit"])


def check_parts(db: Connection, contact: UUID, day: date, expected: Standing) -> None:
    """What a score is made of, to the last digit."""
    statement = "select points, is_fit from public.score_parts(%s, %s)"
    parts = db.execute(statement, (contact, day)).fetchall()
    assert sum((points for points, is_fit in parts if is_fit), Decimal(0)) == expected.fit
    assert sorted(points for points, is_fit in parts if not is_fit and points) == sorted(
        part.points for part in expected.parts.values() if part.points
    )


@pytest.mark.prove
@examples(60, 10_000)
@given(rules=rulebooks, history=lives(25 if PROVE else 12), data=st.data())
def test_a_score_is_what_the_definitions_say(
    db: Connection, new_workspace: Make, rules: Rules, history: list[Message], data: st.DataObject
) -> None:
    workspace = new_workspace()
    put_in_force(db, workspace, rules)
    received = data.draw(receipts(history))
    deliver(db, workspace, received)
    last, expected = received[-1][0].date(), people(history)
    assert contacts(db, workspace).keys() == expected.keys()
    later = last + DAY * data.draw(st.integers(0, 100))
    for top, contact in contacts(db, workspace).items():
        score, stage, on = stored(db, contact)
        assert on >= max(min(now for now, batch in received if m in batch).date() for m in expected[top])
        here = by(rules, expected[top], on)
        assert (score, stage) == (here.score, here.stage)
        check_explanation(explained(db, workspace, contact, later), by(rules, expected[top], later))
        check_parts(db, contact, later, by(rules, expected[top], later))


@pytest.mark.prove
@examples(60, 10_000)
@given(rules=rulebooks, history=lives(25 if PROVE else 12), days=st.integers(1, 100), data=st.data())
def test_a_day_before_the_history_is_what_the_rules_make_of_it(
    db: Connection,
    new_workspace: Make,
    rules: Rules,
    history: list[Message],
    days: int,
    data: st.DataObject,
) -> None:
    workspace = new_workspace()
    put_in_force(db, workspace, rules)
    received = data.draw(receipts(history))
    deliver(db, workspace, received)
    expected, past = people(history), received[0][0].date() - DAY * days
    for top, contact in contacts(db, workspace).items():
        found = explained(db, workspace, contact, received[-1][0].date(), past)
        check_explanation(found, by(rules, expected[top], past, past=True))
