"""Formulas, compared with decimal arithmetic in Python."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force, rules_of
from tests.database.histories import NOW
from tests.database.model import Message, decay
from tests.database.reading import track
from tests.proofs import examples


def explain(db: Connection, workspace: Workspace, user: str) -> dict[str, Any]:
    lookup = json.dumps([{"userId": user}])
    row = db.execute("select public.score(%s, %s, %s)::text", (workspace.id, lookup, NOW)).fetchall()[0]
    return dict(json.loads(row[0], parse_float=Decimal)[0])


@pytest.mark.parametrize("half_life", [1, 14, 365])
def test_decay_has_twelve_right_decimals(db: Connection, half_life: int) -> None:
    ages = range(0, 42 * half_life, half_life if half_life > 14 else 1)
    computed = db.execute("select private.decay(age, %s::smallint) from unnest(%s) as age", (half_life, list(ages)))
    assert [row[0] for row in computed.fetchall()] == [decay(age, half_life) for age in ages]


@examples(40)
@given(st.lists(st.tuples(st.sampled_from(["Page Viewed", "Feature Used", "Invite Sent"]), st.integers(0, 60))))
def test_a_breakdown_sums_to_what_the_score_is_made_of(
    db: Connection, new_workspace: Any, happened: list[tuple[str, int]]
) -> None:
    workspace = new_workspace()
    past = [
        Message(f"{n}", True, "track", name, (("userId", "u"),), NOW.replace(month=9, day=1 + days % 30))
        for n, (name, days) in enumerate(happened)
    ] or [Message("none", True, "track", "Something Else", (("userId", "u"),), NOW)]
    track(db, workspace, past, NOW)
    explained = explain(db, workspace, "u")
    parts = sum((Decimal(part["points"]) for part in explained["breakdown"]), Decimal(0))
    assert parts == Decimal(explained["engagement"]) + Decimal(explained["fit"])


def test_the_explained_score_is_the_stored_one(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, [Message("1", True, "track", "Pricing Viewed", (("userId", "u"),), NOW)], NOW)
    stored = db.execute("select score from public.contact_states where workspace_id = %s", (workspace.id,))
    assert explain(db, workspace, "u")["score"] == stored.fetchall()[0][0] == 15


@pytest.mark.parametrize(
    ("operator", "operand", "trait", "fits"),
    [
        ("equals", "pro", "pro", True),
        ("equals", "pro", "free", False),
        ("in", ["a", "b"], "b", True),
        ("in", ["a", "b"], "c", False),
        ("contains", "CTO", "our cto", True),
        ("contains", "x", ["x", "y"], True),
        ("exists", None, False, True),
        ("between", [10, 50], 10, True),
        ("between", [10, None], 9, False),
        ("between", [10, 50], "20", False),
    ],
)
def test_a_fit_rule_gives_its_points(
    db: Connection, workspace: Workspace, operator: str, operand: object, trait: object, fits: bool
) -> None:
    rule = {"trait": "t", "operator": operator, "operand": operand, "points": 12.5}
    put_in_force(db, workspace, rules_of(db, workspace) | {"fit": [rule]})
    identify = Message("1", True, "identify", "identify", (("userId", "u"),), NOW, {"t": trait})
    track(db, workspace, [identify], NOW)
    explained = explain(db, workspace, "u")
    assert (explained["fit"], explained["score"]) == ((Decimal("12.5"), 13) if fits else (0, 0))
