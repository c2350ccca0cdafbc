"""What one call of track() does, and refuses."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from lib import keys
from tests.conftest import Connection, Workspace
from tests.database.histories import NOW
from tests.database.model import Message
from tests.database.reading import describe, track


def message(message_id: str, *identities: tuple[str, str], name: str = "Feature Used", **changes: Any) -> Message:
    named = identities or (("userId", "u"),)
    return Message(message_id, changes.pop("trusted", True), changes.pop("type", "track"), name, named, NOW, **changes)


def test_it_stores_a_message_once_whatever_else_it_says_the_second_time(db: Connection, workspace: Workspace) -> None:
    assert track(db, workspace, [message("1")], NOW)["accepted"] == 1
    again = message("1", ("userId", "someone else"), name="Upgrade Clicked")
    assert track(db, workspace, [again], NOW)["duplicates"] == 1
    assert [contact.identities for contact in describe(db, workspace)] == [frozenset({("userId", "u")})]


def test_it_stores_the_first_of_a_batch_that_names_a_message_twice(db: Connection, workspace: Workspace) -> None:
    result = track(db, workspace, [message("1"), message("1", name="Upgrade Clicked")], NOW)
    assert (result["accepted"], result["duplicates"]) == (1, 1)
    assert [contact.score for contact in describe(db, workspace)] == [5]


def test_a_claimed_message_does_not_take_a_trusted_ones_id(db: Connection, workspace: Workspace) -> None:
    assert track(db, workspace, [message("1", trusted=False)], NOW)["accepted"] == 1
    assert track(db, workspace, [message("1")], NOW)["accepted"] == 1


def test_two_users_of_one_browser_stay_two_contacts(db: Connection, workspace: Workspace) -> None:
    browser = ("anonymousId", "shared")
    track(db, workspace, [message("1", ("userId", "ann"), browser), message("2", ("userId", "ben"), browser)], NOW)
    assert len(describe(db, workspace)) == 2


def test_a_later_trusted_link_takes_an_identity_from_a_claimed_one(db: Connection, workspace: Workspace) -> None:
    browser = ("anonymousId", "a")
    track(db, workspace, [message("1", ("userId", "ann"), browser, trusted=False)], NOW)
    track(db, workspace, [message("2", ("userId", "ben"), browser)], NOW)
    owners = {contact.identities for contact in describe(db, workspace)}
    assert owners == {frozenset({("userId", "ann")}), frozenset({("userId", "ben"), browser})}


def test_the_fifty_first_identity_of_a_contact_is_refused(db: Connection, workspace: Workspace) -> None:
    batch = [message(f"{n}", ("userId", "u"), ("anonymousId", f"a{n:02}")) for n in range(50)]
    result = track(db, workspace, batch, NOW)
    assert [(refused["index"], refused["code"]) for refused in result["rejected"]] == [(49, "too_many_identities")]
    assert [len(contact.identities) for contact in describe(db, workspace)] == [50]


def test_the_256th_trait_of_a_contact_is_refused(db: Connection, workspace: Workspace) -> None:
    full = {f"t{n}": n for n in range(255)}
    assert track(db, workspace, [message("1", type="identify", traits=full)], NOW)["accepted"] == 1
    result = track(db, workspace, [message("2", type="identify", traits={"t0": 1, "one more": 1})], NOW)
    assert [(refused["index"], refused["code"]) for refused in result["rejected"]] == [(0, "too_many_traits")]
    assert track(db, workspace, [message("3", type="identify", traits={"t0": 1})], NOW)["accepted"] == 1


def test_a_message_refused_for_its_traits_links_nobody(db: Connection, workspace: Workspace) -> None:
    user, browser = ("userId", "u"), ("anonymousId", "a")
    full = message("1", user, type="identify", traits={f"t{n}": n for n in range(255)})
    track(db, workspace, [full, message("2", browser)], NOW)
    too_many = message("3", user, browser, type="identify", traits={"one more": 1})
    other = message("4", ("userId", "v"), ("anonymousId", "b"), type="identify", traits={"x": 1})
    result = track(db, workspace, [too_many, other, message("5", browser)], NOW)
    assert (result["accepted"], [refused["index"] for refused in result["rejected"]]) == (2, [0])
    grouped = {contact.identities for contact in describe(db, workspace)}
    assert grouped == {frozenset({user}), frozenset({browser}), frozenset({("userId", "v"), ("anonymousId", "b")})}


def test_an_event_of_tomorrow_counts_from_tomorrow(db: Connection, workspace: Workspace) -> None:
    midnight = NOW.replace(hour=23, minute=58)
    early = Message("1", True, "track", "Feature Used", (("userId", "u"),), midnight + timedelta(minutes=4))
    track(db, workspace, [early], midnight)
    assert [contact.score for contact in describe(db, workspace)] == [0]
    track(db, workspace, [message("2", name="Something Else")], midnight + timedelta(minutes=5))
    assert [contact.score for contact in describe(db, workspace)] == [5]


@pytest.mark.parametrize("gap", [0, 1, 14, 200])
def test_adding_to_sums_gives_what_counting_again_gives(db: Connection, workspace: Workspace, gap: int) -> None:
    for day in (0, gap):
        track(db, workspace, [message(f"day {day}", name="Upgrade Clicked")], NOW + timedelta(days=day))
        track(db, workspace, [message(f"again {day}", name="Upgrade Clicked")], NOW + timedelta(days=day))
    kept, counted = db.execute(
        """select s.sums, private.sum_counts(r, s.contact_id, s.sums_on)
           from public.contact_states as s
           join private.compiled_rules as r on r.workspace_id = s.workspace_id
           where s.workspace_id = %s""",
        (workspace.id,),
    ).fetchall()[0]
    assert kept == counted


def test_hmac_in_sql_is_the_librarys_also_for_long_keys(db: Connection) -> None:
    for secret in ("s", "k" * 64, "k" * 65, "ключ"):
        expected = hmac.new(secret.encode(), "ünï".encode(), hashlib.sha256).hexdigest()
        assert db.execute("select private.hmac_sha256(%s, %s)", (secret, "ünï")).fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("change", "sqlstate"), [("revoked_at = now()", "PT401"), ("origins = '{https://a}'", "PT403")]
)
def test_a_key_that_may_not_is_refused(db: Connection, workspace: Workspace, change: str, sqlstate: str) -> None:
    db.execute(f"update public.api_keys set {change} where workspace_id = %s and kind = 'publishable'", (workspace.id,))
    with pytest.raises(psycopg.Error) as refused:
        track(db, workspace, [message("1", trusted=False)], NOW)
    assert refused.value.sqlstate == sqlstate


def test_a_workspace_that_is_being_deleted_accepts_nothing(db: Connection, workspace: Workspace) -> None:
    db.execute("update public.workspaces set deletion_requested_at = now() where id = %s", (workspace.id,))
    with pytest.raises(psycopg.Error) as refused:
        db.execute("select public.track(%s, null, '[]')", (keys.key_hash(workspace.secret_key),))
    assert refused.value.sqlstate == "PT423"
