"""Random messages about a few people as clients send them, and what these write as traits, for hypothesis."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from lib import keys, limits, messages
from tests.conftest import Connection, Workspace
from tests.database.histories import NOW, moments
from tests.database.model import Identity

CARD = "4111 1111 1111 1111"
# Capitals, since an address is kept in small letters.
addresses = st.sampled_from(["E0@Example.com", "e0@example.com", "e1@example.com", "e2@example.com"])
values = st.sampled_from([None, "a", "b", 3, CARD, {"x": None}, ["y", 1]])
traits = st.dictionaries(
    st.sampled_from(["plan", "city", "id", "groupId", "password", "company", "site"]), values, max_size=3
)
given_addresses = st.fixed_dictionaries({}, optional={"email": addresses | st.none()})


@dataclass(frozen=True)
class Utterance:
    trusted: bool
    raw: dict[str, Any]
    occurred_at: datetime

    def row(self, index: int = 0) -> dict[str, Any]:
        """As the SQL function track() takes it, by our own validation."""
        envelope = messages.Envelope(NOW, limits.MAX_AGE_PUBLISHABLE)
        return {"index": index, **messages.read_message(self.raw, envelope)}

    def identity(self) -> Identity:
        row = self.row()
        return row["kinds"][0], row["values"][0]

    def written(self, redact: str) -> dict[str, Any]:
        row = self.row()
        return ((row.get("originals") or {}).get("traits") if redact == "off" else None) or row["traits"] or {}


@st.composite
def utterances(draw: st.DrawFn, message_id: str) -> Utterance:
    kind = draw(st.sampled_from(["identify"] * 5 + ["group", "group", "track", "page", "alias"]))
    trusted, at = kind == "alias" or draw(st.booleans()), draw(moments)
    raw: dict[str, Any] = {"type": kind, "messageId": message_id, "timestamp": at.isoformat()}
    who = {
        "userId": st.sampled_from(["u0", "u1"]),
        "anonymousId": st.sampled_from(["a0", "a1", "a2"]),
        "email": addresses,
    }
    raw |= draw(st.fixed_dictionaries({}, optional=who)) or {"anonymousId": "a0"}
    also: dict[str, dict[str, Any]] = {
        "identify": draw(st.fixed_dictionaries({"traits": st.builds(dict.__or__, traits, given_addresses)})),
        "group": {"groupId": draw(st.sampled_from(["g0", "g1"])), "traits": draw(traits)},
        "track": {"event": "Feature Used", "properties": {"email": "e2@example.com"}},
        "page": {},
        "alias": {"userId": "u0", "previousId": draw(st.sampled_from(["a0", "a1"]))},
    }
    raw |= also[kind]
    if draw(st.booleans()):
        raw["context"] = {"traits": draw(traits) | draw(given_addresses)}
    return Utterance(trusted, raw, at)


# One begins another, since their order is not that of what is appended to them.
message_ids = st.lists(st.text("at", min_size=1, max_size=4), min_size=1, max_size=20, unique=True)
said = message_ids.flatmap(lambda ids: st.tuples(*map(utterances, ids))).map(list)


@st.composite
def batches(draw: st.DrawFn, history: list[Utterance]) -> list[list[Utterance]]:
    """The history shuffled, some of it doubled, cut into batches of one sender each."""
    doubled = history + draw(st.lists(st.sampled_from(history), max_size=3))
    found: list[list[Utterance]] = []
    for one in draw(st.permutations(doubled)):
        if found and found[-1][0].trusted == one.trusted and draw(st.booleans()):
            found[-1].append(one)
        else:
            found.append([one])
    return found


def say(db: Connection, workspace: Workspace, batch: Sequence[Utterance]) -> None:
    key = workspace.secret_key if batch[0].trusted else workspace.publishable_key
    rows = json.dumps([one.row(index) for index, one in enumerate(batch)])
    answer = db.execute("select public.track(%s, null, %s, %s)", (keys.key_hash(key), rows, NOW)).fetchall()[0][0]
    assert answer["rejected"] == []


def fold(history: Iterable[Utterance], redact: str, before: datetime = NOW + timedelta(days=1)) -> dict[str, Any]:
    """What these have written before an instant."""
    found: dict[str, Any] = {}
    for one in sorted(history, key=lambda one: (one.trusted, one.occurred_at, one.raw["messageId"])):
        if one.occurred_at < before:
            found |= one.written(redact)
    return {key: value for key, value in found.items() if value is not None}
