"""What a workspace must look like after some messages, worked out in plain Python from the definitions alone.

Slow and simple on purpose: it sorts everything and looks at it once, where the database is told bit by bit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from types import MappingProxyType
from typing import Any

RULES = {
    "Page Viewed": (Decimal(1), Decimal(10)),
    "Feature Used": (Decimal(5), Decimal(30)),
    "Project Created": (Decimal(10), Decimal(30)),
    "Invite Sent": (Decimal(10), Decimal(20)),
    "Pricing Viewed": (Decimal(15), Decimal(30)),
    "Upgrade Clicked": (Decimal(25), Decimal(50)),
}
STAGES = ((70, "ready"), (40, "engaged"), (20, "activated"), (0, "signed_up"))
STAGE_EVENTS = {"Subscription Started": "customer", "Subscription Cancelled": "churned"}
SILENCE_DAYS, HALF_LIFE_DAYS = 14, 14
COUNTED_TYPES = ("track", "page", "screen")

Identity = tuple[str, str]


@dataclass(frozen=True)
class Message:
    message_id: str
    trusted: bool
    type: str
    name: str
    identities: tuple[Identity, ...]
    occurred_at: datetime
    traits: Mapping[str, Any] | None = None
    properties: Mapping[str, Any] = MappingProxyType({})

    def row(self, index: int) -> dict[str, object]:
        """As the SQL function track() takes it."""
        kinds, values = zip(*self.identities, strict=True)
        return {
            "index": index,
            "type": self.type,
            "name": self.name,
            "kinds": kinds,
            "values": values,
            "occurred_at": self.occurred_at.isoformat(),
            "message_id": self.message_id,
            "properties": dict(self.stored_properties()),
            "context": {},
            "traits": self.traits,
        }

    def stored_properties(self) -> Mapping[str, Any]:
        """An identify's and a group's are what they say."""
        if self.type == "identify" and self.traits:
            return self.traits
        if self.type == "group" and self.traits:
            company = self.traits["company"]
            return {**{key: value for key, value in company.items() if key != "id"}, "groupId": company["id"]}
        return self.properties


@dataclass(frozen=True)
class Contact:
    identities: frozenset[Identity]
    traits: Mapping[str, Any]
    counts: Mapping[tuple[str, date], int]
    score: int
    stage: str


RANKS = {"anonymousId": 0, "email": 1, "userId": 2}
# Where admins put identities: under another one, or, under itself, to stand alone.
Pins = Mapping[Identity, Identity]


def tops(messages: Iterable[Message], pins: Pins) -> dict[Identity, Identity]:
    """For every identity the one at the top of its chain of owners, which is its contact."""
    owner: dict[Identity, Identity] = {}
    known: set[Identity] = set()
    for message in sorted(messages, key=lambda m: (not m.trusted, m.occurred_at, m.message_id)):
        known |= set(message.identities)
        for lower in message.identities[1:]:
            owner.setdefault(lower, message.identities[0])
    owner |= pins

    def top(identity: Identity) -> Identity:
        above = owner.get(identity, identity)
        return identity if above == identity else top(above)

    return {identity: top(identity) for identity in known}


def move(messages: Iterable[Message], pins: Pins, moved: Identity, target: Identity | None) -> Pins:
    """The pins after an admin has moved an identity to that contact; to None, or to where messages put it, unpins."""
    others = {identity: pin for identity, pin in pins.items() if identity != moved}
    by_messages = tops(messages, others)[moved]
    return others if target in (None, by_messages) else others | {moved: target}


def describe(messages: Iterable[Message], today: date, pins: Pins = MappingProxyType({})) -> list[Contact]:
    """Every contact there must be."""
    history = list(messages)
    top = tops(history, pins)
    members: dict[Identity, set[Identity]] = defaultdict(set)
    theirs: dict[Identity, list[Message]] = defaultdict(list)
    for identity in top:
        members[top[identity]].add(identity)
    for message in history:
        theirs[top[message.identities[0]]].append(message)
    return [_contact(frozenset(members[root]), theirs[root], today) for root in members]


def _contact(identities: frozenset[Identity], messages: list[Message], today: date) -> Contact:
    latest_last = sorted(messages, key=lambda m: (m.trusted, m.occurred_at, m.message_id))
    traits: dict[str, Any] = {}
    counts: dict[tuple[str, date], int] = defaultdict(int)
    stage = None
    for message in latest_last:
        traits |= message.traits or {}
        if message.type not in COUNTED_TYPES:
            continue
        stage = STAGE_EVENTS.get(message.name, stage)
        if message.name in RULES:
            counts[message.name, message.occurred_at.date()] += 1
    score = _score(counts, today)
    heard = [m.occurred_at.date() for m in messages if m.type in COUNTED_TYPES]
    if stage is None and heard and (today - max(heard)).days >= SILENCE_DAYS:
        stage = "at_risk"
    if stage is None:
        stage = next(name for threshold, name in STAGES if score >= threshold)
    kept = {key: value for key, value in traits.items() if value is not None}
    return Contact(identities, kept, dict(counts), score, stage)


def decay(age: int, half_life_days: int) -> Decimal:
    """2^(-age / half-life), rounded to 12 decimals."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(2) ** (Decimal(-age) / Decimal(half_life_days))
        return exact.quantize(Decimal("1e-12"), ROUND_HALF_UP)


def _score(counts: Mapping[tuple[str, date], int], today: date) -> int:
    total = Decimal(0)
    for name, (points, cap) in RULES.items():
        weight = sum(
            (
                count * decay((today - day).days, HALF_LIFE_DAYS)
                for (signal, day), count in counts.items()
                if signal == name and day <= today
            ),
            Decimal(0),
        )
        total += max(-cap, min(cap, points * weight))
    return int(max(Decimal(0), min(Decimal(100), total)).quantize(Decimal(1), ROUND_HALF_UP))
