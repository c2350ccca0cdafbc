"""Segment-spec messages: from whatever a client sends to the rows that the SQL function track() takes.

Pure: data in, rows and rejections out.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from lib import limits, timestamps
from lib.emails import normalise_email
from lib.errors import Invalid, refuse
from lib.guard import guarded
from lib.redaction import without_queries
from lib.storable import refuse_unstorable, storable
from lib.strict_json import Json

# What a page or a screen counts as.
EVENT_NAMES = {"page": "Page Viewed", "screen": "Screen Viewed"}
TYPES = ("track", "page", "screen", "identify", "group", "alias")
# The client's address, which the context of a server's SDK may hold.
ADDRESS_KEYS = ("ip", "ip_address", "ipaddress", "client_ip", "clientip")
# Segment's short routes.
SHORT_TYPES = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias"}


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
    """rows: {index, type, name, kinds, values, …} as private.message; rejected: {index, messageId, code, …}."""

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
            named = storable(message_id) if isinstance(message_id, str) else None
            batch.rejected.append({"index": index, "messageId": named, **error.as_error()})
            continue
        if message_id is None or message_id == "":
            batch.generated.append({"index": index, "messageId": row["message_id"]})
        batch.rows.append({"index": index, **row})
    return batch


def read_message(raw: object, envelope: Envelope) -> Json:
    """The row of one message. Raises Invalid."""
    message = _object(raw)
    kind = _type(message, envelope)
    email = _email(message, kind)
    identities = list(_identities(message, kind, email))
    if not identities:
        raise Invalid("identity_missing")
    names, kinds, values = map(list, zip(*identities, strict=True))
    row: Json = {
        "type": kind,
        "kinds": kinds,
        "values": values,
        "message_id": _id(message, "messageId") or str(uuid.uuid4()),
        "user_hash": _id(message, "userHash"),
        "occurred_at": _occurred_at(message, envelope).isoformat(),
    }
    content = {
        "name": without_queries(_name(message, kind)),
        "properties": without_queries(_properties(message, kind, email)),
        "context": without_queries(_context(message, kind)),
        "traits": without_queries(_written_traits(message, kind, email)),
    }
    ids = dict(zip(names, values, strict=True)) | {"messageId": cast(str, row["message_id"])}
    if kind == "group":
        ids["groupId"] = _group_id(message)
    return row | content | guarded(content, ids, kind)


def _object(raw: object) -> Json:
    if not isinstance(raw, dict):
        raise Invalid("message_not_object")
    refuse_unstorable(raw)
    if len(json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()) > limits.MESSAGE_BYTES:
        raise Invalid("message_too_large")
    return raw


def _type(message: Json, envelope: Envelope) -> str:
    kind = message.get("type")
    if kind is None or kind == "":
        kind = envelope.default_type
    if not isinstance(kind, str) or kind not in TYPES:
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


def _identities(message: Json, kind: str, email: str | None) -> Iterator[tuple[str, str, str]]:
    """The identities a message names, the highest first: the member that names it, its kind, its value."""
    user_id = _id(message, "userId")
    if kind == "alias" and not user_id:
        # Two anonymousIds can't own each other: what an alias joins must have a user to join.
        raise Invalid("identity_missing", "/userId", "An alias names the userId that previousId belongs to.")
    if user_id:
        yield "userId", "userId", user_id
    if email:
        yield "email", "email", email
    if anonymous_id := _id(message, "anonymousId"):
        yield "anonymousId", "anonymousId", anonymous_id
    if kind == "alias" and (previous_id := _id(message, "previousId")) and previous_id != anonymous_id:
        yield "previousId", "anonymousId", previous_id


def _email(message: Json, kind: str) -> str | None:
    """The address given as `email` or, by identify, among the traits; normalised."""
    email, pointer = message.get("email"), "/email"
    if email is None and kind == "identify":
        email, pointer = _traits(message).get("email"), "/traits/email"
    if email is None:
        return None
    normalised = normalise_email(email) if isinstance(email, str) else None
    if normalised is None:
        raise Invalid("email_invalid", pointer)
    return normalised


def _member(message: Json, name: str, inside: str = "") -> Json:
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("object_expected", f"{inside}/{name}")
    return value


def _traits(message: Json) -> Json:
    """What identify and group say; RudderStack's SDKs put what identify says into the context."""
    traits = _member(_member(message, "context"), "traits", "/context") | _member(message, "traits")
    if any(len(name) > limits.TRAIT_NAME_LENGTH for name in traits):
        raise Invalid("trait_name_too_long", "/traits")
    return traits


def _written_traits(message: Json, kind: str, email: str | None) -> Json | None:
    """What the message says of its contact; None when it says nothing."""
    written = {}
    if kind == "identify":
        written = _traits(message)
    elif kind == "group":
        # Among an event's properties `groupId` is the id, so it can't be one of the company's traits too.
        company = {key: value for key, value in _member(message, "traits").items() if key != "groupId"}
        written = {"company": {**company, "id": _group_id(message)}}
    if email:
        written["email"] = email
    return written if written or kind == "identify" else None


def _group_id(message: Json) -> str:
    group_id = _id(message, "groupId")
    if not group_id:
        raise Invalid("group_id_missing", "/groupId")
    return group_id


def _properties(message: Json, kind: str, email: str | None) -> Json:
    """What is stored as properties: for identify and group their traits, so that the event is complete.

    All that an identify writes can be read from its properties and its context's traits (private.traits_said()).
    """
    if kind == "identify":
        return _member(message, "traits") | ({"email": email} if email else {})
    if kind == "group":
        return _member(message, "traits") | {"groupId": _group_id(message)}
    properties = dict(_member(message, "properties"))
    if kind in EVENT_NAMES and isinstance(message.get("name"), str):
        properties.setdefault("name", message["name"])
    return properties


def _context(message: Json, kind: str) -> Json:
    """The context less the client's address, which we do not store."""
    context = {key: value for key, value in _member(message, "context").items() if key.lower() not in ADDRESS_KEYS}
    if kind == "identify" and (group_id := _id(message, "groupId")):
        context.setdefault("groupId", group_id)  # where the Segment spec has it; among the traits it would be one
    return context


def _occurred_at(message: Json, envelope: Envelope) -> datetime:
    stated = timestamps.first_given(message.get("timestamp"), message.get("originalTimestamp"))
    sent_at = timestamps.first_given(message.get("sentAt"), envelope.sent_at)
    return timestamps.occurred_at(stated, sent_at, envelope.received_at, envelope.max_age)
