"""The rate limit as Redis keeps it: at its boundaries, and always with the same verdict as an instance by itself."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import keys, ratelimit, redis
from lib.ratelimit import LocalWindow, Quota, Verdict
from tests.conftest import Workspace
from tests.integration.conftest import Api, bearer, event, instance, problem
from tests.proofs import examples

OURS = "127.0.0.1"
# Seconds ago, and how many messages were charged then.
FILLED = st.dictionaries(st.integers(0, 70), st.integers(1, 120), max_size=8)


def counters(workspace: Workspace, kind: keys.Kind, address: str = OURS) -> dict[str, Quota]:
    key = workspace.publishable_key if kind == "publishable" else workspace.secret_key
    return ratelimit._counters(keys.ApiKey(kind, keys.key_hash(key)), address)


def fill(name: str, buckets: dict[int, int]) -> int:
    """Charges messages some seconds ago. Returns the second it is now, by Redis's clock."""
    second = int(cast(list[str], redis.command("TIME"))[0])
    for ago, count in buckets.items():
        redis.command("HSET", name, second - ago, count)
    redis.command("EXPIRE", name, 120)
    return second


def charged(name: str) -> int:
    return sum(int(count) for count in cast(list[str], redis.command("HVALS", name)))


def ask(named: dict[str, Quota], weight: int, multiplier: int = 0) -> Verdict:
    verdict = ratelimit._ask_redis(named, weight, multiplier)
    assert verdict is not None
    return verdict


@pytest.fixture
def from_elsewhere(env: dict[str, str]) -> Iterator[httpx.Client]:
    """A client at another address."""
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=env["API_URL"], transport=transport) as client:
        yield client


def test_the_241st_message_is_denied(api: Api) -> None:
    sizes = [100, 100, 39, 1]
    answers = [api.secret("/api/track", {"batch": [event() for _ in range(size)]}) for size in sizes]
    assert [answer.status_code for answer in answers] == [200] * 4
    denied = api.secret("/api/track", event())
    problem(denied, "rate_limited")
    assert 1 <= int(denied.headers["Retry-After"]) <= 64
    assert denied.headers["RateLimit"].startswith('"messages";r=0;t=')


def test_the_121st_message_from_one_address_is_denied(api: Api, from_elsewhere: httpx.Client) -> None:
    full = {"batch": [event(userId=f"u{n}") for n in range(100)]}
    assert api.public("/api/track", full).status_code == 200
    assert api.public("/api/track", {"batch": full["batch"][:20]}).status_code == 200
    problem(api.public("/api/track", event()), "rate_limited")
    headers = bearer(api.workspace.publishable_key)
    assert from_elsewhere.post("/api/track", json=full, headers=headers).status_code == 200
    assert api.secret("/api/track", event()).status_code == 200


def test_a_header_does_not_make_another_address(api: Api) -> None:
    fill(list(counters(api.workspace, "publishable"))[1], {0: 120})
    forged = {"X-Forwarded-For": "198.51.100.7", "X-Real-Ip": "198.51.100.7", "X-Vercel-Forwarded-For": "198.51.100.7"}
    problem(api.public("/api/track", event(), **forged), "rate_limited")


def test_a_batch_is_admitted_whole_or_not_at_all(api: Api) -> None:
    [name] = counters(api.workspace, "secret")
    fill(name, {0: 200})
    problem(api.secret("/api/track", {"batch": [event() for _ in range(41)]}), "rate_limited")
    assert charged(name) == 200
    assert api.secret("/api/track", {"batch": [event() for _ in range(40)]}).status_code == 200
    assert charged(name) == 240


def test_what_is_denied_costs_nothing_and_stores_nothing(api: Api) -> None:
    key, address = counters(api.workspace, "publishable")
    fill(address, {0: 120})
    problem(api.public("/api/track", event(messageId="m1")), "rate_limited")
    assert (charged(key), charged(address)) == (0, 120)
    assert api.stored("m1") == []


def test_an_admitted_request_is_charged_whatever_becomes_of_it(api: Api) -> None:
    [name] = counters(api.workspace, "secret")
    twice = event()
    api.secret("/api/track", {"batch": [twice, twice, event(event=""), 5]})
    api.secret("/api/track", event(event=""))
    assert charged(name) == 5


def test_who_waits_as_told_gets_through(api: Api) -> None:
    [name] = counters(api.workspace, "secret")
    fill(name, {ratelimit.LIMIT_BUCKETS - 2: 240})
    denied = api.secret("/api/track", event())
    problem(denied, "rate_limited")
    assert 1 <= int(denied.headers["Retry-After"]) <= 5
    time.sleep(int(denied.headers["Retry-After"]))  # the wait is what is tested
    assert api.secret("/api/track", event()).status_code == 200


def test_counters_go_within_two_minutes_and_name_nobody(api: Api) -> None:
    api.public("/api/track", event())
    for name in counters(api.workspace, "publishable"):
        assert 0 < int(cast(int, redis.command("TTL", name))) <= 120
        assert keys.key_hash(api.workspace.publishable_key) not in name
        assert not [secret for secret in (api.workspace.publishable_key, OURS) if secret in name]


def test_an_unknown_key_is_charged_too(api: Api) -> None:
    unknown = keys.generate("publishable")
    api.http.post("/api/track", json=event(writeKey=unknown))
    assert charged(next(iter(ratelimit._counters(keys.ApiKey("publishable", keys.key_hash(unknown)), OURS)))) == 1


def test_two_instances_share_the_limit(api: Api, env: Mapping[str, str], tmp_path: Path) -> None:
    full = {"batch": [event() for _ in range(80)]}
    with instance(env, tmp_path / "log") as other:
        headers = bearer(api.workspace.secret_key)
        answers = [client.post("/api/track", json=full, headers=headers) for client in (api.http, other.http) * 2]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_a_key_may_have_a_multiple_of_the_limit(api: Api) -> None:
    api.set(rate_multiplier=2)
    statement = "update public.api_keys set rate_multiplier = 3 where workspace_id = %s and kind = 'secret'"
    api.db.execute(statement, (api.workspace.id,))
    assert api.secret("/api/track", event()).headers["RateLimit-Policy"] == '"messages";q=240;w=60'  # not known yet
    answer = api.secret("/api/track", event())
    assert answer.headers["RateLimit-Policy"] == '"messages";q=1440;w=60'
    assert answer.headers["RateLimit"] == '"messages";r=1438;t=0'


def test_an_instance_reads_the_multiple_that_another_one_told_redis(api: Api) -> None:
    named = counters(api.workspace, "secret")
    assert ask(named, 1, multiplier=5) == Verdict(True, 1199, 0.0, 5)
    assert ask(named, 200) == Verdict(True, 999, 0.0, 5)
    denied = ask(named, 60, multiplier=1)
    assert (denied.admitted, denied.left, denied.multiplier) == (False, 39, 1)


def test_a_multiple_is_for_the_key_and_not_for_one_address(api: Api) -> None:
    named = counters(api.workspace, "publishable")
    assert ask(named, 120, multiplier=10).admitted
    assert not ask(named, 1, multiplier=10).admitted


def test_by_itself_an_instance_keeps_to_the_multiple_too(api: Api) -> None:
    named = counters(api.workspace, "secret")
    verdicts = [ratelimit._ask_this_instance(named, 160, multiplier=2) for _ in range(4)]
    assert [verdict.admitted for verdict in verdicts] == [True, True, True, False]
    assert [verdict.left for verdict in verdicts] == [320, 160, 0, 0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_an_ipv6_network_counts_as_one_address(workspace: Workspace, one: str, other: str, same: bool) -> None:
    assert (counters(workspace, "publishable", one) == counters(workspace, "publishable", other)) is same


@examples(60)
@given(key=FILLED, address=FILLED, weight=st.integers(1, 100))
def test_redis_and_an_instance_by_itself_give_the_same_verdict(
    new_names: Any, key: dict[int, int], address: dict[int, int], weight: int
) -> None:
    quotas = [Quota(240, 264), Quota(120, 120)]
    named = dict(zip(new_names(), quotas, strict=True))
    window = LocalWindow()
    for name, filled in zip(named, (key, address), strict=True):
        second = fill(name, filled)
        window.buckets[name] = {second - ago: count for ago, count in filled.items()}
    verdict = ask(named, weight)
    expected = [window_at(window).admit(named, weight, second + late) for late in (0, 1)]
    assert any(
        (verdict.admitted, verdict.left) == (alone.admitted, alone.left)
        and abs(verdict.wait_seconds - alone.wait_seconds) <= 1
        for alone in expected
    )


def window_at(window: LocalWindow) -> LocalWindow:
    """A copy, since asking charges."""
    copy = LocalWindow()
    copy.buckets.update({name: dict(buckets) for name, buckets in window.buckets.items()})
    return copy


@pytest.fixture
def new_names() -> Any:
    """Makes a pair of counter names that nobody has used."""
    return lambda: [f"limit:test:{keys.generate('secret')}" for _ in range(2)]
