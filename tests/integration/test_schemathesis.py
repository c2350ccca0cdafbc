"""Whatever openapi.yaml lets a caller send, and much that it does not, is answered as openapi.yaml says.

All of schemathesis' checks: no 5xx, no undocumented status, content type or header, no body off its schema, nothing
accepted that the schema forbids, nothing refused that it allows, no credentials ignored, 405 for any other method.
"""

import os
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
from tests.integration.conftest import Api

PROVE = os.environ.get("PROVE") == "1"
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


@contextmanager
def from_many_addresses(env: Mapping[str, str], key: str) -> Iterator[None]:
    """All come from one address here, whose limit no plan raises: forgets what it has sent, over and over."""
    redis, done = Redis.from_url(env["REDIS_URL"]), Event()

    def forget() -> None:
        while not done.wait(0.1):
            for counter in redis.scan_iter(f"limit:ip:{key_hash(key)[:16]}:*"):
                redis.delete(counter)

    thread = Thread(target=forget)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        redis.close()


def run(env: Mapping[str, str], key: str) -> subprocess.CompletedProcess[str]:
    """Schemathesis against the stack. An unsubscribe token of a workspace that is gone is as good as any."""
    token = unsubscription.make_token(Wish("00000000-0000-4000-8000-000000000000", "0" * 64, "marketing"))
    variables = {"API_KEY": key, "CRON_SECRET": env["CRON_SECRET"] if key else "", "UNSUBSCRIBE_TOKEN": token}
    options = ["--url", env["API_URL"], "--phases", PHASES, "--max-examples", str(EXAMPLES), "--no-color", *SEED]
    return subprocess.run(
        [".venv/bin/schemathesis", "--config-file", SETTINGS, "run", "openapi.yaml", *options],
        cwd=ROOT, env={**env, **variables, "PYTHONPATH": "."}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.prove
@pytest.mark.timeout(3600 if PROVE else 120)
@pytest.mark.parametrize("caller", CALLERS)
def test_every_answer_is_one_that_the_document_describes(api: Api, env: Mapping[str, str], caller: str) -> None:
    api.set(rate_multiplier=1000)
    api.person("ada")
    key = CALLERS[caller](api)
    with from_many_addresses(env, key):
        done = run(env, key)
    assert done.returncode == 0, done.stdout + done.stderr
    cases = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
    assert cases is not None, done.stdout
    print(f"by {caller}: {cases[0]}")
    assert int(cases[1]) >= (2000 if PROVE else 50)
