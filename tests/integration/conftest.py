"""Our API as its callers reach it: over HTTP, with keys of a workspace of this test's own."""

import base64
import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lib.errors import CODES
from scripts.local import environment
from scripts.local.layout import ROOT
from tests.conftest import Connection, Session, Workspace, joined, sign_up
from tests.integration import smtp_servers
from tests.integration.smtp_servers import World

ENDPOINTS = {
    "/api/track": "POST",
    "/api/identify": "POST",
    "/api/score": "POST, GET",
    "/api/send-email": "POST, GET",
    "/api/contact": "POST",
    "/api/delete-workspace": "POST, GET, HEAD",
    "/api/settings": "POST",
    "/api/export": "POST, GET",
    "/api/unsubscribe": "GET, HEAD, POST",
    "/api/resend-webhook": "POST",
    "/api/lemonsqueezy-webhook": "POST, GET",
    "/api/health": "GET",
}
INGESTION = ["/api/track", "/api/identify"]
# What a body must never hold: a stack, SQL, a library's words, a key.
INTERNALS = ("Traceback", 'File "', "select ", "relation", "psycopg", "PGRST", "urllib3", "sk_00", "sb_secret")


def event(**fields: object) -> dict[str, object]:
    """A message that is fine but for what is given."""
    return {"type": "track", "event": "Feature Used", "userId": "u1", "messageId": str(uuid4()), **fields}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def basic(user: str, password: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def problem(answer: httpx.Response, code: str) -> dict[str, Any]:
    """The problem document of an answer, which has the status of that code and tells nothing about our insides."""
    document: dict[str, Any] = answer.json()
    assert (answer.status_code, document["code"]) == (CODES[code][0], code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert document["requestId"] == answer.headers["X-Request-Id"]
    assert document["status"] == answer.status_code
    assert document["type"].endswith(f"/errors#{code}")
    assert document["title"]
    assert document["detail"]
    assert not [word for word in INTERNALS if word in answer.text]
    return document


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    """Pointer and code of each thing that a 422 names."""
    return [(error["pointer"], error["code"]) for error in problem(answer, "validation_failed")["errors"]]


@dataclass(frozen=True)
class Api:
    http: httpx.Client
    db: Connection
    workspace: Workspace

    def public(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers=bearer(self.workspace.publishable_key) | headers)

    def secret(self, path: str, body: object, **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers=bearer(self.workspace.secret_key) | headers)

    def member(self, path: str, body: Mapping[str, object], token: str) -> httpx.Response:
        return self.http.post(path, json={"workspaceId": str(self.workspace.id), **body}, headers=bearer(token))

    def track(self, *messages: Mapping[str, object]) -> dict[str, Any]:
        """Stores messages by secret key. Returns the answer."""
        answer = self.secret("/api/track", {"batch": messages})
        assert answer.status_code == 200, answer.text
        accepted: dict[str, Any] = answer.json()
        return accepted

    def person(self, user_id: str = "u1", **traits: object) -> str:
        """Makes a contact with an address that may be mailed. Returns the address."""
        address = f"{uuid4().hex}@example.com"
        body = {"userId": user_id, "traits": {"email": address, **traits}}
        answer = self.secret("/api/identify", body)
        assert answer.status_code == 200, answer.text
        return address

    def score(self, **lookup: object) -> dict[str, Any]:
        answer = self.secret("/api/score", lookup)
        assert answer.status_code == 200, answer.text
        explained: dict[str, Any] = answer.json()
        return explained

    def stored(self, message_id: str) -> list[dict[str, Any]]:
        """The events of that messageId."""
        rows = self.db.execute(
            "select row_to_json(e) from public.events as e where workspace_id = %s and message_id = %s",
            (self.workspace.id, message_id),
        )
        return [row[0] for row in rows]

    def message(self, message_id: str) -> dict[str, Any]:
        """A row of the outbox."""
        found = self.db.execute("select row_to_json(m) from public.messages as m where id = %s", (UUID(message_id),))
        row: dict[str, Any] = found.fetchall()[0][0]
        return row

    def finished(self, message_id: str) -> dict[str, Any]:
        """The row once no drain is at work on it any more, be it another test's."""
        end = time.monotonic() + 10
        while (row := self.message(message_id))["status"] in ("queued", "claimed", "sending"):
            assert time.monotonic() < end, row
            time.sleep(0.02)
        return row

    def set(self, **settings: object) -> None:
        """Changes the workspace."""
        columns = ", ".join(f"{name} = %s" for name in settings)
        statement = f"update public.workspaces set {columns} where id = %s"
        self.db.execute(statement.encode(), (*settings.values(), self.workspace.id))


@pytest.fixture
def api(http: httpx.Client, db: Connection, workspace: Workspace) -> Api:
    return Api(http, db, workspace)


@pytest.fixture
def olga(env: Mapping[str, str], db: Connection, workspace: Workspace) -> Iterator[Session]:
    """Owns the workspace and nothing else, so her account may go with it; Alice's is other tests' too."""
    person = sign_up(env, "olga")
    with person.rest:
        yield joined(db, person, workspace, "owner")


@pytest.fixture
def sweep(http: httpx.Client, env: Mapping[str, str]) -> Callable[..., dict[str, Any]]:
    """Removes what is due at a time, now unless it is given."""

    def run(now: datetime | None = None) -> dict[str, Any]:
        query = {"now": now.isoformat()} if now else {}
        answer = http.get("/api/delete-workspace", params=query, headers=bearer(env["CRON_SECRET"]), timeout=90)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    return run


@dataclass(frozen=True)
class Instance:
    """A process of functions beside the stack's own."""

    http: httpx.Client
    output: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As a crash does: nothing is finished, nothing is closed."""
        self.process.kill()
        self.process.wait(10)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.output.read_text().splitlines() if line.startswith("{")]


@contextlib.contextmanager
def instance(env: Mapping[str, str], output: Path, **settings: str) -> Iterator[Instance]:
    """An instance that remembers nothing yet, with some settings of its own."""
    variables = {**environment.product(env), **settings, "PATH": env["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener, output.open("w") as log:
        command = [sys.executable, "-u", "-m", "scripts.local.functions", str(listener.fileno())]
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, pass_fds=[listener.fileno()])
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
                yield Instance(client, output, process)
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with smtp_servers.running(tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest.fixture
def world(servers: World) -> Iterator[World]:
    """The servers of the outside world, which forget afterwards what this test told them."""
    yield servers
    servers.handler.answers.clear()
    servers.handler.meanwhile = None


@pytest.fixture(scope="session")
def functions(env: Mapping[str, str], servers: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """Functions that may connect to the world's servers, and trust its authority."""
    log = tmp_path_factory.mktemp("functions") / "log"
    settings = {"SMTP_ALLOWED_HOSTS": servers.allowed_hosts, "SMTP_CA_FILE": str(servers.ca_file)}
    with instance(env, log, **settings) as started:
        yield started


@pytest.fixture
def own(functions: Instance, api: Api) -> Api:
    return replace(api, http=functions.http)
