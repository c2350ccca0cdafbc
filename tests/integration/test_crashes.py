"""A drain is killed at every step it takes. Later ones finish its work: nothing is lost, nothing goes out twice."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from lib.outbox import CLAIM_SIZE
from tests.conftest import Connection, Faults, Inbox, Workspace
from tests.integration.conftest import Api, bearer, event, instance
from tests.integration.gate import Gate, Stop, When, standing

pytestmark = [pytest.mark.exclusive, pytest.mark.prove]

# In the order in which a drain comes by. In the middle the provider may or may not have the mail.
STEPS: dict[str, tuple[str, When]] = {
    "the claim has committed": ("claim_messages", "after"),
    "before start_message": ("start_message", "before"),
    "start_message has committed": ("start_message", "after"),
    "the mail is on its way": ("emails", "before"),
    "Resend is at work on it": ("emails", "during"),
    "Resend has answered": ("emails", "after"),
    "before finish_message": ("finish_message", "before"),
    "finish_message has committed": ("finish_message", "after"),
}
DOUBTFUL = ["start_message has committed", "Resend is at work on it", "Resend has answered", "before finish_message"]
Drain = Callable[..., dict[str, int]]
Kill = Callable[[str, int], Stop]
NewApi = Callable[[], Api]


@pytest.fixture
def drain(faults: Faults, http: httpx.Client, env: Mapping[str, str]) -> Drain:
    """Sends what is due some time from now, in a process that lives."""

    def at(**later: float) -> dict[str, int]:
        params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()}
        answer = http.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]))
        assert answer.status_code == 200, answer.text
        told: dict[str, int] = answer.json()
        return told

    at(hours=1)  # what other tests have left
    return at


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


def queue(api: Api, count: int, rng: random.Random) -> dict[str, str]:
    """Queues a message to each of so many new contacts. Returns their ids and addresses."""
    api.set(postal_address="1 Road, Town")
    people = {f"u{n}": f"{uuid4().hex}@example.com" for n in range(count)}
    api.track(*(event(type="identify", userId=user, traits={"email": people[user]}) for user in people))
    queued = {}
    for user, address in people.items():
        category = rng.choice(["marketing", "transactional"])
        body = {"to": {"userId": user}, "subject": "Hi", "html": "<p>Hi</p>", "category": category}
        queued[api.secret("/api/send-email", body).json()["messageId"]] = address
    return queued


@pytest.fixture
def kill(env: Mapping[str, str], gate: Gate, tmp_path: Path) -> Kill:
    """Lets a process of its own drain until it comes to a step for the nth time, and kills it there."""

    def at(step: str, nth: int) -> Stop:
        headers = bearer(env["CRON_SECRET"])
        with instance(env, tmp_path / "log", **gate.settings()) as victim, ThreadPoolExecutor(1) as scheduler:
            stop = gate.stop_at(*STEPS[step], nth)
            draining = scheduler.submit(victim.http.get, "/api/send-email", headers=headers)
            stop.wait()
            victim.kill()
            assert isinstance(draining.exception(), httpx.TransportError)
        return stop

    return at


@pytest.fixture
def new_api(http: httpx.Client, db: Connection, new_workspace: Callable[[], Workspace]) -> NewApi:
    return lambda: Api(http, db, new_workspace())


def claims(count: int) -> int:
    """How many of them so many messages take."""
    return -(-count // CLAIM_SIZE)


def ended(api: Api, queued: Mapping[str, str]) -> dict[str, str]:
    return {message: api.message(message)["status"] for message in queued}


def delivered(inbox: Inbox, queued: Mapping[str, str]) -> dict[str, int]:
    """How many mails each message has become: its address is nobody else's."""
    mails = inbox.counts()
    return {message: mails[address] for message, address in queued.items()}


@pytest.mark.parametrize("step", STEPS)
def test_whatever_a_crash_interrupts_is_delivered_once(
    new_api: NewApi, kill: Kill, drain: Drain, faults: Faults, inbox: Inbox, rounds: Callable[[int], int], step: str
) -> None:
    for number in range(rounds(25)):
        rng = random.Random(f"{step} {number}")
        api, count = new_api(), rng.randint(1, 12)
        queued = queue(api, count, rng)
        faults.tune("resend", holdMs=100 if "at work" in step else 0)
        nth = rng.randint(1, claims(count) if "claim" in step else count)
        stop = kill(step, nth)
        faults.tune("resend", holdMs=0)
        # What the dead process has sent off gets lost, or arrives at once, or when all is over.
        fate = rng.choice([stop.lose, stop.go_on, None])
        if fate:
            fate()
        drain(minutes=3)
        if "at work" in step:
            inbox.wait_for(list(queued.values())[nth - 1])
        drain(minutes=10)
        if not fate:
            stop.go_on()
        assert ended(api, queued) == dict.fromkeys(queued, "sent"), number
        assert delivered(inbox, queued) == dict.fromkeys(queued, 1), number


@pytest.mark.parametrize("step", DOUBTFUL)
def test_a_day_later_what_may_have_gone_out_is_unknown_and_the_rest_goes(
    new_api: NewApi, kill: Kill, drain: Drain, faults: Faults, inbox: Inbox, rounds: Callable[[int], int], step: str
) -> None:
    for number in range(rounds(10)):
        rng = random.Random(f"{step} {number}")
        api, count = new_api(), rng.randint(1, 12)
        queued, nth = queue(api, count, rng), rng.randint(1, count)
        stop = kill(step, nth)
        (stop.lose if "before" in step else stop.go_on)()
        faults.tune("resend", clockOffsetSeconds=25 * 3600)  # it has forgotten every key
        for hours in (25, 26):
            drain(hours=hours)
        faults.tune("resend", clockOffsetSeconds=0)
        doubtful = list(queued)[nth - 1]
        assert ended(api, queued) == dict.fromkeys(queued, "sent") | {doubtful: "unknown"}, number
        went = 0 if step == "start_message has committed" else 1
        assert delivered(inbox, queued) == dict.fromkeys(queued, 1) | {doubtful: went}, number
