"""From records to what is sent: checked by the API's own code, with a messageId, in batches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lib import limits
from lib.errors import CODES, Invalid
from lib.messages import Envelope, read_message
from lib.strict_json import Json
from scripts.import_events.faults import Fault
from scripts.import_events.reading import Position, Record

# Below the API's limit, for what surrounds the messages.
BATCH_BYTES = 500 * 1024
# So many refused lines in a row are noted down without waiting for a message to send.
MOST_REFUSED = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it is sent, or why its line is refused."""

    line: int
    end: Position
    message_id: str | None = None
    body: bytes = b""
    fault: Fault | None = None
    dated: bool = True


def entry(record: Record) -> Entry:
    """What becomes of a record."""
    if record.fault:
        return Entry(record.line, record.end, fault=record.fault)
    message_id: str | None = None
    try:
        message = sendable(record.message)
        message_id = given_id(message)
        read_message(message, Envelope(datetime.now(UTC), limits.MAX_AGE_SECRET))
    except Invalid as invalid:
        return Entry(record.line, record.end, message_id, fault=Fault(invalid.code, invalid.pointer, invalid.detail))
    except RecursionError:
        return Entry(record.line, record.end, fault=Fault("too_deep", "", CODES["too_deep"][1]))
    dated = any(message.get(name) not in (None, "") for name in ("timestamp", "originalTimestamp"))
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    return Entry(record.line, record.end, message_id, body, dated=dated)


def sendable(raw: object) -> Json:
    """The message with a messageId and without `sentAt`. Raises Invalid.

    By `sentAt` the API corrects a clock: one of years ago would move the event to today.
    """
    if not isinstance(raw, dict):
        raise Invalid("message_not_object")
    message = {name: value for name, value in raw.items() if name != "sentAt"}
    return message if given_id(message) else message | {"messageId": content_id(message)}


def given_id(message: Json) -> str | None:
    """The messageId as text, if there is one; what is no id is left to the API's check."""
    value = message.get("messageId")
    return None if value is None or value == "" else str(value)


def content_id(message: Json) -> str:
    """The same id for the same content, whatever the order of its keys: imported again, it is a duplicate."""
    content = {name: value for name, value in message.items() if name != "messageId"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return "import-" + hashlib.sha256(canonical.encode()).hexdigest()[:32]


def batches(entries: Iterator[Entry], most: Callable[[], int]) -> Iterator[list[Entry]]:
    """Entries in order, with at most `most()` messages in each batch; asked anew for each."""
    batch: list[Entry] = []
    messages, size, most_now = 0, 0, most()
    for each in entries:
        full = each.body and (messages == most_now or size + len(each.body) > BATCH_BYTES)
        if full or len(batch) - messages == MOST_REFUSED:
            yield batch
            batch, messages, size, most_now = [], 0, 0, most()
        batch.append(each)
        messages += bool(each.body)
        size += len(each.body) + 1
    if batch:
        yield batch
