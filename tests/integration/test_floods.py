"""Many messages and several drains at once: each goes out once, caps hold, and nobody waits for another's flood."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib.outbox import CLAIM_SIZE
from tests.conftest import Connection, Faults, Inbox, Workspace
from tests.integration.conftest import Api, bearer, event, instance
from tests.integration.gate import standing
from tests.proofs import PROVE

pytestmark = [pytest.mark.exclusive, pytest.mark.prove, pytest.mark.timeout(3600 if PROVE else 120)]

MESSAGES = 5000 if PROVE else 200
ADDRESSES = 100 if PROVE else 15
Drain = Callable[..., Counter[str]]


@pytest.fixture
def new_api(http: httpx.Client, db: Connection, new_workspace: Callable[[], Workspace]) -> Callable[[], Api]:
    def make() -> Api:
        api = Api(http, db, new_workspace())
        api.set(postal_address="1 Road, Town")
        return api

    return make


@pytest.fixture
def drain(env: Mapping[str, str], http: httpx.Client) -> Drain:
    """Sends what is due some time from now until nothing is. Returns how many messages ended how."""

    def all_of_it(by: httpx.Client = http, **later: float) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        while told := once(env, by, **later):
            outcomes.update(told)
        return outcomes

    all_of_it(hours=1)  # what other tests have left
    return all_of_it


def once(env: Mapping[str, str], by: httpx.Client, **later: float) -> dict[str, int]:
    params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()}
    answer = by.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]), timeout=120)
    told: dict[str, int] = answer.raise_for_status().json()
    return told


def people(api: Api, count: int) -> list[str]:
    """So many contacts, every third of whom shares the address of the one before. Returns the addresses."""
    addresses = [f"{n - (n % 3 == 2)}@{api.workspace.id}.example.com" for n in range(count)]
    messages = [
        event(type="identify", userId=f"u{n}", traits={"email": address}) for n, address in enumerate(addresses)
    ]
    for start in range(0, count, 100):
        api.track(*messages[start : start + 100])
    return addresses


def queue(api: Api, messages: list[tuple[int, str]]) -> None:
    """Queues messages, each to the contact of a number and of a category; due for drains that are under way, too."""
    api.db.execute(
        """insert into public.messages (workspace_id, contact_id, category, to_address, subject, html, send_at)
           select i.workspace_id, i.contact_id, m.category, c.email, 'Hi', '<p>Hi</p>', now() - interval '1 minute'
           from unnest(%s::integer[], %s::text[]) as m (person, category)
           join public.identities as i
               on i.workspace_id = %s and i.kind = 'userId' and i.value = 'u' || m.person
           join public.contacts as c on c.id = i.contact_id""",
        ([person for person, _ in messages], [category for _, category in messages], api.workspace.id),
    )


def outbox(api: Api) -> Counter[tuple[str, str, str | None]]:
    """How many messages of each category ended how."""
    statement = """select category, status, reason, count(*) from public.messages where workspace_id = %s
                   group by category, status, reason"""
    return Counter({tuple(kind): count for *kind, count in api.db.execute(statement, (api.workspace.id,))})


def test_four_drains_at_once_send_each_message_once_and_keep_to_the_caps(
    env: Mapping[str, str], new_api: Callable[[], Api], drain: Drain, faults: Faults, inbox: Inbox, tmp_path: Path
) -> None:
    rng, flooding = random.Random(1), [new_api() for _ in range(5)]
    queued: Counter[tuple[str, str]] = Counter()
    for api in flooding:
        addresses = people(api, ADDRESSES)
        messages = [
            (rng.randrange(ADDRESSES), rng.choice(["marketing", "transactional"])) for _ in range(MESSAGES // 5)
        ]
        queue(api, messages)
        queued.update((addresses[person], category) for person, category in messages)
    with ExitStack() as drainers:
        clients = [drainers.enter_context(instance(env, tmp_path / f"log{n}")).http for n in range(4)]
        outcomes = sum(ThreadPoolExecutor(4).map(drain, clients), Counter[str]())
    # What a drain had claimed when its time was up is free again by then.
    outcomes += drain(minutes=3)
    mailed = {address: count for address, count in inbox.counts().items() if any(address == a for a, _ in queued)}
    assert mailed == expected(queued)
    assert set(outcomes) <= {"sent", "retry"} and outcomes["sent"] == sum(mailed.values())
    for api in flooding:
        assert set(outbox(api)) == {
            ("transactional", "sent", None), ("marketing", "sent", None), ("marketing", "queued", "frequency_cap")
        }  # fmt: skip
        assert sum(outbox(api).values()) == MESSAGES // 5


def expected(queued: Counter[tuple[str, str]]) -> dict[str, int]:
    """To each address all of its transactional mail, and one of marketing."""
    mails: Counter[str] = Counter()
    for (address, category), count in queued.items():
        mails[address] += 1 if category == "marketing" else count
    return dict(mails)


def test_a_flood_delays_another_workspaces_mail_by_one_claim_at_most(
    env: Mapping[str, str], new_api: Callable[[], Api], drain: Drain, faults: Faults, inbox: Inbox, tmp_path: Path
) -> None:
    flooding, other = new_api(), new_api()
    people(flooding, 10)
    [address] = people(other, 1)
    queue(flooding, [(n % 10, "transactional") for n in range(MESSAGES)])
    with (
        standing(env) as gate,
        instance(env, tmp_path / "log", **gate.settings()) as drainer,
        ThreadPoolExecutor(1) as scheduler,
    ):
        # In the middle of its fourth claim, whose messages it holds already.
        here = gate.stop_at("emails", "before", 3 * CLAIM_SIZE + 5)
        draining = scheduler.submit(once, env, drainer.http)
        here.wait()
        queue(other, [(0, "transactional")])
        here.go_on()
        draining.result()
    waiting = "delete from public.messages where workspace_id = %s and status <> 'sent'"
    flooding.db.execute(waiting, (flooding.workspace.id,))
    assert order(inbox, flooding, other).index(address) < 5 * CLAIM_SIZE


def order(inbox: Inbox, *apis: Api) -> list[str]:
    """Whom mails of these workspaces have gone to, the first first."""
    newest_first: list[dict[str, Any]] = httpx.get(f"{inbox.url}/messages", timeout=60).json()
    addresses = [mail["to"][0] for mail in reversed(newest_first)]
    return [address for address in addresses if any(str(api.workspace.id) in address for api in apis)]
