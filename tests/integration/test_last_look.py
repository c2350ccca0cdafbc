"""Who says stop gets nothing from then on, also of what a drain has claimed already and holds in its hands."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from lib.unsubscription import address_hash
from tests.conftest import Connection, Faults, Inbox, Workspace
from tests.integration.conftest import Api, Instance, bearer, event, instance
from tests.integration.gate import Gate, standing

pytestmark = [pytest.mark.exclusive, pytest.mark.prove]

Drain = Callable[..., dict[str, int]]


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


@pytest.fixture
def drainer(env: Mapping[str, str], gate: Gate, tmp_path: Path) -> Iterator[Instance]:
    with instance(env, tmp_path / "log", **gate.settings()) as drainer:
        yield drainer


@pytest.fixture
def drain(faults: Faults, drainer: Instance, env: Mapping[str, str]) -> Drain:
    def at(**later: float) -> dict[str, int]:
        params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()}
        answer = drainer.http.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]))
        assert answer.status_code == 200, answer.text
        told: dict[str, int] = answer.json()
        return told

    at(hours=1)  # what other tests have left
    return at


def queue(api: Api, user_id: str) -> str:
    body = {"to": {"userId": user_id}, "subject": "Hi", "html": "<p>Hi</p>", "category": "marketing"}
    message: str = api.secret("/api/send-email", body).json()["messageId"]
    return message


def people(api: Api) -> dict[str, str]:
    """Five who may get any amount of marketing mail, by their address."""
    api.set(postal_address="1 Road, Town", marketing_cap=100)
    addresses = {f"{api.workspace.id}.{user}@example.com": user for user in ("u0", "u1", "u2", "u3", "u4")}
    api.track(*(event(type="identify", userId=user, traits={"email": email}) for email, user in addresses.items()))
    return addresses


def unsubscribes(api: Api, inbox: Inbox, address: str) -> None:
    """By the link in an earlier mail, as a mail provider does it."""
    link = inbox.to(address)[0]["headers"]["List-Unsubscribe"].strip("<>")
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200


def bounces(api: Api, inbox: Inbox, address: str) -> None:
    statement = "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, %s, 'bounced')"
    api.db.execute(statement, (api.workspace.id, address_hash(str(api.workspace.id), address)))


def deletes(api: Api, inbox: Inbox, address: str) -> None:
    api.set(deletion_requested_at=datetime.now(UTC))


@pytest.mark.parametrize("stop", [unsubscribes, bounces, deletes])
def test_what_is_claimed_already_does_not_go(
    http: httpx.Client, db: Connection, new_workspace: Callable[[], Workspace], gate: Gate, drain: Drain,
    inbox: Inbox, rounds: Callable[[int], int], stop: Callable[[Api, Inbox, str], None],
) -> None:  # fmt: skip
    for number in range(rounds(20)):
        rng, api = random.Random(number), Api(http, db, new_workspace())
        addresses = people(api)
        for user in addresses.values():
            queue(api, user)
        drain()
        claimed = rng.choices(list(addresses), k=9)
        messages = [(queue(api, addresses[address]), address) for address in claimed]
        nth = rng.randint(1, len(claimed))
        who = claimed[rng.randint(nth, len(claimed)) - 1]
        with ThreadPoolExecutor(1) as scheduler:
            here = gate.stop_at("start_message", "before", nth)
            draining = scheduler.submit(drain)
            here.wait()
            before = inbox.counts()
            stop(api, inbox, who)
            here.go_on()
            draining.result()
        drain(hours=1)
        stopped = set(addresses) if stop is deletes else {who}
        assert {address: inbox.counts()[address] for address in stopped} == {a: before[a] for a in stopped}
        for at, (message, address) in enumerate(messages, start=1):
            row = api.message(message)
            if at < nth or address not in stopped:
                assert row["status"] == "sent", (number, at, nth)
            else:
                assert (row["status"], row["counted_at"], row["first_attempt_at"]) == ("skipped", None, None)
