"""The commands in docs/scoring.md by which a founder changes the rules, run as they are written."""

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.local.layout import ROOT
from tests.conftest import Connection, Workspace, rules_of

SECTION = (ROOT / "docs" / "scoring.md").read_text().partition("### By the Data API")[2]
SIGN_IN, TAKE, DRAFT, PREVIEW, DECIDE, WATCH = re.findall("```sh\n(.*?)```", SECTION, re.DOTALL)


@dataclass
class Shell:
    """A founder's terminal."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.variables, capture_output=True, text=True, check=True
        )
        return done.stdout

    def ask(self, command: str) -> tuple[Any, int]:
        """Body and status, of a command that shows both."""
        body, _, status = self.run(command).strip().rpartition("\n")
        return json.loads(body or "null"), int(status)


@pytest.fixture
def shell(tmp_path: Path, env: Mapping[str, str], db: Connection, workspace: Workspace) -> Shell:
    """Of an owner who has an account."""
    account = {"email": f"owner.{workspace.id.hex[:12]}@example.com", "password": "correct horse battery"}
    url, headers = f"{env['SUPABASE_URL']}/auth/v1/signup", {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    user = httpx.post(url, headers=headers, json=account, timeout=30).raise_for_status().json()["user"]["id"]
    db.execute("update public.members set user_id = %s where workspace_id = %s", (user, workspace.id))
    named = ("PATH", "SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "API_URL")
    own = {"EMAIL": account["email"], "PASSWORD": account["password"], "WORKSPACE": str(workspace.id)}
    return Shell(tmp_path, {name: env[name] for name in named} | own)


def draft(shell: Shell, **change: Any) -> Any:
    """Signs in, takes the rules, changes them and drafts them. Returns the answer."""
    shell.variables["TOKEN"] = json.loads(shell.run(SIGN_IN))["access_token"]
    shell.run(TAKE)
    rules = shell.folder / "rules.json"
    rules.write_text(json.dumps(json.loads(rules.read_text()) | change))
    return json.loads(shell.run(DRAFT))


def test_the_commands_change_the_rules(shell: Shell, db: Connection, workspace: Workspace) -> None:
    shell.variables["DRAFT"] = draft(shell, halfLifeDays=7)[0]["id"]
    seen, status = shell.ask(PREVIEW)
    assert (status, seen["status"]) == (200, "previewed")
    assert rules_of(db, workspace)["halfLifeDays"] == 14
    assert shell.ask(DECIDE) == (None, 204)
    assert rules_of(db, workspace)["halfLifeDays"] == 7
    progress, status = shell.ask(WATCH)
    assert (status, progress["status"]) == (200, "done")


def test_what_is_wrong_with_a_draft_is_said_as_written(shell: Shell) -> None:
    refused = draft(shell, halfLifeDays=0)
    assert refused["code"] in SECTION
    assert json.loads(refused["details"]) == [{"pointer": "/halfLifeDays", "expected": "a whole number from 1 to 365"}]


def test_deciding_too_early_or_twice_is_refused_as_written(shell: Shell) -> None:
    shell.variables["DRAFT"] = draft(shell)[0]["id"]
    early, status = shell.ask(DECIDE.replace("%{http_code}", "\\n%{http_code}"))
    assert f"{status} (`{early['code']}`): it is not previewed yet" in SECTION
    shell.ask(DECIDE.replace("publish", "discard"))
    late, status = shell.ask(DECIDE.replace("%{http_code}", "\\n%{http_code}"))
    assert f"{status} (`{late['code']}`): it was published or discarded before" in SECTION
