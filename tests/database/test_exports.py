"""What an export reads: each row once, however small the pages, by an index; of one contact only what is about them."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message

# As public.export_page() has them.
SETTINGS = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_sort")
# Grow with contacts and what they do; the others have some rows.
LARGE = {
    "contact_states", "contacts", "events", "identities", "identity_links", "message_events", "messages", "redactions",
    "score_history", "signal_counts", "stage_events", "suppressions", "traits", "transitions",
}  # fmt: skip
Build = Mapping[str, Any]


@pytest.fixture
def busy(db: Connection, workspace: Workspace) -> Workspace:
    """Eleven contacts with a past, and a key that sorts before others or holds what must be quoted."""
    for n in range(11):
        user = f"u'{n}\"%\\" if n % 2 else f"U{n}"
        reading.track(
            db,
            workspace,
            [
                Message(f"i{n}", True, "identify", "identify", (("userId", user), ("email", f"{n}@example.com")), NOW),
                Message(f"a{n}", True, "track", "Upgrade Clicked", (("userId", user), ("anonymousId", f"a{n}")), NOW),
                Message(f"s{n}", True, "track", "Subscription Started", (("userId", user),), NOW),
            ],
            NOW,
        )
    db.execute(
        """insert into public.suppressions (workspace_id, address_hash, category, reason)
           select %s, 'h' || n, case when n %% 2 = 0 then 'marketing' end, 'by_hand'
           from generate_series(1, 9) as n""",
        (workspace.id,),
    )
    return workspace


def claimed(db: Connection, workspace: Workspace, lookup: Mapping[str, str] | None = None) -> Build:
    """An export of the workspace that is this test's to build: the builders of others never see it waiting."""
    asked = json.dumps(lookup) if lookup else None
    with db.transaction():
        requested = db.execute("select public.request_export(%s, 'operator', %s)", (workspace.id, asked)).fetchall()
        export_id = requested[0][0]["exportId"]
        taken = db.execute(
            """update private.export_builds
               set claim = gen_random_uuid(), claimed_until = 'infinity', plan = private.export_plan(%s)
               where export_id = %s
               returning jsonb_build_object('exportId', export_id, 'claim', claim, 'plan', plan)""",
            (lookup is not None, export_id),
        ).fetchall()
        db.execute("update public.exports set status = 'building' where id = %s", (export_id,))
    build: Build = taken[0][0]
    return build


def page(db: Connection, build: Build, table: str, after: Any, rows: int, size: int = 10**6) -> dict[str, Any]:
    arguments = (build["exportId"], build["claim"], table, json.dumps(after) if after else None, "[]", rows, size)
    found: dict[str, Any] = db.execute("select public.export_page(%s, %s, %s, %s, %s, %s, %s)", arguments).fetchall()[
        0
    ][0]
    return found


def rows_of(db: Connection, build: Build, table: str, *, rows: int = 3, size: int = 10**6) -> list[tuple[str, ...]]:
    """All of a table, page by page."""
    found, after = [], None
    while True:
        read = page(db, build, table, after, rows, size)
        assert len(read["rows"]) <= rows
        found += [tuple(row) for row in read["rows"]]
        after = read["after"]
        if after is None:
            return found


def test_in_pages_of_three_each_row_comes_once(db: Connection, busy: Workspace) -> None:
    build = claimed(db, busy)
    for table in (read["table"] for read in build["plan"]):
        column = "id" if table == "workspaces" else "workspace_id"
        stored = db.execute(f"select count(*) from public.{table} where {column} = %s".encode(), (busy.id,)).fetchall()
        found = rows_of(db, build, table)
        assert (len(found), len(set(found))) == (stored[0][0], stored[0][0]), table


def test_a_page_passes_so_many_who_have_nothing(db: Connection, busy: Workspace) -> None:
    """Or a million visitors without traits would be one page of the traits."""
    db.execute(
        """insert into public.identities (workspace_id, kind, value, contact_id)
           select %s, 'anonymousId', 'visitor-' || n, gen_random_uuid() from generate_series(1, 100) as n""",
        (busy.id,),
    )
    build = claimed(db, busy)
    first = page(db, build, "traits", None, 3)
    assert (first["rows"], len(first["after"])) == ([], 2)
    stored = db.execute("select count(*) from public.traits where workspace_id = %s", (busy.id,)).fetchall()
    assert len(set(rows_of(db, build, "traits"))) == stored[0][0]


def test_a_page_ends_with_its_bytes(db: Connection, busy: Workspace) -> None:
    build = claimed(db, busy)
    assert len(page(db, build, "events", None, 1000, 1)["rows"]) == 1
    assert len(rows_of(db, build, "events", rows=1000, size=300)) == 33


def test_every_page_of_a_large_table_follows_an_index(db: Connection, busy: Workspace) -> None:
    build = claimed(db, busy)
    tables = {read["table"]: read for read in build["plan"]}
    assert tables.keys() >= LARGE
    for table in LARGE:
        after = page(db, build, table, None, 1)["after"]
        asked = "select private.export_query(%s, false, %s)"
        [(query,)] = db.execute(asked, (json.dumps(tables[table]), len(after or ()))).fetchall()
        with db.transaction(), psycopg.ClientCursor(db) as cursor:
            for setting in SETTINGS:
                db.execute(f"set local {setting} = off".encode())
            db.execute(f"prepare page (uuid, text[], uuid[], text[], integer, text[]) as {query}".encode())
            plan = cursor.execute("explain execute page (%s, %s, null, null, 2000, null)", (busy.id, after)).fetchall()
            db.execute("deallocate page")
        text = "\n".join(line for (line,) in plan)
        assert "Seq Scan" not in text, text
        # One that is sorted already but for its end costs nothing.
        assert "->  Sort" not in text, text


def test_of_a_contact_that_has_joined_another_it_reads_all(db: Connection, busy: Workspace) -> None:
    build = claimed(db, busy, {"email": "0@example.com"})
    assert len(rows_of(db, build, "contacts")) == 1
    assert len(rows_of(db, build, "events")) == 3
    assert len(rows_of(db, build, "identities")) == 3
    reading.move(db, busy, ("email", "0@example.com"), ("userId", "U2"), NOW)
    assert len(rows_of(db, build, "identities")) == 2


@pytest.mark.parametrize("status", ["withdrawn", "expired", "failed"])
def test_what_has_ended_is_read_no_further(db: Connection, busy: Workspace, status: str) -> None:
    build = claimed(db, busy)
    db.execute("update public.exports set status = %s where id = %s", (status, build["exportId"]))
    assert page(db, build, "events", None, 10) is None
    record = "select public.record_export(%s, %s, '[]', '{}', null)"
    assert db.execute(record, (build["exportId"], build["claim"])).fetchall() == [(False,)]


def test_a_builder_that_was_overtaken_records_nothing(db: Connection, busy: Workspace) -> None:
    first = claimed(db, busy)
    later = claimed(db, busy)
    record = "select public.record_export(%s, %s, '[]', '{}', null)"
    for claim, kept in ((first["claim"], False), (later["claim"], True), (later["claim"], True)):
        assert db.execute(record, (later["exportId"], UUID(claim))).fetchall() == [(kept,)]
