"""The running stack, as tests see it. Alice owns, Bob is a member, Charlie is outside."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from scripts.local.layout import ROOT
from scripts.stack_environment import stack_environment
from tests.proofs import PROVE

# Tests call the sweeps themselves, and send more mail at once than a team of Resend may; one test lowers the rate.
TEST_OPTIONS = {"CRONS": "off", "RELOAD": "off", "RESEND_RATE": "1000"}
STARTED_HERE = pytest.StashKey[bool]()
Connection = psycopg.Connection[Any]


def pytest_configure(config: pytest.Config) -> None:
    """Has a stack up before any worker starts: the environment's or LOCAL_DIR's, else a new one for this run alone."""
    if hasattr(config, "workerinput"):
        return
    os.environ.setdefault("PYTHONHASHSEED", "0")  # for the workers: sets list test cases in the same order in each
    if "DATABASE_URL" in os.environ:
        return
    os.environ.setdefault("LOCAL_DIR", f".local/test-{os.getpid()}")
    config.stash[STARTED_HERE] = stack("status").returncode != 0
    os.environ.update(TEST_OPTIONS)
    started = stack("up")
    if started.returncode != 0:
        raise pytest.UsageError(started.stderr)
    os.environ.update(stack_environment())


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(STARTED_HERE, False):
        stack("reset")


def stack(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.local", command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="session")
def env() -> Mapping[str, str]:
    """What `.local/env` says."""
    return os.environ


@pytest.fixture
def db(env: Mapping[str, str]) -> Iterator[Connection]:
    """The database as its superuser; each statement commits."""
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def http(env: Mapping[str, str]) -> Iterator[httpx.Client]:
    """A client of our own API."""
    with httpx.Client(base_url=env["API_URL"], timeout=30) as client:
        yield client


@dataclass(frozen=True)
class Workspace:
    id: UUID
    publishable_key: str
    secret_key: str
    identity_secret: str


@pytest.fixture
def new_workspace(db: Connection) -> Callable[[], Workspace]:
    """Makes a workspace with the default rules and a key of each kind; its owner is nobody who signs in."""
    from lib import keys  # reads the environment at import, which is complete only now

    def make() -> Workspace:
        owner, name = uuid4(), secrets.token_hex(6)
        db.execute("insert into auth.users (id, email) values (%s, %s)", (owner, f"{name}@example.com"))
        made = db.execute("select public.create_workspace(%s, %s, %s)", (owner, f"Test {name}", f"test-{name}"))
        workspace = Workspace(
            made.fetchall()[0][0], keys.generate("publishable"), keys.generate("secret"), secrets.token_hex(16)
        )
        for kind, key in (("publishable", workspace.publishable_key), ("secret", workspace.secret_key)):
            digest = keys.key_hash(key)
            db.execute("select public.create_api_key(%s, %s, %s, %s)", (workspace.id, kind, digest, keys.hint(key)))
        db.execute("select public.set_identity_secret(%s, %s)", (workspace.id, workspace.identity_secret))
        return workspace

    return make


def rules_of(db: Connection, workspace: Workspace) -> dict[str, Any]:
    """The document of the rules in force."""
    row = db.execute("select public.rules_in_force(%s)", (workspace.id,)).fetchall()[0]
    return dict(row[0])


def put_in_force(db: Connection, workspace: Workspace, rules: Mapping[str, Any]) -> None:
    """Changes the rules without draft and preview: before anything has been counted."""
    db.execute("select private.begin_with_rules(%s, %s)", (workspace.id, json.dumps(rules)))


@pytest.fixture
def workspace(new_workspace: Callable[[], Workspace]) -> Workspace:
    """A workspace of this test's own."""
    return new_workspace()


@dataclass(frozen=True)
class Session:
    """Somebody who has signed in through Supabase Auth, with a client of the Data API that says so."""

    user_id: UUID
    email: str
    access_token: str
    rest: httpx.Client


@pytest.fixture(scope="session")
def cast(env: Mapping[str, str]) -> Iterator[Mapping[str, Session]]:
    """Alice, Bob and Charlie, signed up once for all tests of a worker."""
    people = {name: sign_up(env, name) for name in ("alice", "bob", "charlie")}
    yield people
    for person in people.values():
        person.rest.close()


def sign_up(env: Mapping[str, str], name: str) -> Session:
    email = f"{name}.{secrets.token_hex(4)}@example.com"
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    account = {"email": email, "password": secrets.token_urlsafe(12)}
    answer = httpx.post(f"{env['SUPABASE_URL']}/auth/v1/signup", headers=headers, json=account, timeout=30)
    session = answer.raise_for_status().json()
    headers["Authorization"] = f"Bearer {session['access_token']}"
    rest = httpx.Client(base_url=f"{env['SUPABASE_URL']}/rest/v1", headers=headers, timeout=30)
    return Session(UUID(session["user"]["id"]), email, session["access_token"], rest)


@pytest.fixture
def alice(cast: Mapping[str, Session], db: Connection, workspace: Workspace) -> Session:
    """Owns the workspace."""
    return joined(db, cast["alice"], workspace, "owner")


@pytest.fixture
def bob(cast: Mapping[str, Session], db: Connection, workspace: Workspace) -> Session:
    """May look at the workspace."""
    return joined(db, cast["bob"], workspace, "viewer")


@pytest.fixture
def charlie(cast: Mapping[str, Session]) -> Session:
    """Has an account, and nothing to do with the workspace."""
    return cast["charlie"]


def joined(db: Connection, person: Session, workspace: Workspace, role: str) -> Session:
    statement = "insert into public.members (workspace_id, user_id, role) values (%s, %s, %s)"
    db.execute(statement, (workspace.id, person.user_id, role))
    return person


@dataclass(frozen=True)
class Inbox:
    """The mails that have left. Tests share it: look for the address that is yours."""

    url: str

    def to(self, address: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = httpx.get(f"{self.url}/messages").raise_for_status().json()
        return [message for message in messages if address in message["to"]]

    def counts(self) -> Counter[str]:
        """How many mails each address has got."""
        messages: list[dict[str, Any]] = httpx.get(f"{self.url}/messages", timeout=60).raise_for_status().json()
        return Counter(address for message in messages for address in message["to"])

    def wait_for(self, address: str, count: int = 1, seconds: float = 10) -> list[dict[str, Any]]:
        """Returns the mails to an address once there are that many, or fails."""
        end = time.monotonic() + seconds
        while len(found := self.to(address)) < count:
            assert time.monotonic() < end, f"{len(found)} mails to {address} after {seconds:g} s, not {count}"
            time.sleep(0.1)
        return found


@pytest.fixture
def inbox(env: Mapping[str, str]) -> Inbox:
    return Inbox(env["MAIL_URL"])


@pytest.fixture
def drain(http: httpx.Client, env: Mapping[str, str]) -> Callable[[], httpx.Response]:
    """Sends what is due now, as the scheduler does."""
    return lambda: http.get("/api/send-email", headers={"Authorization": f"Bearer {env['CRON_SECRET']}"})


@pytest.fixture
def empty_outbox(db: Connection) -> None:
    """Nothing of other tests is due, now or later: for tests that run alone."""
    db.execute(
        "update public.messages set status = 'skipped', reason = 'left_by_a_test' "
        "where status in ('queued', 'claimed', 'sending')"
    )


@dataclass(frozen=True)
class Faults:
    """Breaks the stack, for tests that run alone."""

    client: httpx.Client

    def add(self, service: str, **fault: Any) -> None:
        """`status`, `delayMs`, `dropAfterAccept`, `times`: what the next calls of the service meet."""
        self.client.post("/faults", json={"service": service, **fault}).raise_for_status()

    def heal(self) -> None:
        self.client.delete("/faults").raise_for_status()

    def switch(self, service: str, action: str) -> None:
        """`stop`, `start` or `kill` postgres or redis; returns when that is done."""
        self.client.post("/services", json={"service": service, "action": action}).raise_for_status()

    def tune(self, service: str, **settings: Any) -> None:
        """Settings of the resend or lemonsqueezy fake, back to their defaults after the test."""
        self.client.post(f"/settings/{service}", json=settings).raise_for_status()

    def counts(self) -> dict[str, int]:
        """Calls per service since the last count."""
        counted: dict[str, int] = self.client.get("/counts").raise_for_status().json()
        self.client.delete("/counts").raise_for_status()
        return counted


@pytest.fixture
def faults(env: Mapping[str, str], request: pytest.FixtureRequest) -> Iterator[Faults]:
    if request.node.get_closest_marker("exclusive") is None:
        pytest.fail("A test that breaks the stack needs @pytest.mark.exclusive: others run beside it.")
    with httpx.Client(base_url=env["FAKES_URL"], timeout=60) as client:
        broken = Faults(client)
        broken.counts()
        yield broken
        broken.heal()
        for service in ("postgres", "redis"):
            broken.switch(service, "start")
        for service in ("resend", "lemonsqueezy"):
            client.delete(f"/settings/{service}").raise_for_status()


@pytest.fixture
def rounds() -> Callable[[int], int]:
    """How often a long proof repeats: the given number under `make prove`, once under `make test`."""
    return lambda full: full if PROVE else 1
