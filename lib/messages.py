"""Segment-spec messages: from whatever a client sends to the rows that the SQL function track() takes.

Pure: data in, rows and rejections out.
"""

import json
import math
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from lib import limits
from lib.emails import normalise_email
from lib.errors import Invalid, refuse
from lib.urls import without_query

Json = dict[str, object]

# What a page or a screen counts as.
EVENT_NAMES = {"page": "Page Viewed", "screen": "Screen Viewed"}
TYPES = ("track", "page", "screen", "identify", "group", "alias")
# Segment's short routes.
SHORT_TYPES = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}
SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a request says of all its messages."""

    received_at: datetime
    max_age: timedelta
    sent_at: object = None
    # The type of messages that do not name theirs, from the route.
    default_type: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """rows: {index, type, name, kinds, values, …} as private.message; errors: {index, messageId, code, …}."""

    size: int
    rows: list[Json]
    rejected: list[Json]
    generated: list[Json]


def type_of_route(segment: str | None) -> str | None:
    """The type that a /v1/ route stands for; None for the batch routes and our own URL."""
    kind = SHORT_TYPES.get(segment or "", segment)
    return kind if kind in TYPES else None


def unpack(body: object) -> list[object]:
    """The raw messages of a body: those of its batch, or itself. Raises 422."""
    if not isinstance(body, dict):
        raise refuse(Invalid("message_not_object").as_error())
    if "batch" not in body:
        return [body]
    batch = body["batch"]
    if not isinstance(batch, list) or not 1 <= len(batch) <= limits.BATCH_MESSAGES:
        raise refuse(Invalid("batch_invalid", "/batch").as_error())
    return batch


def read_batch(raw_messages: list[object], envelope: Envelope) -> Batch:
    """Every message either as a row or as a rejection that names what is wrong with it."""
    batch = Batch(len(raw_messages), [], [], [])
    for index, raw in enumerate(raw_messages):
        message_id = raw.get("messageId") if isinstance(raw, dict) else None
        try:
            row = read_message(raw, envelope)
        except Invalid as error:
            named = message_id if isinstance(message_id, str) else None
            batch.rejected.append({"index": index, "messageId": named, **error.as_error()})
            continue
        if not message_id:
            batch.generated.append({"index": index, "messageId": row["message_id"]})
        batch.rows.append({"index": index, **row})
    return batch


def read_message(raw: object, envelope: Envelope) -> Json:
    """The row of one message. Raises Invalid."""
    message = _object(raw)
    kind = _type(message, envelope)
    row: Json = {
        "type": kind,
        "name": _name(message, kind),
        "message_id": _id(message, "messageId") or str(uuid.uuid4()),
        "user_hash": _id(message, "userHash"),
        "occurred_at": _occurred_at(message, envelope).isoformat(),
        "properties": _properties(message, kind),
        "context": _context(message),
        "traits": None,
    }
    email = _email(message, kind)
    if kind == "identify" or email:
        traits = _traits(message) if kind == "identify" else {}
        row["traits"] = traits | ({"email": email} if email else {})
    identities = list(_identities(message, kind, email))
    if not identities:
        raise Invalid("identity_missing")
    row["kinds"], row["values"] = map(list, zip(*identities, strict=True))
    return row


def _object(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise Invalid("message_not_object")
    refuse_unstorable(raw)
    if len(json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()) > limits.MESSAGE_BYTES:
        raise Invalid("message_too_large")
    return raw


def refuse_unstorable(value: object) -> None:
    """Raises Invalid for what jsonb can't hold, and past the limits of depth and keys."""
    for pointer, part in _walk(value, "", 0):
        _check(part, pointer)


def _walk(value: object, pointer: str, depth: int) -> Iterator[tuple[str, object]]:
    """Everything inside a value, keys included, each with its JSON pointer. Raises past the depth limit."""
    yield pointer, value
    if depth > limits.DEPTH and isinstance(value, dict | list):
        raise Invalid("too_deep", pointer)
    if isinstance(value, dict):
        for key, item in value.items():
            yield pointer, key
            yield from _walk(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{pointer}/{index}", depth + 1)


def _check(value: object, pointer: str) -> None:
    if isinstance(value, str) and SURROGATE_OR_NUL.search(value):
        raise Invalid("character_not_storable", pointer.encode("utf-8", "replace").decode())
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid("number_not_finite", pointer)
    if isinstance(value, dict) and len(value) > limits.OBJECT_KEYS:
        raise Invalid("too_many_keys", pointer)


def _type(message: Json, envelope: Envelope) -> str:
    kind = message.get("type") or envelope.default_type
    if kind not in TYPES:
        raise Invalid("type_unknown", "/type")
    return kind


def _name(message: Json, kind: str) -> str:
    if kind != "track":
        return EVENT_NAMES.get(kind, kind)
    name = message.get("event")
    if not isinstance(name, str) or not 1 <= len(name) <= limits.EVENT_NAME_LENGTH:
        raise Invalid("event_invalid", "/event")
    return name


def _id(message: Json, name: str) -> str | None:
    """An id; a number counts as its digits and an empty string as none, as SDKs in the wild send them."""
    value = message.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > limits.ID_LENGTH:
        raise Invalid("id_invalid", f"/{name}")
    return value


def _identities(message: Json, kind: str, email: str | None) -> Iterator[tuple[str, str]]:
    """The identities a message names, the highest first."""
    user_id = _id(message, "userId")
    if kind == "alias" and not user_id:
        # Two anonymousIds can't own each other: what an alias joins must have a user to join.
        raise Invalid("identity_missing", "/userId", "An alias names the userId that previousId belongs to.")
    if user_id:
        yield "userId", user_id
    if email:
        yield "email", email
    if anonymous_id := _id(message, "anonymousId"):
        yield "anonymousId", anonymous_id
    if kind == "alias" and (previous_id := _id(message, "previousId")) and previous_id != anonymous_id:
        yield "anonymousId", previous_id


def _email(message: Json, kind: str) -> str | None:
    """The address given as `email` or, by identify, among the traits; normalised."""
    email, pointer = message.get("email"), "/email"
    if email is None and kind == "identify":
        email, pointer = _member(message, "traits").get("email"), "/traits/email"
    if email is None:
        return None
    normalised = normalise_email(email) if isinstance(email, str) else None
    if normalised is None:
        raise Invalid("email_invalid", pointer)
    return normalised


def _member(message: Json, name: str) -> Json:
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("object_expected", f"/{name}")
    return value


def _traits(message: Json) -> Json:
    traits = dict(_member(message, "traits"))
    if any(len(name) > limits.TRAIT_NAME_LENGTH for name in traits):
        raise Invalid("trait_name_too_long", "/traits")
    return traits


def _properties(message: Json, kind: str) -> Json:
    """What is stored as properties: for identify and group their traits, so that the event is complete."""
    if kind in ("identify", "group"):
        properties = dict(_member(message, "traits"))
        if group_id := _id(message, "groupId"):
            properties["groupId"] = group_id
        return properties
    properties = dict(_member(message, "properties"))
    if kind in EVENT_NAMES and isinstance(message.get("name"), str):
        properties.setdefault("name", message["name"])
    return _without_queries(properties)


def _context(message: Json) -> Json:
    """The context less the client's address, which we do not store."""
    context = {key: value for key, value in _member(message, "context").items() if key != "ip"}
    if isinstance(context.get("page"), dict):
        context["page"] = _without_queries(cast(Json, context["page"]))
    return context


def _without_queries(properties: Mapping[str, object]) -> Json:
    """Page addresses without what a query may give away (sign-in tokens, addresses); utm_* stays."""
    return {
        key: without_query(value) if key in ("url", "referrer", "search") and isinstance(value, str) else value
        for key, value in properties.items()
    }


def _occurred_at(message: Json, envelope: Envelope) -> datetime:
    """When it happened by our clock: a client's clock more than 5 minutes off is corrected by the difference."""
    received_at = envelope.received_at
    stated = _first_given(message.get("timestamp"), message.get("originalTimestamp"))
    if stated is None:
        return received_at
    occurred_at = _time(stated, "/timestamp")
    sent_at = _first_given(message.get("sentAt"), envelope.sent_at)
    if sent_at is not None:
        error = received_at - _time(sent_at, "/sentAt")
        if abs(error) > limits.CLOCK_TOLERANCE:
            occurred_at = _shift(occurred_at, error)
    if occurred_at - received_at > limits.CLOCK_TOLERANCE:
        raise Invalid("timestamp_in_future", "/timestamp")
    if received_at - occurred_at > envelope.max_age:
        raise Invalid("timestamp_too_old", "/timestamp")
    return occurred_at


def _first_given(*values: object) -> object:
    """The first that is neither null nor an empty string; 0 is a time, and [] a mistake to be named."""
    return next((value for value in values if value is not None and value != ""), None)


def _shift(moment: datetime, error: timedelta) -> datetime:
    try:
        return moment + error
    except OverflowError as overflow:
        raise Invalid("timestamp_invalid", "/timestamp") from overflow


def _time(value: object, pointer: str) -> datetime:
    """RFC 3339, or milliseconds since 1970; without an offset it is UTC."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Invalid("timestamp_invalid", pointer)
