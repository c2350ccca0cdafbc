"""scripts/privacy_request.py: what is asked for by mail is done as the product does it."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scripts.local.layout import ROOT
from tests import leftovers
from tests.conftest import Inbox, Session, joined, sign_up
from tests.integration.conftest import Api, event, problem

Run = Callable[..., subprocess.CompletedProcess[str]]
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.fixture
def ask(env: Mapping[str, str]) -> Run:
    def run(wish: str, *options: str, received: str = TODAY) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scripts.privacy_request", wish, "--received-at", received, *options]
        return subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)

    return run


def workspace_options(api: Api) -> list[str]:
    name = api.db.execute("select name from public.workspaces where id = %s", (api.workspace.id,)).fetchall()[0][0]
    return ["--workspace", str(api.workspace.id), "--name", name]


def request_of(api: Api) -> Mapping[str, Any]:
    found = api.db.execute(
        "select to_jsonb(r) from public.deletion_requests as r where workspace_id = %s", (api.workspace.id,)
    )
    request: Mapping[str, Any] = found.fetchall()[0][0]
    return request


def test_a_workspace_is_deleted_as_in_the_product(api: Api, olga: Session, ask: Run, inbox: Inbox) -> None:
    done = ask("delete", *workspace_options(api))
    assert done.returncode == 0, done.stderr
    assert request_of(api)["requested_by"] == "operator"
    problem(api.public("/api/track", event()), "workspace_deletion_pending")
    [mail] = inbox.wait_for(olga.email)
    assert "/api/delete-workspace?keep=" in mail["text"]


def test_a_request_that_has_lain_about_is_still_in_time(api: Api, ask: Run) -> None:
    received = datetime.now(UTC) - timedelta(days=26)
    assert ask("delete", *workspace_options(api), received=received.isoformat()).returncode == 0
    request = {name: datetime.fromisoformat(request_of(api)[name]) for name in ("purge_after", "due_by")}
    assert request["due_by"] - received == timedelta(days=30)
    assert request["purge_after"] - received == timedelta(days=28)


def test_what_is_overdue_already_goes_at_once_and_is_reported(api: Api, ask: Run) -> None:
    before = api.http.get("/api/health").json()["overdueDeletions"]
    done = ask("delete", *workspace_options(api), received=f"{datetime.now(UTC) - timedelta(days=31):%Y-%m-%d}")
    assert (done.returncode, "That day has passed." in done.stderr) == (0, True)
    assert datetime.fromisoformat(request_of(api)["purge_after"]) <= datetime.now(UTC)
    assert api.http.get("/api/health").json()["overdueDeletions"] == before + 1
    api.db.execute(
        "update public.deletion_requests set cancelled_at = now() where workspace_id = %s", (api.workspace.id,)
    )


def test_another_name_deletes_nothing(api: Api, ask: Run) -> None:
    done = ask("delete", "--workspace", str(api.workspace.id), "--name", "Another")
    assert (done.returncode, "Type the workspace's name exactly" in done.stderr) == (1, True)
    assert api.track(event())["accepted"] == 1


def test_an_end_user_is_erased_for_a_customer(api: Api, ask: Run) -> None:
    address = api.person(f"p-{uuid4().hex}")
    done = ask("delete", "--workspace", str(api.workspace.id), "--contact", f"email={address}")
    assert done.returncode == 0, done.stderr
    assert '"status": "finished"' in done.stdout
    assert leftovers.tables_with(api.db, address) == {}


def test_an_end_user_is_corrected_for_a_customer(api: Api, ask: Run) -> None:
    api.person("u1", name="An")
    done = ask("correct", "--workspace", str(api.workspace.id), "--contact", "userId=u1", "--trait", 'name="Ann"')
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.partition("\n")[2])["traits"]["name"] == "Ann"


def test_a_workspace_is_exported_into_a_folder(api: Api, ask: Run, tmp_path: Path) -> None:
    address = api.person("u1")
    done = ask("export", "--workspace", str(api.workspace.id), "--to", str(tmp_path))
    assert done.returncode == 0, done.stderr
    texts = [
        zipfile.ZipFile(file).read(name).decode()
        for file in tmp_path.glob("*.zip")
        for name in zipfile.ZipFile(file).namelist()
    ]
    assert address in "".join(texts)
    by = api.db.execute("select requested_by from public.exports where workspace_id = %s", (api.workspace.id,))
    assert by.fetchall() == [("operator",)]


def test_an_account_is_exported_corrected_and_deleted(
    env: Mapping[str, str], api: Api, ask: Run, tmp_path: Path
) -> None:
    dora = joined(api.db, sign_up(env, "dora"), api.workspace, "viewer")
    assert ask("export", "--account", dora.email, "--to", str(tmp_path)).returncode == 0
    assert json.loads((tmp_path / "account.json").read_text())["memberships"][0]["role"] == "viewer"
    new = f"new-{dora.email}"
    corrected = ask("correct", "--account", dora.email, "--email", new)
    assert corrected.returncode == 0, corrected.stderr
    assert ask("delete", "--account", new).returncode == 0
    assert leftovers.tables_with(api.db, dora.email) == {}


def test_the_only_owner_of_a_workspace_is_not_deleted_under_it(api: Api, olga: Session, ask: Run) -> None:
    api.db.execute(
        "delete from public.members where workspace_id = %s and user_id <> %s", (api.workspace.id, olga.user_id)
    )
    done = ask("delete", "--account", olga.email)
    assert (done.returncode, "only owner" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["delete"], "name either --workspace or --account"),
        (["delete", "--workspace", str(UUID(int=1))], "--name is missing"),
        (["export", "--account", "a@b.co"], "--to is missing"),
        (["correct", "--workspace", str(UUID(int=1))], "a workspace's settings its owners correct themselves"),
        (["correct", "--account", "a@b.co"], "--email is missing"),
        (["delete", "--workspace", str(UUID(int=1)), "--contact", "name=x"], "is not like email=a@b.co"),
        (["correct", "--workspace", str(UUID(int=1)), "--contact", "userId=1", "--trait", "a=b"], "is not JSON"),
        (["correct", "--workspace", str(UUID(int=1)), "--contact", "userId=1", "--trait", "a"], "is not JSON"),
        (["delete", "--workspace", "acme", "--name", "Acme"], "which is a UUID"),
        (["delete", "--account", "a@b.co", "--received-at", "yesterday"], "is not like 2026-11-20"),
    ],
)
def test_what_is_missing_is_named(ask: Run, options: list[str], said: str) -> None:
    done = ask(*options)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_day_that_has_not_come_is_refused(ask: Run) -> None:
    done = ask("delete", "--account", "a@b.co", received="2999-01-01")
    assert (done.returncode, "has not come yet" in done.stderr) == (2, True)


def test_without_an_environment_it_says_what_is_not_set(env: Mapping[str, str]) -> None:
    bare = {name: value for name, value in env.items() if name != "SUPABASE_URL"}
    command = [sys.executable, "-m", "scripts.privacy_request", "delete", "--received-at", TODAY, "--account", "a@b.co"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, "SUPABASE_URL is not set" in done.stderr) == (2, True), done.stderr


def test_what_is_wrong_with_a_lookup_is_said(ask: Run) -> None:
    done = ask("delete", "--workspace", str(UUID(int=1)), "--contact", "email=nobody")
    assert (done.returncode, "/erase/email" in done.stderr) == (1, True), done.stderr


def test_a_folder_that_can_not_be_made_is_said(api: Api, alice: Session, ask: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = ask("export", "--account", alice.email, "--to", str(tmp_path / "file"))
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
