"""POST /v1/import, again and again until the answer is definite."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast
from urllib.parse import urlsplit

import requests

from lib.errors import CODES
from scripts.import_events.entries import Entry
from scripts.import_events.faults import Fault, Stop
from scripts.import_events.pace import Pace

KEY_VARIABLE = "CONVERSIONCRM_SECRET_KEY"
TRIES = 10
LONGEST_BACKOFF = 60.0
# A Retry-After beyond this is not waited for: the next try asks again.
LONGEST_WAIT = 300.0
TIMEOUTS = (10, 70)  # to connect; to answer, which a function may take 60 s for
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(slots=True)
class Outcome:
    """What the API did with a batch. `unsure` duplicates may be our own, of a try whose answer was lost."""

    accepted: int = 0
    duplicates: int = 0
    unsure: int = 0
    refused: list[tuple[Entry, Fault]] = field(default_factory=list)

    def __add__(self, other: Outcome) -> Outcome:
        counts = (self.accepted + other.accepted, self.duplicates + other.duplicates, self.unsure + other.unsure)
        return Outcome(*counts, self.refused + other.refused)


@dataclass(slots=True)
class Sender:
    """`wait(seconds, why)` sleeps; `why` is empty when it is the limit that is waited for, which is no news."""

    url: str
    session: requests.Session
    wait: Callable[[float, str], None]
    pace: Pace = field(default_factory=Pace)

    def wait_for_room(self, count: int) -> None:
        """Sleeps until the key's limit lets that many messages through, as far as is known."""
        self.wait(self.pace.wait_seconds(count), "")

    def send(self, messages: list[Entry], again: bool) -> Outcome:
        """Returns once all are committed or refused. `again`: they may have been sent before. Raises Stop."""
        body = gzip.compress(b'{"batch":[' + b",".join(message.body for message in messages) + b"]}")
        trouble, denied = "", 0
        for tried in range(1, TRIES + 1):
            answer, trouble = self._post(body)
            if answer is not None:
                self.pace.note(answer.headers, len(messages) if answer.status_code != 429 else 0)
                if answer.status_code == 413:
                    return self._split(messages, again)
                if answer.status_code not in (408, 425, 429) and answer.status_code < 500:
                    return outcome(answer, messages, again)
                denied += answer.status_code == 429
            again = again or answer is None or answer.status_code != 429
            if tried < TRIES:
                self._wait_after(answer, trouble, tried)
        advice = (
            " Something else uses up this key's limit; give the import a key of its own." if denied == TRIES else ""
        )
        raise Stop(f"Given up after {TRIES} tries: {trouble}.{advice}")

    def _post(self, body: bytes) -> tuple[requests.Response | None, str]:
        """The answer, if there is one, and what is wrong with it."""
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        try:
            # A redirect would be followed with a GET. It is refused like any other answer that can't be ours.
            answer = self.session.post(
                f"{self.url}/v1/import", data=body, headers=headers, timeout=TIMEOUTS, allow_redirects=False
            )
        except requests.Timeout:
            return None, f"{self.url} did not answer in time"
        except requests.RequestException as error:
            return None, f"{self.url} can't be reached ({type(error).__name__})"
        return answer, told(answer)

    def _wait_after(self, answer: requests.Response | None, trouble: str, tried: int) -> None:
        asked = 0.0 if answer is None else retry_after(answer.headers)
        if answer is not None and answer.status_code == 429:
            self.wait(min(LONGEST_WAIT, asked or LONGEST_BACKOFF) + random.random(), "")
            return
        backoff = min(LONGEST_BACKOFF, 2.0 ** (tried - 1)) * random.uniform(0.75, 1.25)
        self.wait(min(LONGEST_WAIT, max(asked + random.random(), backoff)), f"{trouble}; try {tried} of {TRIES}")

    def _split(self, messages: list[Entry], again: bool) -> Outcome:
        if len(messages) == 1:
            fault = Fault("body_too_large", "", CODES["body_too_large"][1])
            return Outcome(refused=[(messages[0], fault)])
        half = len(messages) // 2
        return self.send(messages[:half], again) + self.send(messages[half:], again)


def checked_url(url: str) -> str:
    """The address of the API. Raises Stop for one over which a key must not travel."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise Stop("--url must be the address of your ConversionCRM, such as https://app.example.com")
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise Stop("--url must begin with https:// — the secret key would travel in the clear.")
    return url.rstrip("/")


def checked_key(key: str) -> str:
    """The key. Raises Stop for what can't be a secret key."""
    if not key:
        raise Stop(f"Put the workspace's secret key (sk_…) into the environment variable {KEY_VARIABLE}.")
    if not key.startswith("sk_") or not key.isascii():
        raise Stop(f"{KEY_VARIABLE} must hold a secret key (sk_…): what a publishable key says is not trusted.")
    return key


def session(key: str) -> requests.Session:
    made = requests.Session()
    made.auth = (key, "")  # as Segment's SDKs send it; a header of our own would give way to an entry in ~/.netrc
    made.headers["User-Agent"] = "conversioncrm-import"
    return made


def outcome(answer: requests.Response, messages: list[Entry], again: bool) -> Outcome:
    """What a definite answer says. Raises Stop when it is not about the messages."""
    document = _document(answer)
    if answer.status_code == 200 and {"accepted", "duplicates", "rejected"} <= document.keys():
        duplicates = cast(int, document["duplicates"])
        unsure = duplicates if again else 0
        return Outcome(cast(int, document["accepted"]), duplicates, unsure, _refused(document, messages))
    if answer.status_code == 422 and document.get("rejected"):
        return Outcome(refused=_refused(document, messages))
    if answer.status_code in (401, 403):
        raise Stop(f"The API refuses the key in {KEY_VARIABLE}: {told(answer)}. "
                   "Use a secret key of the workspace that is not revoked.")  # fmt: skip
    if "code" in document:
        raise Stop(f"The API refuses the import: {told(answer)}.")
    raise Stop(f"{answer.url} does not answer as ConversionCRM does ({told(answer)}). Is --url right?")


def _refused(document: Mapping[str, object], messages: list[Entry]) -> list[tuple[Entry, Fault]]:
    rejected = cast(Iterable[Mapping[str, object]], document["rejected"])
    return [
        (messages[cast(int, each["index"])], Fault(*(str(each.get(name, "")) for name in Fault._fields)))
        for each in rejected
    ]


def told(answer: requests.Response) -> str:
    """An answer in words: its status, and what a problem document adds."""
    document = _document(answer)
    if "code" not in document:
        target = answer.headers.get("Location")
        return f"status {answer.status_code}" + (f" to {target}" if target else "")
    detail = str(document.get("detail", "")).rstrip(".")
    return f"{answer.status_code} {document['code']}, {detail}, request {document.get('requestId')}"


def _document(answer: requests.Response) -> Mapping[str, object]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by Retry-After, given as such or as a date; 0 without."""
    value = headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
