"""The rate limit as an instance keeps it by itself; what Redis keeps is held against it in tests/integration."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import limits
from lib.keys import ApiKey
from lib.ratelimit import LocalWindow, Quota, _counters

KEY = {"key": Quota(240, 264)}
BOTH = {"key": Quota(240, 264), "address": Quota(120, 120)}

# Requests of one client: the pause before each, and how many messages it holds.
REQUESTS = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 100)), max_size=80)
FLOOD = st.lists(st.tuples(st.floats(0, 0.5), st.integers(1, 100)), min_size=40, max_size=400)


def admitted(requests: Sequence[tuple[float, int]], counters: dict[str, Quota] = KEY) -> list[tuple[float, int]]:
    """When the admitted requests came, and their weights."""
    window, now, through = LocalWindow(), 1000.0, []
    for pause, weight in requests:
        now += pause
        if window.admit(counters, weight, now).admitted:
            through.append((now, weight))
    return through


def busiest_minute(through: Sequence[tuple[float, int]]) -> int:
    return max((sum(w for at, w in through if 0 <= at - start < 60) for start, _ in through), default=0)


@given(st.one_of(REQUESTS, FLOOD))
def test_no_minute_admits_more_than_264(requests: list[tuple[float, int]]) -> None:
    assert busiest_minute(admitted(requests)) <= 264


@given(st.one_of(REQUESTS, FLOOD))
def test_no_minute_admits_more_than_120_from_one_address(requests: list[tuple[float, int]]) -> None:
    assert busiest_minute(admitted(requests, BOTH)) <= 120


@pytest.mark.parametrize("weight", range(1, 21))
@pytest.mark.parametrize("phase", [0.0, 0.1, 0.37, 0.5, 0.83, 0.99])
def test_a_steady_230_a_minute_is_never_limited(weight: int, phase: float) -> None:
    requests = [(phase, weight), *[(60 * weight / 230, weight)] * (3 * 230 // weight)]
    assert len(admitted(requests)) == len(requests)


@given(start=st.floats(0, 1), weight=st.integers(1, 20), jitter=st.lists(st.floats(0, 0.7), min_size=40, max_size=40))
def test_a_steady_client_may_be_late_now_and_then(start: float, weight: int, jitter: list[float]) -> None:
    window = LocalWindow()
    times = [start + n * 60 * weight / 230 + late for n, late in enumerate(jitter)]
    assert all(window.admit(KEY, weight, 1000 + at).admitted for at in sorted(times))


def test_the_241st_message_is_denied() -> None:
    window = LocalWindow()
    verdicts = [window.admit(KEY, 1, 1000.5) for _ in range(241)]
    assert [verdict.admitted for verdict in verdicts] == [True] * 240 + [False]
    assert [verdicts[0].left, verdicts[239].left, verdicts[240].left] == [239, 0, 0]


def test_a_batch_is_admitted_whole_or_not_at_all() -> None:
    window = LocalWindow()
    weights = [100, 100, 41, 40, 1]
    assert [window.admit(KEY, weight, 1000).admitted for weight in weights] == [True, True, False, True, False]


@given(FLOOD)
def test_what_is_denied_costs_nothing(requests: list[tuple[float, int]]) -> None:
    window, now = LocalWindow(), 1000.0
    for pause, weight in requests:
        now += pause
        before = {name: dict(buckets) for name, buckets in window.buckets.items()}
        if not window.admit(BOTH, weight, now).admitted:
            assert sum(window.buckets["key"].values()) <= sum(before["key"].values())


@given(FLOOD)
def test_who_waits_as_told_gets_through(requests: list[tuple[float, int]]) -> None:
    window, now = LocalWindow(), 1000.0
    for pause, weight in requests:
        now += pause
        verdict = window.admit(BOTH, weight, now)
        if not verdict.admitted:
            assert 0 < verdict.wait_seconds <= 61
            now += int(verdict.wait_seconds) + 1
            assert window.admit(BOTH, weight, now).admitted


def test_keys_and_addresses_that_are_silent_are_forgotten() -> None:
    window = LocalWindow()
    window.admit(BOTH, 1, 1000)
    window.admit({"other": Quota(240, 264)}, 1, 1061)
    assert set(window.buckets) == {"other"}


def test_a_name_holds_no_key_and_no_address() -> None:
    names = " ".join(_counters(ApiKey("publishable", "ab" * 32), "203.0.113.9"))
    assert "ab" * 32 not in names
    assert "203.0.113.9" not in names


def test_only_publishable_keys_are_limited_by_address() -> None:
    most = Quota(limits.MESSAGES_PER_MINUTE, limits.MESSAGES_IN_ANY_MINUTE)
    assert list(_counters(ApiKey("secret", "ab" * 32), "203.0.113.9").values()) == [most]
    assert list(_counters(ApiKey("publishable", "ab" * 32), "203.0.113.9").values()) == [most, Quota(120, 120)]


def test_two_addresses_and_two_keys_have_counters_of_their_own() -> None:
    names = [
        tuple(_counters(ApiKey("publishable", key * 32), address))[1]
        for key in ("ab", "cd")
        for address in ("203.0.113.9", "203.0.113.10")
    ]
    assert len(set(names)) == 4
