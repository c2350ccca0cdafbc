"""How many round trips one request makes to Redis and to Supabase, counted by the local stack's proxies before both."""

from __future__ import annotations

import json
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.report import aligned
from scripts.stack_environment import stack_environment

SERVICES = ("redis", "supabase")


@dataclass(frozen=True)
class Request:
    """One request to the running stack. `goal`: round trips wanted to each of SERVICES, if any were promised."""

    path: str
    body: Mapping[str, object] | None
    key: str
    goal: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """How the table calls it."""
        count = len(batch) if isinstance(batch := (self.body or {}).get("batch"), list) else 0
        return f"{'GET' if self.body is None else 'POST'} {self.path}" + (f", {count} messages" if count > 1 else "")


def run(folder: Path, *, quick: bool) -> str:
    """The table of round trips. Each request is made twice, since the first may open connections; the second counts."""
    stack = stack_environment()
    lines: list[Sequence[str]] = [("", *SERVICES, "goal")]
    for request in requests(stack):
        send(stack, request)
        before = counts(stack)
        send(stack, request)
        after = counts(stack)
        made = tuple(after[service] - before.get(service, 0) for service in SERVICES)
        lines.append((request.name, *map(str, made), wanted(request, made)))
    return aligned("Round trips per request", lines)


def requests(stack: Mapping[str, str]) -> Iterator[Request]:
    """What people, programs and the scheduler send."""
    public, secret = stack["DEMO_PUBLISHABLE_KEY"], stack["DEMO_SECRET_KEY"]
    yield Request("/api/track", {"batch": [message("track")]}, public, (1, 1))
    # Few enough for the limit of messages per minute, also when the benchmark is run again at once.
    yield Request("/api/track", {"batch": [message("track") for _ in range(10)]}, secret, (1, 1))
    yield Request("/api/identify", {"userId": "trips", "traits": {"plan": "free"}}, secret)
    yield Request("/api/score", {"userId": "trips"}, secret)
    yield Request("/api/send-email", None, stack["CRON_SECRET"])


def message(kind: str) -> dict[str, object]:
    """A message about one contact; its id comes when it is sent."""
    return {"type": kind, "event": "Feature Used", "userId": "trips"}


def send(stack: Mapping[str, str], request: Request) -> None:
    """Sends it with ids not sent before; an answer that is no 2xx is an error."""
    headers = {"Authorization": f"Bearer {request.key}", "Content-Type": "application/json"}
    body = None if request.body is None else json.dumps(with_new_ids(request.body)).encode()
    with urllib.request.urlopen(urllib.request.Request(stack["API_URL"] + request.path, body, headers)) as answer:
        answer.read()


def with_new_ids(body: Mapping[str, object]) -> Mapping[str, object]:
    """The body with a new messageId in each message of its batch."""
    batch = body.get("batch")
    if not isinstance(batch, list):
        return body
    return {**body, "batch": [{**each, "messageId": str(uuid.uuid4())} for each in batch]}


def counts(stack: Mapping[str, str]) -> dict[str, int]:
    """Requests that the proxies have passed on so far, by service."""
    with urllib.request.urlopen(stack["FAKES_URL"] + "/counts") as answer:
        found: dict[str, int] = json.load(answer)
    return found


def wanted(request: Request, made: Sequence[int]) -> str:
    """The goal, and whether it was missed."""
    if request.goal is None:
        return ""
    return " + ".join(map(str, request.goal)) + ("" if request.goal == tuple(made) else "  missed")
