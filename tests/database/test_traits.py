"""Traits follow from the events: those of now, those of any instant before, and what each event changed."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from lib import contacts as privacy
from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import RANKS, Identity, Message
from tests.database.utterances import Utterance, batches, fold, said, say
from tests.proofs import examples

LATER = NOW + timedelta(days=400)


def contacts(db: Connection, workspace: Workspace) -> dict[UUID, dict[str, Any]]:
    return dict(
        db.execute("select id, traits from public.contacts where workspace_id = %s", (workspace.id,)).fetchall()
    )


def owners(db: Connection, workspace: Workspace) -> dict[Identity, UUID]:
    statement = "select kind, value, contact_id from public.identities where workspace_id = %s"
    return {(kind, value): contact for kind, value, contact in db.execute(statement, (workspace.id,))}


def as_of(db: Connection, workspace: Workspace, contact: UUID, before: datetime, *keys: str) -> dict[str, Any]:
    values = (workspace.id, contact, before, list(keys) or None)
    return dict(db.execute("select public.traits_as_of(%s, %s, %s, %s)", values).fetchall()[0][0])


def timeline(db: Connection, workspace: Workspace, contact: UUID) -> list[dict[str, Any]]:
    """All pages, the earliest first."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        values = (workspace.id, contact, Jsonb(after) if after else None)
        [(page,)] = db.execute("select public.contact_timeline(%s, %s, %s)", values).fetchall()
        found += page["items"]
        after = page["next"]
        if after is None:
            return found[::-1]


def replayed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The traits that all the changes of a timeline come to. Each says rightly what held before."""
    held: dict[str, Any] = {}
    for item in items:
        for change in item.get("changes", ()):
            assert change.get("from") == held.get(change["trait"]) != change.get("to")
            held[change["trait"]] = change.get("to")
        for claim in item.get("outranked", ()):
            assert not item["trusted"] and claim.get("kept") == held.get(claim["trait"]) != claim["claimed"]
    return {key: value for key, value in held.items() if value is not None}


def held_before(db: Connection, workspace: Workspace, contact: UUID, item: dict[str, Any]) -> dict[str, Any]:
    """What a page that ends at that item takes for granted."""
    statement = """
        select private.traits_before(
            %(workspace)s, array(select id from public.identities where contact_id = %(contact)s),
            array(select distinct key from public.traits where workspace_id = %(workspace)s), %(at)s, %(key)s
        )"""
    found = db.execute(statement, {"workspace": workspace.id, "contact": contact, **item}).fetchall()[0][0]
    return {trait: write["value"] for trait, write in found.items() if write["value"] is not None}


ANN = ("userId", "ann")


def identified(number: int, trusted: bool, days_ago: int, **traits: Any) -> Message:
    return Message(f"i{number}", trusted, "identify", "identify", (ANN,), NOW - timedelta(days=days_ago), traits)


def shown(db: Connection, workspace: Workspace) -> list[tuple[Any, Any]]:
    """What each event of the only contact changed, and which claims did not."""
    [contact] = contacts(db, workspace)
    return [(item["changes"], item["outranked"]) for item in timeline(db, workspace, contact) if "changes" in item]


def test_a_timeline_says_what_changed_from_what_to_what(db: Connection, workspace: Workspace) -> None:
    group = Message("g", True, "group", "group", (ANN,), NOW, {"company": {"id": "acme", "seats": 3}})
    history = [
        identified(1, True, 3, plan="free", title="CTO"),
        identified(2, True, 2, plan="pro", title="CTO"),
        identified(3, True, 1, plan="pro", title=None, city=None),
        group,
    ]
    reading.track(db, workspace, history[::-1], NOW)
    assert shown(db, workspace) == [
        ([{"trait": "plan", "to": "free"}, {"trait": "title", "to": "CTO"}], []),
        ([{"trait": "plan", "from": "free", "to": "pro"}], []),
        ([{"trait": "title", "from": "CTO"}], []),
        ([{"trait": "company", "to": {"id": "acme", "seats": 3}}], []),
    ]


def test_what_a_browser_claims_against_a_server_changes_nothing(db: Connection, workspace: Workspace) -> None:
    reading.track(db, workspace, [identified(1, True, 3, plan="free")], NOW)
    reading.track(db, workspace, [identified(2, False, 2, plan="pro", city="Rome")], NOW)
    reading.track(db, workspace, [identified(3, False, 1, plan="free", city="Rome")], NOW)
    assert shown(db, workspace)[1:] == [
        ([{"trait": "city", "to": "Rome"}], [{"trait": "plan", "claimed": "pro", "kept": "free"}]),
        ([], []),
    ]


def test_a_page_in_the_middle_knows_what_held_before_it(db: Connection, workspace: Workspace) -> None:
    history = [identified(n, False, 300 - n, step=n, plan="pro") for n in range(130)]
    for start in (0, 65):
        reading.track(db, workspace, history[start : start + 65], NOW)
    first, *others = shown(db, workspace)
    assert first == ([{"trait": "plan", "to": "pro"}, {"trait": "step", "to": 0}], [])
    assert others == [([{"trait": "step", "from": n - 1, "to": n}], []) for n in range(1, 130)]


def test_what_held_is_not_looked_for_without_end(db: Connection, workspace: Workspace) -> None:
    reading.track(db, workspace, [identified(1, False, 100, plan="free"), identified(2, False, 0, plan="pro")], NOW)
    db.execute(
        """insert into public.events
           select workspace_id, trusted, 'x' || n, identity_id, lower_ids, type, name, occurred_at - n * interval '1 s',
               received_at, '{"city": "Rome"}', context
           from public.events cross join generate_series(1, 10100) as n
           where workspace_id = %s and message_id = 'i2'""",
        (workspace.id,),
    )
    [contact] = contacts(db, workspace)
    values = (workspace.id, contact)
    page = db.execute("select public.contact_timeline(%s, %s)", values).fetchall()[0][0]["items"]
    last = next(item for item in page if item.get("changes"))
    assert last["changes"] == [{"trait": "plan", "to": "pro", "unseen": True}]


def move_somebody(db: Connection, workspace: Workspace, data: st.DataObject) -> None:
    known = owners(db, workspace)
    moved = data.draw(st.sampled_from(sorted(known)))
    higher = [one for one in known if RANKS[one[0]] > RANKS[moved[0]]]
    reading.move(db, workspace, moved, data.draw(st.sampled_from([None, moved, *sorted(higher)])), NOW)


@pytest.mark.prove
@examples(60, 5_000)
@given(history=said, redact=st.sampled_from(["redact", "off"]), data=st.data())
def test_events_hold_all_that_traits_are_made_of(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Utterance], redact: str, data: st.DataObject
) -> None:
    workspace = new_workspace()
    db.execute("update public.workspaces set redact = %s where id = %s", (redact, workspace.id))
    for batch in data.draw(batches(history)):
        say(db, workspace, batch)
        if data.draw(st.integers(0, 3)) == 0:
            move_somebody(db, workspace, data)
    before = data.draw(st.sampled_from([one.occurred_at for one in history]))
    owner = owners(db, workspace)
    for contact, traits in contacts(db, workspace).items():
        theirs = [one for one in history if owner[one.identity()] == contact]
        assert as_of(db, workspace, contact, LATER) == traits == fold(theirs, redact)
        then = fold(theirs, redact, before)
        assert as_of(db, workspace, contact, before) == then
        some = as_of(db, workspace, contact, before, "plan", "email")
        assert some == {key: then[key] for key in ("plan", "email") if key in then}
        items = timeline(db, workspace, contact)
        assert replayed(items) == traits
        # Histories are shorter than a page, so what held before one is asked for by itself.
        for place, item in enumerate(items):
            assert held_before(db, workspace, contact, item) == replayed(items[:place])


@pytest.mark.prove
@examples(25, 2_000)
@given(history=said, data=st.data())
def test_corrections_are_events_like_any_other(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Utterance], data: st.DataObject
) -> None:
    workspace = new_workspace()
    for batch in data.draw(batches(history)):
        say(db, workspace, batch)
        owner = owners(db, workspace)
        contact = owner[data.draw(st.sampled_from(sorted(owner)))]
        corrected: dict[str, Any] = data.draw(
            st.sampled_from([{"plan": "b"}, {"email": "New@Example.com"}, {"email": None}])
        )
        correct(db, workspace, contact, corrected)
    for contact, traits in contacts(db, workspace).items():
        assert as_of(db, workspace, contact, LATER) == traits == replayed(timeline(db, workspace, contact))


def correct(db: Connection, workspace: Workspace, contact: UUID, traits: dict[str, Any]) -> None:
    message = json.dumps(privacy._identify(traits))
    lookup = json.dumps({"contactId": str(contact)})
    db.execute("select public.correct_contact(%s, %s, %s, %s, 'system')", (workspace.id, lookup, message, "0" * 64))
