"""Whatever openapi.yaml lets a caller send, and much that it does not, is answered as openapi.yaml says.

All of schemathesis' checks: no 5xx, no undocumented status, content type or header, no body off its schema, nothing
accepted that the schema forbids, nothing refused that it allows, no credentials ignored, 405 for any other method.
"""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from redis import Redis

from lib import unsubscription
from lib.keys import key_hash
from lib.unsubscription import Wish
from scripts.local.layout import ROOT
from tests.conftest import Session, Workspace, joined
from tests.integration.conftest import Api
from tests.proofs import PROVE

SETTINGS = "tests/integration/schemathesis.toml"
# In full, the coverage phase alone sends some 6,000 requests by each key.
PHASES, EXAMPLES = ("examples,coverage,fuzzing", 50) if PROVE else ("examples,fuzzing", 4)
# The same cases in every `make test`; `make prove` looks for new ones.
SEED = [] if PROVE else ["--seed", "1"]
Keys = Callable[[Api], str]
CALLERS: dict[str, Keys] = {
    "a secret key": lambda api: api.workspace.secret_key,
    "a publishable key": lambda api: api.workspace.publishable_key,
    "no key": lambda api: "",
}
# What each of them has done by the end, of what is logged: not only met refusals.
BY_OWNER = {"workspace.request_deletion", "workspace.cancel_deletion"}
DEEDS: dict[str, set[str]] = {
    "a secret key": {"contact.access", "contact.correct", "contact.erase"} | BY_OWNER,
    "a publishable key": BY_OWNER,
    "no key": set(),
}


@contextmanager
def from_many_addresses(env: Mapping[str, str], key: str) -> Iterator[None]:
    """Forgets two limits that no plan raises, over and over: of the one address of all here, and of deletions."""
    redis, done = Redis.from_url(env["REDIS_URL"]), Event()

    def forget() -> None:
        while not done.wait(0.1):
            for limit in (f"limit:ip:{key_hash(key)[:16]}:*", "limit:deletion:*"):
                for counter in redis.scan_iter(limit):
                    redis.delete(counter)

    thread = Thread(target=forget)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        redis.close()


@pytest.fixture
def doomed(api: Api, new_workspace: Callable[[], Workspace], olga: Session) -> Workspace:
    """A workspace that Olga may have deleted, by the name that the document's example types."""
    workspace = new_workspace()
    joined(api.db, olga, workspace, "owner")
    api.db.execute("update public.workspaces set name = 'Acme Analytics' where id = %s", (workspace.id,))
    return workspace


def run(env: Mapping[str, str], key: str, member_token: str, doomed: Workspace) -> subprocess.CompletedProcess[str]:
    """Schemathesis against the stack. An unsubscribe token of a workspace that is gone is as good as any."""
    token = unsubscription.make_token(Wish("00000000-0000-4000-8000-000000000000", "0" * 64, "marketing"))
    variables = {
        "API_KEY": key, "CRON_SECRET": env["CRON_SECRET"] if key else "", "UNSUBSCRIBE_TOKEN": token,
        "MEMBER_TOKEN": member_token if key else "", "DOOMED_WORKSPACE": str(doomed.id),
    }  # fmt: skip
    options = ["--url", env["API_URL"], "--phases", PHASES, "--max-examples", str(EXAMPLES), "--no-color", *SEED]
    return subprocess.run(
        [".venv/bin/schemathesis", "--config-file", SETTINGS, "run", "openapi.yaml", *options],
        cwd=ROOT, env={**env, **variables, "PYTHONPATH": "."}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def deeds(api: Api, *workspaces: Workspace) -> set[str]:
    done = api.db.execute(
        """select action from public.audit_log
           where workspace_id = any (%s) and (action like 'contact.%%' or action like 'workspace.%%')""",
        ([workspace.id for workspace in workspaces],),
    )
    return {action for (action,) in done.fetchall()}


@pytest.mark.prove
@pytest.mark.timeout(3600 if PROVE else 120)
@pytest.mark.parametrize("caller", CALLERS)
def test_every_answer_is_one_that_the_document_describes(
    api: Api, env: Mapping[str, str], olga: Session, doomed: Workspace, caller: str
) -> None:
    api.set(rate_multiplier=1000)
    api.person("ada")
    api.person("grace")
    key = CALLERS[caller](api)
    with from_many_addresses(env, key):
        done = run(env, key, olga.access_token, doomed)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
    assert cases is not None, done.stdout
    print(f"by {caller}: {cases[0]}")
    assert int(cases[1]) >= (2000 if PROVE else 50)
    # A short run may erase a contact before it corrects it.
    done_deeds = deeds(api, api.workspace, doomed)
    assert done_deeds == DEEDS[caller] if PROVE else done_deeds <= DEEDS[caller]
    assert bool(done_deeds) == bool(DEEDS[caller])
