"""The lists of mails, suppressions and the audit log: each row once, the latest first, with its reason."""

from datetime import timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message

STATUSES = ("queued", "sent", "skipped", "sending", "failed")


@pytest.fixture
def mailed(db: Connection, workspace: Workspace) -> Workspace:
    """130 mails to one contact, of all statuses, several of them at the same instant."""
    who = (("userId", "ada"), ("email", "ada@example.com"))
    reading.track(db, workspace, [Message("i", True, "identify", "identify", who, NOW, {"name": "Ada"})], NOW)
    for n in range(130):
        status = STATUSES[n % len(STATUSES)]
        db.execute(
            """insert into public.messages
                   (workspace_id, contact_id, category, status, reason,
                    created_at, send_at, to_address, address_hash, counted_at)
               select %s, id, 'marketing', %s, case when %s in ('skipped', 'failed') then 'goal_reached' end,
                   %s, %s, 'ada@example.com', 'h', %s
               from public.contacts where workspace_id = %s""",
            (workspace.id, status, status, NOW - timedelta(hours=n // 9), NOW, NOW, workspace.id),
        )
    return workspace


def pages(db: Connection, function: str, rows: str, *arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    for _ in range(20):
        marks = ", ".join(["%s"] * len(arguments))
        statement = f"select public.{function}({marks}, p_after => %s)"
        [(page,)] = db.execute(statement.encode(), (*arguments, Jsonb(after) if after else None)).fetchall()
        found += page[rows]
        after = page["next"]
        if after is None:
            return found
    raise AssertionError("the list does not end")


def test_the_log_has_each_mail_once_the_latest_first(db: Connection, mailed: Workspace) -> None:
    mails = pages(db, "list_messages", "messages", mailed.id)
    assert len({mail["id"] for mail in mails}) == len(mails) == 130
    assert [mail["createdAt"] for mail in mails] == sorted((mail["createdAt"] for mail in mails), reverse=True)
    assert {mail["who"] for mail in mails} == {"Ada"}


@pytest.mark.parametrize(("asked", "count"), [("queued", 52), ("sent", 26), ("skipped", 26), ("unknown", 0), ("x", 0)])
def test_the_log_of_a_status_has_those_alone(db: Connection, mailed: Workspace, asked: str, count: int) -> None:
    mails = pages(db, "list_messages", "messages", mailed.id, asked)
    assert len(mails) == count
    assert {mail["status"] for mail in mails} <= ({"queued", "sending"} if asked == "queued" else {asked})


def test_each_skip_says_why_as_the_explanation_does(db: Connection, mailed: Workspace) -> None:
    [mail, *_] = pages(db, "list_messages", "messages", mailed.id, "skipped")
    [(explained,)] = db.execute("select public.explain_mail(p_message => %s)", (mail["id"],)).fetchall()
    assert mail["answer"]["reason"] == explained["reason"]
    assert "the automation's goal" in mail["answer"]["reason"]


def test_a_suppression_shows_the_address_of_a_mail_that_is_still_there(db: Connection, mailed: Workspace) -> None:
    db.execute(
        """insert into public.suppressions (workspace_id, address_hash, category, reason, created_at)
           select %s, h, category, 'unsubscribed', %s
           from unnest(array['h'] || array(select 'x' || n from generate_series(1, 60) as n)) as h,
               unnest(array['marketing', null]) as category""",
        (mailed.id, NOW),
    )
    rows = pages(db, "list_suppressions", "suppressions", mailed.id)
    assert len({row["key"] for row in rows}) == len(rows) == 122
    assert {row["to"] for row in rows if row["hash"] == "h"} == {"ada@example.com"}
    assert {row["to"] for row in rows if row["hash"] != "h"} == {None}


def test_the_audit_log_has_each_entry_once(db: Connection, workspace: Workspace) -> None:
    db.execute(
        """insert into public.audit_log (workspace_id, actor, action, at)
           select %s, 'system', 'contact.erase', %s from generate_series(1, 120)""",
        (workspace.id, NOW),
    )
    [(count,)] = db.execute("select count(*) from public.audit_log where workspace_id = %s", (workspace.id,)).fetchall()
    # Asks as its owner, since nobody else is told.
    db.execute(
        """select set_config('request.jwt.claim.sub', user_id::text, false) from public.members
           where workspace_id = %s and role = 'owner'""",
        (workspace.id,),
    )
    entries = pages(db, "list_audit", "entries", workspace.id)
    db.execute("select set_config('request.jwt.claim.sub', '', false)")
    assert len({entry["id"] for entry in entries}) == len(entries) == count >= 120
