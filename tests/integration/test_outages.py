"""What we depend on fails: ingestion outlives Redis, and Postgres's outage neither loses nor doubles anything."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from lib.unsubscription import Wish, make_token
from tests.conftest import Connection, Faults, Workspace
from tests.integration.conftest import Api, event, instance, problem

pytestmark = pytest.mark.exclusive

# Ingestion waits a second for Redis; a busy machine takes as long for the rest.
PATIENCE = 3.0


def timed(send: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    start = time.monotonic()
    answer = send()
    return answer, time.monotonic() - start


@pytest.fixture
def api(faults: Faults, env: Mapping[str, str], db: Connection, workspace: Workspace, tmp_path: Path) -> Iterator[Api]:
    """By an instance of this test's own: one that has met an outage leaves Redis alone for 5 seconds."""
    with instance(env, tmp_path / "log") as own:
        yield Api(own.http, db, workspace)


def test_a_request_asks_redis_once_and_supabase_once(api: Api, faults: Faults) -> None:
    faults.counts()
    for messages in ([event()], [event(userId=f"u{n}", anonymousId=f"a{n}") for n in range(100)]):
        api.track(*messages)
        assert faults.counts() == {"redis": 1, "supabase": 1}


def test_a_denied_request_does_not_reach_supabase(api: Api, faults: Faults) -> None:
    for size in (100, 100, 40):
        api.track(*(event() for _ in range(size)))
    faults.counts()
    problem(api.secret("/api/track", event()), "rate_limited")
    assert faults.counts() == {"redis": 1}


def test_what_is_refused_by_itself_costs_no_round_trip(api: Api, faults: Faults) -> None:
    faults.counts()
    problem(api.http.post("/api/track", json=event(writeKey="pk_00mistyped")), "unknown_key")
    problem(api.http.post("/api/track", json=[]), "key_missing")
    assert faults.counts() == {}


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_without_redis_ingestion_goes_on(api: Api, faults: Faults, how: str) -> None:
    faults.switch("redis", how)
    for _ in range(3):
        answer, seconds = timed(lambda: api.secret("/api/track", event()))
        assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
        assert seconds < PATIENCE


def test_a_redis_that_hangs_holds_nobody_up_for_long(api: Api, faults: Faults) -> None:
    faults.add("redis", delayMs=4000)
    first, waited = timed(lambda: api.secret("/api/track", event()))
    assert first.status_code == 200
    assert 0.9 < waited < PATIENCE
    second, at_once = timed(lambda: api.secret("/api/track", event()))
    assert second.status_code == 200
    assert at_once < 0.9


@pytest.mark.parametrize("status", [429, 500])
def test_a_redis_that_refuses_is_done_without(api: Api, faults: Faults, status: int) -> None:
    faults.add("redis", status=status)
    assert api.secret("/api/track", event()).status_code == 200


def test_without_redis_an_instance_limits_by_itself(api: Api, faults: Faults) -> None:
    faults.switch("redis", "stop")
    for size in (100, 100, 40):
        api.track(*(event() for _ in range(size)))
    denied = api.secret("/api/track", event())
    problem(denied, "rate_limited")
    assert int(denied.headers["Retry-After"]) >= 1


def test_health_tells_of_an_outage(api: Api, faults: Faults) -> None:
    faults.switch("redis", "stop")
    faults.switch("postgres", "stop")
    answer = api.http.get("/api/health")
    assert answer.status_code == 503
    told = answer.json()
    assert (told["status"], told["postgres"], told["redis"]) == ("degraded", "down", "down")


def test_without_postgres_the_answer_is_to_come_back(api: Api, faults: Faults) -> None:
    faults.switch("postgres", "stop")
    mail = {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "transactional"}
    bodies = {"track": event(), "identify": {"userId": "u1"}, "score": {"userId": "u1"}, "send-email": mail}
    for name, body in bodies.items():
        answer = api.secret(f"/api/{name}", body)
        problem(answer, "unavailable")
        assert int(answer.headers["Retry-After"]) >= 1


def test_without_postgres_mail_and_unsubscriptions_come_back_later(
    api: Api, faults: Faults, env: Mapping[str, str]
) -> None:
    faults.switch("postgres", "stop")
    token = make_token(Wish(str(api.workspace.id), "0" * 64, "marketing"))
    problem(api.http.post("/api/unsubscribe", params={"token": token}), "unavailable")
    headers = {"Authorization": f"Bearer {env['CRON_SECRET']}"}
    problem(api.http.get("/api/send-email", headers=headers), "unavailable")


def test_an_answer_that_got_lost_stores_an_event_once(api: Api, faults: Faults) -> None:
    faults.add("postgres", dropAfterAccept=True, times=1)
    answer = api.secret("/api/track", event(messageId="m1"))
    assert (answer.status_code, answer.json()["duplicates"]) == (200, 1)
    assert len(api.stored("m1")) == 1


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_an_outage_loses_nothing_that_was_accepted_and_stores_nothing_twice(api: Api, faults: Faults, how: str) -> None:
    messages = [event(messageId=f"m{n}", userId=f"u{n % 5}") for n in range(100)]

    def send(message: Mapping[str, object]) -> int:
        """Sends until it is accepted, as the widget does. Returns how often it took."""
        for attempt in range(1, 60):
            answer = api.secret("/api/track", message)
            if answer.status_code == 200:
                return attempt
            problem(answer, "unavailable")
            time.sleep(0.25)
        raise AssertionError("never accepted")

    with ThreadPoolExecutor(4) as clients:
        sending = [clients.submit(send, message) for message in messages]
        while sum(done.done() for done in sending) < 10:
            time.sleep(0.005)
        faults.switch("postgres", how)
        faults.switch("postgres", "start")
        assert sum(done.result() > 1 for done in sending) >= 1
    scores = api.secret("/api/score", {"contacts": [{"userId": f"u{n}"} for n in range(5)]}).json()["contacts"]
    assert [score["breakdown"][0]["count"] for score in scores] == [20] * 5
