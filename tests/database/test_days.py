"""Days that pass change scores and stages as the definitions say, however often somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force
from tests.database.model import Identity, Message
from tests.database.reference import Rules, Standing, facts, people, standing
from tests.database.rulebooks import Received, lives, receipts, rulebooks
from tests.database.standings import (
    DAY,
    Transition,
    by,
    contacts,
    deliver,
    due_days,
    recorded,
    stored,
    sweep,
    transitions,
)
from tests.proofs import PROVE, examples

DAYS = 120

Make = Callable[[], Workspace]
# The fixtures make workspaces for each example, so that none sees another's.


Days = Mapping[date, Standing]


def reference_days(rules: Rules, messages: list[Message], first: date, last: date) -> Days:
    past = facts(rules, messages)
    return {first + DAY * n: standing(rules, past, first + DAY * n) for n in range((last - first).days + 1)}


def check_due(db: Connection, workspace: Workspace, day: date, expected: Mapping[UUID, Days]) -> None:
    """Nobody's score or stage changes on a day without their being due, and the sweep takes nobody who is not."""
    due = due_days(db, workspace)
    for contact, days in expected.items():
        if day - DAY in days:
            before, now = days[day - DAY], days[day]
            assert (before.score, before.stage) == (now.score, now.stage) or due[contact] <= day
    assert sweep(db, workspace, day) == sum(due[contact] <= day for contact in due)
    assert all(on > day for on in due_days(db, workspace).values())


def time_transitions(days: Days) -> list[Transition]:
    found: list[Transition] = []
    for day, now in days.items():
        before = days.get(day - DAY, now)
        if before.stage != now.stage:
            found.append((datetime.combine(day, time(), UTC), before.stage, now.stage, now.cause, now.score))
    return found


def check_records(db: Connection, contact: UUID, days: Days) -> None:
    first, last = min(days), max(days)
    assert recorded(db, contact, first, last) == {day: (now.score, now.stage) for day, now in days.items()}
    since = datetime.combine(first + DAY, time(), UTC)
    assert [row for row in transitions(db, contact) if row[0] >= since] == time_transitions(days)


def everything(db: Connection, workspace: Workspace) -> list[Any]:
    """What is recorded of everybody, under the names that they have in any workspace."""
    history = """select h.day, h.score, g.name from public.score_history as h
                 join public.stages as g on g.id = h.stage_id where h.contact_id = %s order by h.day"""
    states = """select s.score, g.name, s.changed_on from public.contact_states as s
                join public.stages as g on g.id = s.stage_id where s.contact_id = %s"""
    people = "select kind, value, id from public.identities where workspace_id = %s order by kind, value"
    return [
        (
            kind,
            value,
            transitions(db, identity),
            *(db.execute(one, (identity,)).fetchall() for one in (states, history)),
        )
        for kind, value, identity in db.execute(people, (workspace.id,)).fetchall()
    ]


@pytest.mark.prove
@examples(15, 10_000)
@given(rules=rulebooks, history=lives(25 if PROVE else 12), visits=st.sets(st.integers(1, DAYS)), data=st.data())
def test_each_day_is_recorded_as_the_definitions_say_however_often_contacts_are_swept(
    db: Connection,
    new_workspace: Make,
    rules: Rules,
    history: list[Message],
    visits: Container[int],
    data: st.DataObject,
) -> None:
    received = data.draw(receipts(history))
    last, expected = received[-1][0].date(), people(history)
    often, seldom = new_workspace(), new_workspace()
    put_in_force(db, often, rules)
    deliver(db, often, received)
    days = {
        contact: reference_days(rules, expected[top], stored(db, contact)[2], last + DAY * DAYS)
        for top, contact in contacts(db, often).items()
    }
    for n in range(1, DAYS + 1):
        check_due(db, often, last + DAY * n, days)
    for contact in days:
        check_records(db, contact, days[contact])
    put_in_force(db, seldom, rules)
    deliver(db, seldom, received)
    for n in range(1, DAYS + 1):
        if n in visits or n == DAYS:
            sweep(db, seldom, last + DAY * n)
    assert everything(db, seldom) == everything(db, often)


@pytest.mark.prove
@examples(30, 10_000)
@given(rules=rulebooks, history=lives(25 if PROVE else 12), visits=st.sets(st.integers(0, 40)), data=st.data())
def test_a_day_is_recorded_as_it_was_known_whether_or_not_somebody_looked(
    db: Connection,
    new_workspace: Make,
    rules: Rules,
    history: list[Message],
    visits: Container[int],
    data: st.DataObject,
) -> None:
    alone = [replace(message, identities=message.identities[:1]) for message in history]
    received = data.draw(receipts(alone))
    first, last = received[0][0].date(), received[-1][0].date() + DAY * 10
    often, seldom = new_workspace(), new_workspace()
    live(db, often, rules, received, range(1000))
    live(db, seldom, rules, received, visits)
    assert everything(db, seldom) == everything(db, often)
    for top, contact in contacts(db, often).items():
        for day, found in recorded(db, contact, first, last).items():
            here = by(rules, known(received, top, day), day)
            assert found == (here.score, here.stage)


def live(db: Connection, workspace: Workspace, rules: Rules, received: list[Received], visits: Container[int]) -> None:
    """Through the days of a history and ten more; a visit is a sweep before that day's messages come."""
    put_in_force(db, workspace, rules)
    first, days = received[0][0].date(), (received[-1][0].date() - received[0][0].date()).days + 10
    for number in range(days + 1):
        if number in visits or number == days:
            sweep(db, workspace, first + DAY * number)
        deliver(db, workspace, [receipt for receipt in received if receipt[0].date() == first + DAY * number])


def known(received: list[Received], top: Identity, day: date) -> list[Message]:
    """What had been received of somebody by the end of a day."""
    copies = {message.message_id: message for now, batch in received if now.date() <= day for message in batch}
    return [message for message in copies.values() if message.identities[0] == top]
