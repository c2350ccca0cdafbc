"""An admin moves an identity to another contact, and back; everything derived follows."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace
from tests.database import model, reading
from tests.database.histories import NOW, deliveries, histories
from tests.database.model import RANKS, Identity, Message, Pins
from tests.database.test_automations import automate, queued
from tests.proofs import PROVE, examples

ANN, BEN, BROWSER, EMAIL = ("userId", "ann"), ("userId", "ben"), ("anonymousId", "a"), ("email", "ann@example.com")


def clicks(number: int, *who: Identity) -> list[Message]:
    return [Message(f"{who[0][1]} {n}", True, "track", "Feature Used", who, NOW) for n in range(number)]


def scores(db: Connection, workspace: Workspace) -> dict[Identity, int]:
    return {max(c.identities, key=lambda one: RANKS[one[0]]): c.score for c in reading.describe(db, workspace)}


def refusal(db: Connection, workspace: Workspace, moved: Identity, target: Identity) -> str | None:
    with pytest.raises(psycopg.Error) as refused:
        reading.move(db, workspace, moved, target, NOW)
    return refused.value.sqlstate


@pytest.fixture
def shared(db: Connection, workspace: Workspace) -> Workspace:
    """Ann signed in on a browser on which Ben had been at work before."""
    history = [*clicks(1, ANN, BROWSER), *clicks(1, BROWSER), *clicks(1, BEN)]
    reading.track(db, workspace, history, NOW)
    return workspace


def test_a_moved_browser_takes_its_events_and_points_along(db: Connection, shared: Workspace) -> None:
    assert scores(db, shared) == {ANN: 10, BEN: 5}
    reading.move(db, shared, BROWSER, BEN, NOW)
    assert scores(db, shared) == {ANN: 5, BEN: 10}


def test_moving_it_back_restores_every_row(db: Connection, shared: Workspace) -> None:
    before = reading.everything(db, shared)
    reading.move(db, shared, BROWSER, BEN, NOW)
    assert reading.everything(db, shared) != before
    reading.move(db, shared, BROWSER, ANN, NOW)
    assert reading.everything(db, shared) == before


def test_a_contact_that_a_move_left_empty_comes_back_as_it_was(db: Connection, workspace: Workspace) -> None:
    reading.track(db, workspace, [*clicks(2, BROWSER), *clicks(1, ANN)], NOW)
    before = reading.everything(db, workspace)
    reading.move(db, workspace, BROWSER, ANN, NOW)
    assert scores(db, workspace) == {ANN: 15}
    reading.move(db, workspace, BROWSER, BROWSER, NOW)
    assert reading.everything(db, workspace) == before


def test_an_email_takes_its_browsers_along(db: Connection, workspace: Workspace) -> None:
    reading.track(db, workspace, [*clicks(1, EMAIL, BROWSER), *clicks(1, BROWSER), *clicks(1, BEN)], NOW)
    reading.move(db, workspace, EMAIL, BEN, NOW)
    assert scores(db, workspace) == {BEN: 15}


def test_messages_do_not_undo_a_move(db: Connection, shared: Workspace) -> None:
    reading.move(db, shared, BROWSER, BEN, NOW)
    reading.track(db, shared, [Message("0", True, "track", "Page Viewed", (ANN, BROWSER), NOW)], NOW)
    reading.track(db, shared, [Message("1", True, "track", "Feature Used", (BROWSER,), NOW)], NOW)
    assert scores(db, shared) == {ANN: 6, BEN: 15}


def test_a_move_logs_its_transitions_as_made_by_hand(db: Connection, shared: Workspace) -> None:
    reading.track(db, shared, [Message("0", True, "track", "Upgrade Clicked", (BROWSER,), NOW)], NOW)
    logged = "select cause, count(*)::integer from public.transitions where workspace_id = %s group by cause"
    before = dict(db.execute(logged, (shared.id,)).fetchall())
    reading.move(db, shared, BROWSER, BEN, NOW)
    assert scores(db, shared) == {ANN: 5, BEN: 35}
    assert dict(db.execute(logged, (shared.id,)).fetchall()) == before | {"hand": 2}


def test_a_user_moves_nowhere(db: Connection, shared: Workspace) -> None:
    assert refusal(db, shared, ANN, BEN) == "PT412"


def test_only_a_higher_identity_owns_a_lower_one(db: Connection, workspace: Workspace) -> None:
    reading.track(db, workspace, [*clicks(1, EMAIL), *clicks(1, BROWSER)], NOW)
    assert refusal(db, workspace, EMAIL, BROWSER) == "PT412"


def test_nothing_moves_to_another_workspace(
    db: Connection, shared: Workspace, new_workspace: Callable[[], Workspace]
) -> None:
    other = new_workspace()
    reading.track(db, other, clicks(1, BEN), NOW)
    contact = db.execute("select id from public.contacts where workspace_id = %s", (other.id,)).fetchall()[0][0]
    browser = db.execute(
        "select id from public.identities where workspace_id = %s and kind = 'anonymousId'", (shared.id,)
    ).fetchall()[0][0]
    for workspace, moved, target in ((shared, browser, contact), (other, browser, contact)):
        with pytest.raises(psycopg.Error) as refused:
            db.execute(
                "insert into public.identity_moves (workspace_id, identity_id, contact_id) values (%s, %s, %s)",
                (workspace.id, moved, target),
            )
        assert refused.value.sqlstate == "PT404"


def test_a_contact_has_fifty_identities_by_hand_too(db: Connection, workspace: Workspace) -> None:
    full = [Message(f"{n}", True, "track", "x", (ANN, ("anonymousId", f"b{n}")), NOW) for n in range(49)]
    reading.track(db, workspace, [*full, *clicks(1, BROWSER)], NOW)
    assert refusal(db, workspace, BROWSER, ANN) == "PT412"


@pytest.mark.prove
@settings(examples(30, 2_000), derandomize=not PROVE)
@given(history=histories(), data=st.data())
def test_any_moves_among_any_messages_give_what_the_model_says(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Message], data: st.DataObject
) -> None:
    workspace, pins, sent = new_workspace(), dict[Identity, Identity](), list[Message]()
    for batch in data.draw(deliveries(history)):
        reading.track(db, workspace, batch, NOW)
        sent += [message for message in batch if message not in sent]
        if data.draw(st.booleans()):
            pins = dict(move_somewhere(db, workspace, sent, pins, data))
    expected = model.describe(history, NOW.date(), pins)
    assert reading.comparable(reading.describe(db, workspace)) == reading.comparable(expected)


def move_somewhere(db: Connection, workspace: Workspace, sent: list[Message], pins: Pins, data: st.DataObject) -> Pins:
    """Moves an identity to a contact that may have it, to itself, or back. Returns the pins there are then."""
    top = model.tops(sent, pins)
    moved = data.draw(st.sampled_from(sorted(top)))
    higher = sorted({one for one in top.values() if RANKS[one[0]] > RANKS[moved[0]]})
    target = data.draw(st.sampled_from([None, moved, *higher]))
    reading.move(db, workspace, moved, target, NOW)
    return model.move(sent, pins, moved, target)


def preview(db: Connection, workspace: Workspace, moved: Identity, target: Identity | None) -> dict[str, Any]:
    ids = [reading.identity_id(db, workspace, one) if one else None for one in (moved, target)]
    [(made,)] = db.execute("select public.preview_move(%s, %s, %s)", (workspace.id, *ids)).fetchall()
    return dict(made)


def shown(db: Connection, workspace: Workspace, contact: str) -> Any:
    [(rows,)] = db.execute("select public.contact_rows(%s, array[%s]::uuid[])", (workspace.id, contact)).fetchall()
    return rows[0] if rows else None


def test_a_preview_of_a_move_is_what_happens_and_changes_nothing(db: Connection, shared: Workspace) -> None:
    for moved, target in ((BROWSER, BEN), (BROWSER, BROWSER), (BROWSER, None)):
        before = reading.everything(db, shared)
        promised = preview(db, shared, moved, target)
        assert reading.everything(db, shared) == before
        for side in ("from", "to"):
            assert shown(db, shared, promised[side]["id"]) == promised[side]["before"]
        reading.move(db, shared, moved, target, datetime.now(UTC))  # a preview is of now
        for side in ("from", "to"):
            assert shown(db, shared, promised[side]["id"]) == promised[side]["after"]


def test_a_preview_says_how_many_mails_a_move_queues(db: Connection, shared: Workspace) -> None:
    automate(db, shared, entering_stage="signed_up")
    promised = preview(db, shared, BROWSER, BROWSER)
    assert (promised["mails"], queued(db, shared)) == (1, 0)
    reading.move(db, shared, BROWSER, BROWSER, datetime.now(UTC))
    assert queued(db, shared) == 1
    assert preview(db, shared, BROWSER, ANN)["mails"] == 0


def test_a_preview_says_what_goes_along_and_who_is_left_with_nothing(db: Connection, shared: Workspace) -> None:
    reading.move(db, shared, BROWSER, BROWSER, NOW)
    promised = preview(db, shared, BROWSER, BEN)
    assert promised["events"] == 1
    assert promised["from"]["before"] is not None and promised["from"]["after"] is None
    assert promised["to"]["before"]["score"] < promised["to"]["after"]["score"]


def test_a_move_that_would_be_refused_has_no_preview(db: Connection, shared: Workspace) -> None:
    with pytest.raises(psycopg.Error) as refused:
        preview(db, shared, ANN, BEN)
    assert refused.value.sqlstate == "PT412"
    assert db.execute(
        "select count(*) from public.identity_moves where workspace_id = %s", (shared.id,)
    ).fetchone() == (0,)


def test_it_is_shown_which_identity_was_moved_by_hand(db: Connection, shared: Workspace) -> None:
    reading.move(db, shared, BROWSER, BEN, NOW)
    contact = reading.identity_id(db, shared, BEN)
    [(ben,)] = db.execute("select public.show_contact(%s, %s)", (shared.id, contact)).fetchall()
    assert {one["value"]: one["isMoved"] for one in ben["identities"]} == {"ben": False, "a": True}
