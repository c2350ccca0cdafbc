"""Whom rules would have named before they paid: reckoned by hand, and for random lives by the reference."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force, rules_of
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Identity, Message
from tests.database.reference import Rules, facts, happened, people, standing
from tests.database.rulebooks import NOON, lives, receipts, rulebooks
from tests.database.standings import contacts, deliver, explained
from tests.database.test_drafts import draft, prepare
from tests.proofs import examples

ANN, BEN, CLEO, DAN, EVE = (("userId", name) for name in ("ann", "ben", "cleo", "dan", "eve"))
PAID = "Subscription Started"
# The rules that a workspace begins with name whom a score of 70 reaches; their half-life is 14 days.
THEN = NOW - timedelta(days=14)


def back_test(
    db: Connection, workspace: Workspace, made: UUID | None = None, days: int = 14, at: datetime = NOW
) -> Any:
    values = (workspace.id, made, days, at)
    return db.execute("select public.back_test(%s, %s, %s, p_now => %s)", values).fetchall()[0][0]


def done(who: Identity, at: datetime, *names: str) -> list[Message]:
    return [Message(f"{who[1]} {at} {n}", True, "track", name, (who,), at) for n, name in enumerate(names)]


@pytest.fixture
def product(db: Connection, workspace: Workspace) -> Workspace:
    """Ann, Ben and Cleo have paid; Dan and Eve have not."""
    active = ["Upgrade Clicked", "Upgrade Clicked", "Pricing Viewed"]
    history = [
        *done(ANN, THEN, *active, "Pricing Viewed"),
        *done(ANN, NOW - timedelta(days=1), *active * 9),
        *done(BEN, THEN - timedelta(days=14), *active),
        *done(CLEO, NOW - timedelta(days=3), *active),
        *done(DAN, THEN - timedelta(days=14), "Page Viewed"),
        *done(EVE, THEN, *active, "Project Created"),
        *[message for who in (ANN, BEN, CLEO) for message in done(who, NOW - timedelta(minutes=5), PAID)],
    ]
    reading.track(db, workspace, history, NOW)
    return workspace


def test_each_payer_is_scored_as_of_so_many_days_before(db: Connection, product: Workspace) -> None:
    found = back_test(db, product)
    payers = {p["identity"]["value"]: (p["on"], p["score"], p["stage"], p["isNamed"]) for p in found["payers"]}
    # 2 x 25 + 2 x 15, and half of 2 x 25 + 15, for that was 14 days earlier.
    assert payers == {
        "ann": (f"{THEN.date()}", 80, "ready", True),
        "ben": (f"{THEN.date()}", 33, "at_risk", False),
    }
    assert (found["named"], found["tooNew"], found["isCut"]) == (1, 1, False)
    assert found["namedFrom"] == {"name": "ready", "score": 70}


def test_as_many_who_did_not_pay_are_scored_on_the_same_days(db: Connection, product: Workspace) -> None:
    # 2 x 25 + 15 + 10 is Eve's; Dan has looked at one page.
    assert back_test(db, product)["others"] == {"contacts": 2, "named": 1}
    assert back_test(db, product) == back_test(db, product)


def test_other_days_before_are_other_scores(db: Connection, product: Workspace) -> None:
    week = {p["identity"]["value"]: p["score"] for p in back_test(db, product, days=7)["payers"]}
    # 50 x 2^(-7/14) + 30 x 2^(-7/14), and 65 x 2^(-21/14).
    assert week == {"ann": 57, "ben": 23}
    assert back_test(db, product, days=2)["tooNew"] == 0


def test_who_paid_first_long_ago_or_is_not_known_by_then_is_no_payer(db: Connection, product: Workspace) -> None:
    reading.track(db, product, done(DAN, NOW - timedelta(days=91), PAID), NOW)
    reading.track(db, product, done(DAN, NOW - timedelta(days=1), PAID), NOW)
    found = back_test(db, product)
    assert {p["identity"]["value"] for p in found["payers"]} == {"ann", "ben"}
    assert found["others"] == {"contacts": 1, "named": 1}


def test_traits_count_as_they_were(db: Connection, workspace: Workspace) -> None:
    fit = [{"trait": "plan", "operator": "equals", "operand": "team", "points": 75}]
    put_in_force(db, workspace, rules_of(db, workspace) | {"fit": fit})
    said = {ANN: {"plan": "team"}, BEN: {"plan": "free"}}
    for who, traits in said.items():
        other = {"plan": "free" if traits["plan"] == "team" else "team"}
        reading.track(
            db,
            workspace,
            [
                Message(f"{who} before", True, "identify", "identify", (who,), THEN, traits),
                Message(f"{who} after", True, "identify", "identify", (who,), THEN + timedelta(days=1), other),
                *done(who, NOW, PAID),
            ],
            NOW,
        )
    found = {p["identity"]["value"]: p["score"] for p in back_test(db, workspace, at=NOW + timedelta(1))["payers"]}
    assert found == {"ann": 75, "ben": 0}


def test_a_draft_is_tested_once_it_is_counted_back_and_by_itself(db: Connection, product: Workspace) -> None:
    viewed = {"name": "Prices", "event": "Pricing Viewed", "condition": {}, "points": 70, "cap": 70}
    made = draft(db, product, rules_of(db, product) | {"signals": [viewed]})
    assert back_test(db, product, made) == {"status": "counting"}
    prepare(db, made)
    tested = back_test(db, product, made)
    assert {p["identity"]["value"]: p["score"] for p in tested["payers"]} == {"ann": 70, "ben": 35}
    assert back_test(db, product)["payers"] != tested["payers"]


def test_without_a_stage_of_payment_or_of_score_it_says_so(db: Connection, workspace: Workspace) -> None:
    rules = rules_of(db, workspace)
    assert back_test(db, workspace) | {"payers": []} == back_test(db, workspace)
    put_in_force(db, workspace, rules | {"stages": [s for s in rules["stages"] if s["name"] != "customer"]})
    assert back_test(db, workspace) == {"status": "no_stage"}
    put_in_force(db, workspace, rules | {"stages": [s for s in rules["stages"] if not s.get("score")]})
    assert back_test(db, workspace) == {"status": "no_score"}


def test_at_most_two_hundred_payers_are_looked_at_the_latest(db: Connection, workspace: Workspace) -> None:
    for n in range(0, 210, 70):
        batch = [
            message
            for k in range(n, n + 70)
            for at, name in ((NOW - timedelta(days=60), "Feature Used"), (NOW - timedelta(hours=k + 1), PAID))
            for message in done(("userId", f"u{k}"), at, name)
        ]
        reading.track(db, workspace, batch, NOW)
    found = back_test(db, workspace)
    assert [p["identity"]["value"] for p in found["payers"]] == [f"u{k}" for k in range(200)]
    assert found["isCut"] and found["others"] == {"contacts": 0, "named": 0}


def test_it_is_the_score_that_the_api_answers_for_that_day(db: Connection, product: Workspace) -> None:
    for payer in back_test(db, product)["payers"]:
        answer = explained(db, product, UUID(payer["id"]), NOW.date(), date.fromisoformat(payer["on"]))
        assert (answer["score"], answer["stage"]) == (payer["score"], payer["stage"])


@pytest.mark.prove
@examples(60, 10_000)
@given(rules=rulebooks, history=lives(40), days=st.sampled_from([1, 7, 14]), data=st.data())
def test_any_life_is_tested_as_the_definitions_say(
    db: Connection,
    new_workspace: Callable[[], Workspace],
    rules: Rules,
    history: list[Message],
    days: int,
    data: st.DataObject,
) -> None:
    workspace = new_workspace()
    put_in_force(db, workspace, rules)
    deliver(db, workspace, data.draw(receipts(history)))
    now = NOON + timedelta(days=5)
    found = back_test(db, workspace, days=days, at=now)
    expected = expected_payers(rules, history, days, now)
    if found["status"] != "tested":
        assert expected is None
        return
    top = {str(contact): identity for identity, contact in contacts(db, workspace).items()}
    payers = {top[p["id"]]: (p["on"], p["score"], p["stage"]) for p in found["payers"]}
    assert (payers, found["tooNew"]) == expected


def expected_payers(
    rules: Rules, history: list[Message], days: int, now: datetime
) -> tuple[Mapping[Identity, tuple[str, int, str]], int] | None:
    """Each payer's day with score and stage, and how many came later; None where nothing can be said."""
    stages = rules["stages"]
    silent = next((n for n, stage in enumerate(stages) if "silenceDays" in stage), len(stages))
    paying = [stage for stage in stages[:silent] if "event" in stage]
    if not paying or not any(stage.get("score") for stage in stages):
        return None
    found, too_new = dict[Identity, tuple[str, int, str]](), 0
    for top, messages in people(history).items():
        paid = [message.occurred_at for message in messages if happened(paying[-1], message)]
        if not paid or not now - timedelta(days=90) <= min(paid) < now:
            continue
        day = min(paid).date() - timedelta(days=days)
        past = [message for message in messages if message.occurred_at.date() <= day]
        if past:
            here = standing(rules, facts(rules, past), day)
            found[top] = (f"{day}", here.score, here.stage)
        too_new += not past
    return found, too_new
