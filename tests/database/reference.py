"""What a contact's score and stage are on a day, from its messages and a document of rules: docs/scoring.md, once more.

In plain decimal arithmetic, from the definitions alone: nothing is kept from one day to the next.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from tests.database.model import COUNTED_TYPES, Identity, Message, decay, tops

Rules = Mapping[str, Any]
DAILY_DECAY = cache(decay)
DEFAULT_CAP = 100


@dataclass(frozen=True)
class Facts:
    """All of a contact's past that its score and stage depend on."""

    days: Sequence[Counter[date]]  # per score rule, how often on each day
    fit: Decimal
    event_stage: str | None
    heard_on: date | None


@dataclass(frozen=True)
class Part:
    """What one score rule contributes."""

    points: Decimal
    count: int
    last_on: date


@dataclass(frozen=True)
class Standing:
    score: int
    stage: str
    cause: str  # what a stage that begins on this day began by, when nothing happened
    engagement: Decimal
    fit: Decimal
    parts: Mapping[str, Part]


def people(history: Iterable[Message]) -> dict[Identity, list[Message]]:
    """Each contact's messages, by its top identity."""
    messages = list(history)
    top = tops(messages, {})
    found: dict[Identity, list[Message]] = {root: [] for root in top.values()}
    for message in messages:
        found[top[message.identities[0]]].append(message)
    return found


def facts(rules: Rules, messages: Iterable[Message]) -> Facts:
    latest_last = sorted(messages, key=lambda m: (m.trusted, m.occurred_at, m.message_id))
    heard = [m for m in latest_last if m.type in COUNTED_TYPES]
    traits: dict[str, Any] = {}
    for message in latest_last:
        traits |= message.traits or {}
    stage_events = [
        stage["name"] for message in heard for stage in rules["stages"] if "event" in stage and happened(stage, message)
    ]
    return Facts(
        days=[Counter(m.occurred_at.date() for m in heard if happened(rule, m)) for rule in rules["signals"]],
        fit=sum((number(rule["points"]) for rule in rules["fit"] if fits(rule, traits.get(rule["trait"]))), Decimal(0)),
        event_stage=stage_events[-1] if stage_events else None,
        heard_on=max((m.occurred_at.date() for m in heard), default=None),
    )


def standing(rules: Rules, past: Facts, day: date) -> Standing:
    counted = zip(rules["signals"], past.days, strict=True)
    parts = {rule["name"]: part for rule, days in counted if (part := contribution(rule, rules, days, day))}
    engagement = sum((part.points for part in parts.values()), Decimal(0))
    held = max(Decimal(0), min(Decimal(100), engagement + past.fit))
    score = int(held.quantize(Decimal(1), ROUND_HALF_UP))
    return Standing(score, *stage_of(rules, past, score, day), engagement, past.fit, parts)


def contribution(rule: Rules, rules: Rules, days: Counter[date], today: date) -> Part | None:
    """None where the rule's signal has not happened by that day."""
    so_far = {day: count for day, count in days.items() if day <= today}
    if not so_far:
        return None
    weights = (count * DAILY_DECAY((today - day).days, rules["halfLifeDays"]) for day, count in so_far.items())
    points, cap = number(rule["points"]) * sum(weights, Decimal(0)), number(rule.get("cap", DEFAULT_CAP))
    return Part(max(-cap, min(cap, points)), sum(so_far.values()), max(so_far))


def stage_of(rules: Rules, past: Facts, score: int, day: date) -> tuple[str, str]:
    """The stage, and what brings a contact there on a day without messages."""
    if past.event_stage is not None:
        return past.event_stage, "message"
    quiet = (day - past.heard_on).days if past.heard_on else 0
    silent = [stage for stage in rules["stages"] if "silenceDays" in stage and quiet >= stage["silenceDays"]]
    if silent:
        return max(silent, key=lambda stage: int(stage["silenceDays"]))["name"], "silence"
    reached = [stage for stage in rules["stages"] if "score" in stage and score >= stage["score"]]
    return max(reached, key=lambda stage: int(stage["score"]))["name"], "decay"


def happened(definition: Rules, message: Message) -> bool:
    """Whether a message is what a signal, or a stage, asks for."""
    return (
        message.type in COUNTED_TYPES
        and message.name == definition["event"]
        and (message.trusted or not definition.get("trustedOnly"))
        and contains(message.properties, definition.get("condition") or {})
    )


def contains(whole: Any, part: Any) -> bool:
    """As jsonb: objects by their members, arrays by their elements in any order, anything else when equal."""
    if isinstance(part, dict):
        return isinstance(whole, Mapping) and all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(one, wanted) for one in whole) for wanted in part)
    return same(whole, part)


def fits(rule: Rules, trait: Any) -> bool:
    """Whether a trait, None when there is none, is what a fit rule asks for."""
    operand: Any = rule.get("operand")
    match trait, rule["operator"]:
        case None, _:
            return False
        case _, "exists":
            return True
        case _, "equals":
            return same(trait, operand)
        case _, "in":
            return any(same(trait, one) for one in operand)
        case list(), "contains":
            return any(same(one, operand) for one in trait)
        case str(), "contains":
            return (operand if isinstance(operand, str) else json.dumps(operand)).lower() in trait.lower()
        case ((int() | float()), "between") if not isinstance(trait, bool):
            low, high = operand
            return (low is None or number(trait) >= number(low)) and (high is None or number(trait) <= number(high))
    return False


def same(one: Any, other: Any) -> bool:
    """True is no 1 in JSON."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def number(value: Any) -> Decimal:
    """The number as it is written."""
    return Decimal(str(value))
