"""Many writers at once: no deadlock, nothing lost, nothing twice."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.conftest import Connection, Workspace
from tests.database import model, reading
from tests.database.histories import NOW
from tests.database.model import Message
from tests.proofs import PROVE

CLIENTS = 8
SECONDS = 30 if PROVE else 3


def deadlocks(db: Connection) -> int:
    counted = db.execute("select deadlocks from pg_stat_database where datname = current_database()")
    return int(counted.fetchall()[0][0])


def shared_messages(count: int) -> list[Message]:
    """Messages of 20 users; every third one also names a browser, which links it."""
    made = []
    for n in range(count):
        user = ("userId", f"u{n % 20}")
        named = (user, ("anonymousId", f"a{n % 30}")) if n % 3 == 0 else (user,)
        made.append(Message(f"m{n}", True, "track", "Feature Used", named, NOW))
    return made


@pytest.mark.prove
def test_overlapping_batches_in_random_order_deadlock_never_and_count_exactly(
    env: Mapping[str, str], db: Connection, workspace: Workspace
) -> None:
    pool, before, end = shared_messages(3000), deadlocks(db), time.monotonic() + SECONDS

    def client(seed: int) -> Counter[str]:
        choose, totals = random.Random(seed), Counter[str]()
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as writer:
            while time.monotonic() < end:
                result = reading.track(writer, workspace, choose.sample(pool, choose.randint(1, 60)), NOW)
                totals.update({name: result[name] for name in ("accepted", "duplicates")})
        return totals

    with ThreadPoolExecutor(CLIENTS) as clients:
        totals = sum(clients.map(client, range(CLIENTS)), Counter[str]())
    stored = db.execute("select message_id from public.events where workspace_id = %s", (workspace.id,)).fetchall()
    kept = {message.message_id: message for message in pool}
    assert deadlocks(db) == before
    assert totals["accepted"] == len(stored) > 0
    sent = [kept[message_id] for (message_id,) in stored]
    expected = model.describe(sent, NOW.date())
    assert reading.comparable(reading.describe(db, workspace)) == reading.comparable(expected)


def test_fifty_connections_store_one_message_once(env: Mapping[str, str], db: Connection, workspace: Workspace) -> None:
    message = shared_messages(1)

    def send(_: int) -> dict[str, Any]:
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as writer:
            return reading.track(writer, workspace, message, NOW)

    with ThreadPoolExecutor(50) as connections:
        results = list(connections.map(send, range(50)))
    assert sum(result["accepted"] for result in results) == 1
    assert sum(result["duplicates"] for result in results) == 49
    assert [list(c.counts.values()) for c in reading.describe(db, workspace)] == [[1]]
