"""A process of functions with other settings than the stack's: unknown keys let in, no cron secret, its log read."""

import json
from collections.abc import Iterator, Mapping
from uuid import uuid4

import pytest

from lib import keys
from tests.conftest import Connection
from tests.integration.conftest import Api, Instance, bearer, event, instance, problem


@pytest.fixture(scope="module")
def development(env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """As `make dev` runs them, but without a cron secret."""
    output = tmp_path_factory.mktemp("functions") / "log"
    demo = {"ALLOW_UNKNOWN_KEYS": "1", "DEMO_PUBLISHABLE_KEY": env["DEMO_PUBLISHABLE_KEY"]}
    with instance(env, output, CRON_SECRET="", **demo) as running:
        yield running


@pytest.mark.parametrize("key", ["", "pk_", "pk_mistyped", "pk_00" + "A" * 30])
def test_in_development_an_unknown_publishable_key_lands_in_the_demo_workspace(
    development: Instance, db: Connection, env: Mapping[str, str], key: str
) -> None:
    message = event(
        messageId=str(uuid4()), anonymousId=str(uuid4()), userId=None, writeKey=key or keys.generate("publishable")
    )
    assert development.http.post("/api/track", json=message).status_code == 200
    found = db.execute("select workspace_id::text from public.events where message_id = %s", (message["messageId"],))
    assert found.fetchall() == [(env["DEMO_WORKSPACE_ID"],)]
    assert [line for line in development.log() if line.get("event") == "unknown_key_accepted"]


def test_in_development_other_unknown_keys_are_refused_all_the_same(development: Instance) -> None:
    problem(development.http.post("/api/track", json=event(), headers=bearer(keys.generate("secret"))), "unknown_key")
    problem(development.http.post("/api/track", json=event(writeKey="x")), "unknown_key")
    problem(development.http.post("/api/track", json=event()), "key_missing")


def test_in_development_a_known_key_keeps_its_workspace(development: Instance, api: Api) -> None:
    message = event(messageId="m1", writeKey=api.workspace.publishable_key)
    assert development.http.post("/api/track", json=message).status_code == 200
    assert len(api.stored("m1")) == 1


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic Og=="])
def test_without_a_cron_secret_nobody_is_the_scheduler(development: Instance, header: str) -> None:
    answer = development.http.get("/api/send-email", headers={"Authorization": header})
    problem(answer, "cron_secret_required")


def test_a_request_is_one_line_of_the_log(development: Instance, api: Api) -> None:
    answer = development.http.post("/api/track", json=event(), headers=bearer(api.workspace.secret_key))
    [line] = [line for line in development.log() if line.get("requestId") == answer.headers["X-Request-Id"]]
    assert line.pop("ms") >= 0
    assert line == {
        "requestId": answer.headers["X-Request-Id"],
        "route": "POST /api/track",
        "status": 200,
        "workspaceId": str(api.workspace.id),
    }


def test_the_log_holds_no_key_no_person_and_no_body(development: Instance, api: Api) -> None:
    person = {"userId": "somebody", "email": "ann@example.com", "traits": {"secret": "hunter2"}}
    for key in (api.workspace.publishable_key, keys.generate("publishable"), "pk_mistyped"):
        development.http.post("/api/identify", json={**person, "writeKey": key})
        development.http.post("/api/identify?writeKey=" + key, content=json.dumps(person)[:-1])
    told = development.output.read_text()
    secrets = ["somebody", "ann@", "hunter2", api.workspace.publishable_key, "pk_mistyped", "127.0.0.1"]
    assert [secret for secret in secrets if secret in told] == []
