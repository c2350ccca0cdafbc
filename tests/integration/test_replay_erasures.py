"""A backup that is restored has again what was erased since; the receipts beside the database erase it again."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scripts.local.layout import ROOT
from tests import leftovers
from tests.conftest import Session
from tests.integration.conftest import Api, errors, event

pytestmark = pytest.mark.exclusive
Run = Callable[..., subprocess.CompletedProcess[str]]
Sweep = Callable[..., dict[str, Any]]


@pytest.fixture
def replay(env: Mapping[str, str]) -> Run:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scripts.replay_erasures", *options]
        return subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)

    return run


@pytest.fixture
def restored(api: Api, sweep: Sweep) -> str:
    """Somebody who was erased, and is back with all that was known of them. Returns their userId."""
    user = f"back-{uuid4().hex}"
    api.track(
        event(userId=user, anonymousId=f"b{user}"),
        event(type="identify", userId=user, traits={"email": f"{user}@example.com"}),
    )
    assert api.secret("/api/contact", {"erase": {"userId": user}}).status_code == 200
    sweep()
    for table in ("private.tombstones", "public.erasures", "public.suppressions"):
        api.db.execute(f"delete from {table} where workspace_id = %s", (api.workspace.id,))
    api.track(
        event(userId=user, anonymousId=f"b{user}"),
        event(type="identify", userId=user, traits={"email": f"{user}@example.com"}),
    )
    api.db.execute(
        "update public.identities set created_at = created_at - interval '1 hour' where workspace_id = %s",
        (api.workspace.id,),
    )
    return user


def test_who_was_erased_is_erased_again(api: Api, restored: str, replay: Run) -> None:
    done = replay()
    assert done.returncode == 0, done.stderr
    assert leftovers.tables_with(api.db, restored) == {}
    assert errors(api.public("/api/track", event(userId=restored))) == [("", "not_stored")]
    suppressed = api.db.execute(
        "select reason from public.suppressions where workspace_id = %s", (api.workspace.id,)
    ).fetchall()
    assert suppressed == [("erased",)]


def test_whom_the_erased_shared_a_browser_with_keeps_all_but_that(api: Api, restored: str, replay: Run) -> None:
    # When the backup was made, the browser was still the other one's.
    browser = f"b{restored}"
    api.track(event(userId="other"), event(userId=None, anonymousId=browser))
    known = api.db.execute("select value, id from public.identities where workspace_id = %s", (api.workspace.id,))
    ids = dict(known.fetchall())
    api.db.execute(
        "insert into public.identity_moves (workspace_id, identity_id, contact_id) values (%s, %s, %s)",
        (api.workspace.id, ids[browser], ids["other"]),
    )
    assert api.score(userId="other")["score"] == 10
    done = replay()
    assert done.returncode == 0, done.stderr
    assert api.score(userId="other")["score"] == 5
    assert leftovers.tables_with(api.db, restored) == {}


def test_a_dry_run_erases_nobody(api: Api, restored: str, replay: Run) -> None:
    done = replay("--dry-run")
    assert done.returncode == 0, done.stderr
    assert "1 contacts are back" in done.stdout
    assert api.score(userId=restored)["score"] == 5


def test_who_came_back_after_the_erasure_stays(api: Api, restored: str, replay: Run) -> None:
    api.db.execute("update public.identities set created_at = now() where workspace_id = %s", (api.workspace.id,))
    assert replay().returncode == 0
    assert api.score(userId=restored)["score"] == 5


def test_a_receipt_says_nothing_of_whom_it_is(api: Api, restored: str, tmp_path: Path, env: Mapping[str, str]) -> None:
    from lib import storage

    kept = [storage.get(key) for key in storage.keys(f"receipts/{api.workspace.id}/")]
    assert len(kept) == 1
    receipt = json.loads(kept[0] or b"")
    assert restored not in json.dumps(receipt)
    assert set(receipt) == {
        "erasureId", "contactId", "workspaceId", "status", "requestedAt", "finishedAt", "forever", "counts",
        "tombstones", "addresses",
    }  # fmt: skip


def test_copies_of_receipts_in_a_folder_do_as_well(api: Api, restored: str, replay: Run, tmp_path: Path) -> None:
    from lib import storage

    for key in storage.keys(f"receipts/{api.workspace.id}/"):
        (tmp_path / Path(key).name).write_bytes(storage.get(key) or b"")
    done = replay("--receipts", str(tmp_path))
    assert (done.returncode, "0 receipts of workspaces, 1 of contacts." in done.stdout) == (0, True)
    assert leftovers.tables_with(api.db, restored) == {}


def test_a_workspace_that_was_deleted_is_deleted_again(api: Api, olga: Session, sweep: Sweep, replay: Run) -> None:
    from lib import storage

    name = api.db.execute("select name, slug from public.workspaces where id = %s", (api.workspace.id,)).fetchall()[0]
    asked = api.member("/api/delete-workspace", {"name": name[0]}, olga.access_token)
    assert asked.status_code == 202
    sweep(datetime.now(UTC) + timedelta(days=8))
    assert list(storage.keys(f"receipts/{api.workspace.id}/")) == [f"receipts/{api.workspace.id}/deletion.json"]
    api.db.execute("insert into public.workspaces (id, name, slug) values (%s, %s, %s)", (api.workspace.id, *name))
    done = replay()
    assert (done.returncode, "1 workspaces" in done.stdout) == (0, True), done.stderr
    assert set(leftovers.tables_with(api.db, str(api.workspace.id))) == {"audit_log", "deletion_requests"}


def test_without_storage_it_says_what_to_name(env: Mapping[str, str]) -> None:
    bare = {name: value for name, value in env.items() if not name.startswith("S3_")}
    command = [sys.executable, "-m", "scripts.replay_erasures"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, "--receipts" in done.stderr) == (2, True)


def test_a_folder_that_is_not_there_is_no_folder_without_receipts(replay: Run, tmp_path: Path) -> None:
    done = replay("--receipts", str(tmp_path / "no"))
    assert (done.returncode, "there is no folder" in done.stderr) == (2, True), done.stderr
