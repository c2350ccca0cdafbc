"""The sweep that removes a workspace is killed at any moment, and the next ones finish what it began."""

import random
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import leftovers
from tests.conftest import Connection, Inbox, Session
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message
from tests.integration.conftest import Api, bearer, instance
from tests.proofs import PROVE

# A sweep of another time would take the workspaces of tests beside it.
pytestmark = [pytest.mark.exclusive, pytest.mark.prove]
KILLS = 20 if PROVE else 4
LATER = datetime.now(UTC) + timedelta(days=8)
TABLES = ("events", "identities", "contacts", "contact_states", "identity_links", "signal_counts")


def filled(api: Api, contacts: int) -> dict[str, int]:
    """Contacts with some events each. Returns how many rows there are, by table."""
    for start in range(0, contacts, 100):
        users = [(("userId", f"u{n}"), ("email", f"u{n}@purged.example")) for n in range(start, start + 100)]
        met = [Message(f"i{user[1]}", True, "identify", "identify", (user, email), NOW) for user, email in users]
        used = [
            Message(f"e{n}{user[1]}", True, "track", "Feature Used", (user,), NOW)
            for user, _ in users
            for n in range(4)
        ]
        reading.track(api.db, api.workspace, met + used, NOW)
    return {table: rows(api, table) for table in TABLES}


def rows(api: Api, table: str) -> int:
    counted = f"select count(*) from public.{table} where workspace_id = %s"
    return int(api.db.execute(counted, (api.workspace.id,)).fetchall()[0][0])


def request_of(db: Connection, api: Api) -> Any:
    found = db.execute(
        "select finished_at, counts from public.deletion_requests where workspace_id = %s", (api.workspace.id,)
    )
    return found.fetchall()[0]


def test_killed_at_random_it_still_finishes_and_counts_each_row_once(
    env: Mapping[str, str], api: Api, olga: Session, inbox: Inbox, tmp_path: Path
) -> None:
    choose = random.Random(7)
    held = filled(api, 1000)
    name = api.db.execute("select name from public.workspaces where id = %s", (api.workspace.id,)).fetchall()[0][0]
    assert api.member("/api/delete-workspace", {"name": name}, olga.access_token).status_code == 202
    for kill in range(KILLS):
        with instance(env, tmp_path / f"log-{kill}") as functions:
            functions.http.get("/api/health")  # it is up, and has a connection that its death will close
            asked = threading.Thread(target=quietly_sweep, args=(env, functions.http))
            asked.start()
            asked.join(choose.uniform(0, 0.6))
            functions.kill()
            asked.join()
    for _ in range(5):
        quietly_sweep(env, api.http)
    finished_at, counts = request_of(api.db, api)
    assert finished_at is not None
    assert {table: counts[table] for table in TABLES} == held
    assert leftovers.tables_with(api.db, "@purged.example") == {}
    assert set(leftovers.tables_with(api.db, str(api.workspace.id))) == {"audit_log", "deletion_requests"}
    assert len([mail for mail in inbox.to(olga.email) if f"{name} is deleted" in mail["subject"]]) == 1


def quietly_sweep(env: Mapping[str, str], http: httpx.Client) -> None:
    """Whatever becomes of it: it may be killed meanwhile."""
    try:
        headers = bearer(env["CRON_SECRET"])
        http.get("/api/delete-workspace", params={"now": LATER.isoformat()}, headers=headers, timeout=90)
    except httpx.HTTPError:
        pass
