"""Every number of the Stages and Today screens is the length of the list that it opens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message

FROM = datetime(2000, 1, 1, tzinfo=UTC)
TO = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def crowd(db: Connection, workspace: Workspace) -> Workspace:
    """130 visitors who signed up afterwards: so some of the transitions are of identities that have joined another."""
    history = []
    for n in range(130):
        who, visitor, at = ("userId", f"user-{n}"), ("anonymousId", f"visitor-{n}"), NOW - timedelta(days=n % 20)
        history += [Message(f"v{n}-{k}", True, "track", "Upgrade Clicked", (visitor,), at) for k in range(n % 4)]
        traits = {"email": f"u{n}@example.com", "plan": "team"}
        history.append(Message(f"i{n}", True, "identify", "identify", (who, visitor), at, traits))
        if n % 10 == 3:
            history.append(Message(f"s{n}", True, "track", "Subscription Started", (who,), at))
    for start in range(0, len(history), 60):
        reading.track(db, workspace, history[start : start + 60], NOW)
    return workspace


def paged(db: Connection, function: str, **arguments: Any) -> list[str]:
    """The ids of all pages of a list."""
    found: list[str] = []
    after = None
    for _ in range(50):
        named = {**arguments, "p_after": Jsonb(after) if after else None}
        statement = f"select public.{function}({', '.join(f'{name} => %s' for name in named)})"
        [(page,)] = db.execute(statement.encode(), tuple(named.values())).fetchall()
        found += [row["id"] for row in page["contacts"]]
        after = page["next"]
        if after is None:
            return found
    raise AssertionError("the list does not end")


def one(db: Connection, call: str, *arguments: Any) -> Any:
    return db.execute(f"select public.{call}".encode(), arguments).fetchall()[0][0]


def test_each_number_of_the_funnel_is_the_length_of_its_list(db: Connection, crowd: Workspace) -> None:
    funnel = one(db, "cohort_funnel(%s, %s, %s)", crowd.id, FROM, TO)
    span = {"p_workspace": crowd.id, "p_from": FROM, "p_to": TO}
    assert len(set(paged(db, "list_cohort", **span))) == funnel["contacts"] == 130
    for stage in funnel["stages"]:
        reached = paged(db, "list_cohort", **span, p_reached=stage["id"])
        now = paged(db, "list_cohort", **span, p_now_in=stage["id"])
        assert (len(set(reached)), len(set(now))) == (len(reached), len(now)) == (stage["reached"], stage["now"])
    steps = [stage["reached"] for stage in funnel["stages"] if stage["isStep"]]
    assert steps == sorted(steps, reverse=True) and steps[0] == 130 and steps[-1] == 13


def test_each_number_of_entries_is_the_length_of_its_list(db: Connection, crowd: Workspace) -> None:
    for stay in one(db, "time_in_stages(%s, %s, %s)", crowd.id, FROM, TO):
        names = {"p_workspace": crowd.id, "p_stage": stay["id"]}
        entered = paged(db, "list_entries", **names, p_from=FROM, p_to=TO)
        assert len(set(entered)) == len(entered) == stay["entered"]
        for day in one(db, "stage_entries(%s, %s, %s, %s)", crowd.id, stay["id"], FROM, TO):
            begin = datetime.fromisoformat(f"{day['day']}T00:00:00+00:00")
            listed = paged(db, "list_entries", **names, p_from=begin, p_to=begin + timedelta(days=1))
            assert len(set(listed)) == len(listed) == day["contacts"] > 0


def test_half_have_left_after_the_median_of_what_they_stayed(db: Connection, crowd: Workspace) -> None:
    before = {s["name"]: s for s in one(db, "time_in_stages(%s, %s, %s)", crowd.id, FROM, TO)}
    assert before["engaged"]["halfLeftAfter"] is None
    engaged = paged(db, "list_entries", p_workspace=crowd.id, p_stage=before["engaged"]["id"], p_from=FROM, p_to=TO)
    users = dict(
        db.execute(
            "select contact_id::text, value from public.identities where workspace_id = %s and kind = 'userId'",
            (crowd.id,),
        ).fetchall()
    )
    later = NOW + timedelta(hours=5)
    paid = [
        Message(f"p{who}", True, "track", "Subscription Started", (("userId", users[who]),), later) for who in engaged
    ]
    reading.track(db, crowd, paid, later)
    after = {s["name"]: s for s in one(db, "time_in_stages(%s, %s, %s)", crowd.id, FROM, TO)}
    assert after["engaged"]["halfLeftAfter"] == 5 * 3600


def test_what_has_changed_is_counted_as_it_is_listed(db: Connection, crowd: Workspace) -> None:
    changes = one(db, "changes_since(%s, %s, %s)", crowd.id, NOW, TO)
    assert changes["contacts"] == len(paged(db, "list_cohort", p_workspace=crowd.id, p_from=NOW, p_to=TO))
    stages = {stay["name"]: stay for stay in one(db, "time_in_stages(%s, %s, %s)", crowd.id, NOW, TO)}
    assert {s["name"]: s["contacts"] for s in changes["stages"]} == {
        name: stay["entered"] for name, stay in stages.items() if stay["entered"]
    }


def test_those_to_write_to_are_the_likeliest_who_may_be_written_to(db: Connection, crowd: Workspace) -> None:
    people = one(db, "people_to_write_to(%s, %s)", crowd.id, NOW)
    assert len(people) == 10
    assert [p["score"] for p in people] == sorted((p["score"] for p in people), reverse=True)
    assert not {p["stage"] for p in people} & {"customer", "churned", "at_risk", "signed_up"}
    for person in people:
        why = one(db, "explain_score(%s, %s)", person["id"], person["asOf"])["breakdown"]
        known = {part.get("signal"): part for part in why}
        assert all(known[r["signal"]]["count"] == r["count"] for r in person["reasons"])
        assert person["reasons"][0]["signal"] == max(why, key=lambda part: part["points"])["signal"]


def test_who_wants_no_mail_is_not_to_be_written_to(db: Connection, crowd: Workspace) -> None:
    [first, *_] = one(db, "people_to_write_to(%s, %s)", crowd.id, NOW)
    db.execute(
        "insert into public.messages (workspace_id, contact_id, category, to_address, address_hash, status)"
        " values (%s, %s, 'transactional', %s, 'h', 'sent')",
        (crowd.id, first["id"], first["email"]),
    )
    db.execute(
        "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, 'h', 'unsubscribed')",
        (crowd.id,),
    )
    assert first["id"] not in {person["id"] for person in one(db, "people_to_write_to(%s, %s)", crowd.id, NOW)}


def test_troubles_name_what_was_refused(db: Connection, workspace: Workspace) -> None:
    db.execute(
        "insert into public.rejections (workspace_id, api_key_id, code, pointer, received_at)"
        " select workspace_id, id, 'identity_missing', '', %s from public.api_keys where workspace_id = %s limit 1",
        (NOW, workspace.id),
    )
    troubles = one(db, "troubles(%s, %s)", workspace.id, NOW)
    assert troubles["rejections"] == [{"code": "identity_missing", "count": 1}]
    assert troubles["smtp"] is None and troubles["marketingPaused"] is False


def silence(db: Connection, workspace: Workspace, now: datetime) -> Any:
    return one(db, "event_silence(%s, %s)", workspace.id, now)


def test_a_workspace_without_events_is_not_silent_but_unused(db: Connection, workspace: Workspace) -> None:
    assert silence(db, workspace, NOW) == {"any": False, "silent": False, "lastAt": None}


def test_a_day_without_events_is_silence(db: Connection, workspace: Workspace) -> None:
    visitor = (("anonymousId", "v"),)
    reading.track(db, workspace, [Message("m", True, "track", "Page Viewed", visitor, NOW)], NOW)
    assert silence(db, workspace, NOW + timedelta(hours=24) - timedelta(seconds=1))["silent"] is False
    assert silence(db, workspace, NOW + timedelta(hours=24)) == {"any": True, "silent": True, "lastAt": None}


def test_silence_is_dated_by_what_the_meter_saw_last(db: Connection, workspace: Workspace) -> None:
    statement = "insert into public.usage (workspace_id, month, last_event_at) values (%s, %s, %s)"
    db.execute(statement, (workspace.id, NOW.date().replace(day=1), NOW))
    later = NOW + timedelta(days=3)
    assert silence(db, workspace, NOW)["silent"] is False
    found = silence(db, workspace, later)
    assert found["silent"] is True and datetime.fromisoformat(found["lastAt"]) == NOW
