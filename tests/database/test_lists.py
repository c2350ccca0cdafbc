"""The dashboard's lists: each contact once, in order, whatever it is filtered by."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message


@pytest.fixture
def crowd(db: Connection, workspace: Workspace) -> Workspace:
    """130 users, some of whom did something."""
    history = []
    for n in range(130):
        who = (("userId", f"user-{n}"), ("email", f"u{n}@example.com"))
        at = NOW - timedelta(days=n % 40)
        history.append(
            Message(f"i{n}", True, "identify", "identify", who, at, {"name": f"Ada {n}", "email": who[1][1]})
        )
        for k in range(n % 3):
            history.append(Message(f"e{n}-{k}", True, "track", "Upgrade Clicked", (who[0],), at))
    for start in range(0, len(history), 100):
        reading.track(db, workspace, history[start : start + 100], NOW)
    return workspace


def listed(db: Connection, workspace: Workspace, **filters: Any) -> list[dict[str, Any]]:
    """All pages."""
    found: list[dict[str, Any]] = []
    after = None
    names = ", ".join(f"{name} => %s" for name in ("p_workspace", "p_after", "p_now", *filters))
    for _ in range(50):
        values = (workspace.id, Jsonb(after) if after else None, NOW, *filters.values())
        [(page,)] = db.execute(f"select public.list_contacts({names})".encode(), values).fetchall()
        found += page["contacts"]
        after = page["next"]
        if after is None:
            return found
    raise AssertionError("the list does not end")


def test_paging_returns_each_contact_once_the_highest_score_first(db: Connection, crowd: Workspace) -> None:
    rows = listed(db, crowd)
    assert len({row["id"] for row in rows}) == len(rows) == 130
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)


def test_a_stage_lists_those_who_are_in_it(db: Connection, crowd: Workspace) -> None:
    stages = db.execute("select id, name from public.stages where workspace_id = %s", (crowd.id,)).fetchall()
    by_stage = {name: listed(db, crowd, p_stage=stage) for stage, name in stages}
    assert all(row["stage"] == name for name, rows in by_stage.items() for row in rows)
    assert sum(map(len, by_stage.values())) == 130
    assert sum(bool(rows) for rows in by_stage.values()) > 1


def test_scores_and_last_seen_narrow_the_list(db: Connection, crowd: Workspace) -> None:
    everybody = listed(db, crowd)
    some = listed(db, crowd, p_least=10, p_most=25)
    assert {row["id"] for row in some} == {row["id"] for row in everybody if 10 <= row["score"] <= 25}
    assert some
    since = NOW - timedelta(days=5)
    recent = listed(db, crowd, p_seen_from=since)
    seen = "select count(*) from public.contact_states where workspace_id = %s and last_event_at >= %s"
    assert len(recent) == db.execute(seen, (crowd.id, since)).fetchall()[0][0] > 0


def test_search_finds_exactly_that_first_and_then_what_begins_so(db: Connection, crowd: Workspace) -> None:
    def search(text: str) -> list[dict[str, Any]]:
        [(answer,)] = db.execute("select public.search_contacts(%s, %s)", (crowd.id, text)).fetchall()
        found: list[dict[str, Any]] = answer["contacts"]
        return found

    assert [row["email"] for row in search("U12@example.com ")] == ["u12@example.com"]
    assert [row["identity"]["value"] for row in search("user-1")][:2] == ["user-1", "user-10"]
    assert next(row["name"] for row in search("ada 12")) == "Ada 12"
    assert len(search("ada")) == 50
    assert search("nobody") == search("%") == search("") == []


def test_the_rows_of_a_list_say_what_the_breakdown_adds_up_to(db: Connection, crowd: Workspace) -> None:
    for row in listed(db, crowd)[:20]:
        [(why,)] = db.execute("select public.explain_score(%s, %s)", (row["id"], row["asOf"])).fetchall()
        assert (row["score"], row["stage"]) == (why["score"], why["stage"])


def test_a_timeline_has_everything_once_the_latest_first(db: Connection, workspace: Workspace) -> None:
    same = [Message(f"m{n:03}", True, "track", "Upgrade Clicked", (("userId", "u"),), NOW) for n in range(120)]
    for start in (0, 60):
        reading.track(db, workspace, same[start : start + 60], NOW)
    [(contact,)] = db.execute("select id from public.contacts where workspace_id = %s", (workspace.id,)).fetchall()
    found: list[dict[str, Any]] = []
    after = None
    while True:
        values = (workspace.id, contact, Jsonb(after) if after else None)
        [(page,)] = db.execute("select public.contact_timeline(%s, %s, %s)", values).fetchall()
        found += page["items"]
        after = page["next"]
        if after is None:
            break
    assert len({item["key"] for item in found}) == len(found)
    assert sum(item["kind"] == "event" for item in found) == 120
    assert {item["kind"] for item in found} >= {"event", "transition"}
