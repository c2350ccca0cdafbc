"""Resend or Postgres fail while mail goes out: every message is delivered exactly once, or its failure is recorded."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Faults, Inbox
from tests.integration.conftest import Api, bearer, instance

pytestmark = pytest.mark.exclusive

Drain = Callable[..., httpx.Response]


@pytest.fixture
def drain(http: httpx.Client, env: Mapping[str, str], empty_outbox: None) -> Drain:
    """Sends what is due some time from now."""

    def at(**later: float) -> httpx.Response:
        params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()}
        return http.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]))

    return at


@pytest.fixture
def queued(api: Api, drain: Drain) -> Callable[[], tuple[str, str]]:
    """Queues a message. Returns its id and its address."""

    def queue() -> tuple[str, str]:
        address = api.person()
        body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional"}
        answer = api.secret("/api/send-email", body)
        return answer.json()["messageId"], address

    return queue


Queue = Callable[[], tuple[str, str]]


def row(api: Api, message: str) -> tuple[Any, ...]:
    found = api.message(message)
    return found["status"], found["reason"], found["attempts"]


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"status": 500}, {"status": 503}, {"dropAfterAccept": True}],
    ids=["rate", "500", "503", "answer lost"],
)
def test_what_fails_once_is_delivered_once(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox, fault: dict[str, Any]
) -> None:
    message, address = queued()
    faults.add("resend", times=1, **fault)
    assert drain().json() == {"retry": 1}
    assert row(api, message)[0] == "sending"
    assert drain().json() == {}
    assert drain(minutes=2).json() == {"sent": 1}
    assert row(api, message) == ("sent", None, 2)
    assert len(inbox.to(address)) == 1


def test_a_refusal_is_recorded_and_not_repeated(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    message, address = queued()
    faults.add("resend", status=403, times=1)
    assert drain().json() == {"failed": 1}
    assert (row(api, message)[0], row(api, message)[1][:7]) == ("failed", "resend_")
    assert drain(hours=2).json() == {}
    assert inbox.to(address) == []


def test_after_twelve_attempts_a_message_has_failed(api: Api, faults: Faults, drain: Drain, queued: Queue) -> None:
    message, _ = queued()
    faults.add("resend", status=500)
    told = [drain(hours=1.5 * hours).json() for hours in range(12)]
    assert told == [{"retry": 1}] * 11 + [{"failed": 1}]
    assert (row(api, message)[0], row(api, message)[2]) == ("failed", 12)
    assert drain(hours=20).json() == {}


def test_what_may_have_gone_out_is_not_sent_again_once_resend_forgets(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    message, address = queued()
    faults.add("resend", dropAfterAccept=True, times=1)
    drain()
    assert drain(hours=23, seconds=5).json() == {}
    assert row(api, message)[:2] == ("unknown", "outcome_unknown")
    assert len(inbox.to(address)) == 1


def test_a_crash_after_the_claim_delays_the_message(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    _, address = queued()
    faults.add("postgres", dropAfterAccept=True, times=1)
    assert drain().json() == {}
    assert drain(minutes=1).json() == {}
    assert drain(minutes=2, seconds=5).json() == {"sent": 1}
    assert len(inbox.to(address)) == 1


def test_a_crash_after_sending_sends_nothing_twice(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    message, address = queued()
    faults.tune("resend", holdMs=700)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(drain)
        while api.message(message)["status"] != "sending":
            pass
        faults.add("postgres", status=503, times=2)
        assert first.result().status_code == 503
    faults.heal()
    assert len(inbox.to(address)) == 1
    assert drain(minutes=3).json() == {"sent": 1}
    assert row(api, message)[0] == "sent"
    assert len(inbox.to(address)) == 1


def test_two_drains_at_once_send_each_message_once(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    address = api.person()
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional"}
    for _ in range(30):
        assert api.secret("/api/send-email", body).status_code == 202
    with ThreadPoolExecutor(4) as schedulers:
        drained = list(schedulers.map(lambda _: drain().json().get("sent", 0), range(4)))
    assert sum(drained) == 30
    assert len(inbox.to(address)) == 30


def test_a_claim_that_ran_out_while_resend_is_slow_sends_once(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    message, address = queued()
    faults.tune("resend", holdMs=700)
    with ThreadPoolExecutor(1) as other:
        first = other.submit(drain)
        while api.message(message)["status"] != "sending":
            pass
        assert drain(minutes=3).json() == {"retry": 1}
        first.result()
    drain(minutes=10)
    assert row(api, message)[0] == "sent"
    assert len(inbox.to(address)) == 1


def test_a_teams_rate_delays_and_loses_nothing(
    api: Api, faults: Faults, drain: Drain, queued: Queue, inbox: Inbox
) -> None:
    faults.tune("resend", ratePerSecond=2)
    address = api.person()
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional"}
    for _ in range(6):
        api.secret("/api/send-email", body)
    told = drain().json()
    assert told["retry"] >= 1
    faults.tune("resend", ratePerSecond=1000)
    drain(minutes=5)
    assert len(inbox.to(address)) == 6


def test_instances_share_one_rate(env: Mapping[str, str], api: Api, drain: Drain, tmp_path: Path) -> None:
    api.person()
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional"}
    for _ in range(9):
        api.secret("/api/send-email", body)
    now = {"now": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}
    with (
        instance(env, tmp_path / "one", RESEND_PER_SECOND="8") as one,
        instance(env, tmp_path / "two", RESEND_PER_SECOND="8") as two,
        ThreadPoolExecutor(2) as drains,
    ):
        began = time.monotonic()
        answers = list(drains.map(
            lambda each: each.http.get("/api/send-email", params=now, headers=bearer(env["CRON_SECRET"])), (one, two)
        ))  # fmt: skip
        took = time.monotonic() - began
    assert sum(answer.json().get("sent", 0) for answer in answers) == 9
    assert took >= 8 / 8


def test_what_may_have_gone_out_and_may_go_no_more_is_unknown_and_counts_towards_the_cap(
    api: Api, faults: Faults, drain: Drain, inbox: Inbox
) -> None:
    address, marketing = api.person(), {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "marketing"}
    api.set(postal_address="1 Road, Town")
    first = api.secret("/api/send-email", marketing).json()["messageId"]
    faults.add("resend", dropAfterAccept=True, times=1)
    assert drain().json() == {"retry": 1}
    api.set(postal_address=None)
    assert drain(minutes=2).json() == {}
    assert row(api, first)[:2] == ("unknown", "postal_address_missing")
    api.set(postal_address="1 Road, Town")
    second = api.secret("/api/send-email", marketing).json()["messageId"]
    assert drain(minutes=3).json() == {}
    assert (row(api, second)[:2], len(inbox.to(address))) == (("queued", "frequency_cap"), 1)
    assert drain(hours=25).json() == {"sent": 1}
