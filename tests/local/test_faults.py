"""The switches that LOCAL.md promises to whoever tests from outside."""

import time
from collections.abc import Mapping

import httpx
import pytest

from tests.conftest import Faults

pytestmark = pytest.mark.exclusive


def incremented(redis: httpx.Client) -> int:
    answer = redis.post("/", json=["INCR", "test:faults"]).raise_for_status()
    return int(answer.json()["result"])


def test_a_fault_answers_with_its_status_as_often_as_it_says(faults: Faults, redis: httpx.Client) -> None:
    faults.add("redis", status=503, times=2)
    answers = [redis.post("/", json=["PING"]).status_code for _ in range(3)]
    assert answers == [503, 503, 200]


def test_a_fault_without_times_lasts_until_it_is_healed(faults: Faults, supabase: httpx.Client) -> None:
    faults.add("postgres", status=500)
    assert {supabase.get("/rest/v1/workspaces?limit=1").status_code for _ in range(3)} == {500}
    faults.heal()
    assert supabase.get("/rest/v1/workspaces?limit=1").status_code == 200


def test_a_delay_slows_the_call_down(faults: Faults, redis: httpx.Client) -> None:
    faults.add("redis", delayMs=300, times=1)
    start = time.monotonic()
    redis.post("/", json=["PING"]).raise_for_status()
    assert time.monotonic() - start >= 0.3


def test_a_dropped_answer_is_lost_after_the_call_took_effect(faults: Faults, redis: httpx.Client) -> None:
    before = incremented(redis)
    faults.add("redis", dropAfterAccept=True, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        incremented(redis)
    assert incremented(redis) == before + 2


def test_it_refuses_a_fault_it_does_not_know(env: Mapping[str, str], faults: Faults) -> None:
    answer = httpx.post(f"{env['FAKES_URL']}/faults", json={"service": "redis", "delay": 5})
    assert answer.status_code == 422


def test_calls_are_counted_per_service(faults: Faults, redis: httpx.Client, supabase: httpx.Client) -> None:
    redis.post("/", json=["PING"])
    supabase.get("/rest/v1/workspaces?limit=1")
    supabase.get("/rest/v1/workspaces?limit=1")
    assert faults.counts() == {"redis": 1, "supabase": 2}
    assert faults.counts() == {}


def test_supabase_answers_503_without_postgres_and_recovers(faults: Faults, supabase: httpx.Client) -> None:
    faults.switch("postgres", "stop")
    assert supabase.get("/rest/v1/workspaces?limit=1").status_code == 503
    faults.switch("postgres", "start")
    assert supabase.get("/rest/v1/workspaces?limit=1").status_code == 200


def test_a_crash_of_postgres_keeps_what_was_committed(faults: Faults, supabase: httpx.Client) -> None:
    before = supabase.get("/rest/v1/workspaces").json()
    faults.switch("postgres", "kill")
    faults.switch("postgres", "start")
    assert supabase.get("/rest/v1/workspaces").json() == before


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_the_rest_shim_outlives_redis(faults: Faults, redis: httpx.Client, how: str) -> None:
    faults.switch("redis", how)
    assert redis.post("/", json=["PING"]).status_code == 500
    faults.switch("redis", "start")
    assert redis.post("/", json=["PING"]).json() == {"result": "PONG"}
