"""What an end user may ask for: to know what is held of them, to have it put right, and to be erased."""

import time
from datetime import UTC, datetime
from typing import Any, cast

from lib import chunks, database, exports, limits, messages, receipts, signing
from lib.callers import Ask
from lib.errors import Invalid, Unavailable, refuse
from lib.log import log
from lib.messages import Envelope
from lib.privacy_bodies import AccessBody, CorrectBody, EraseBody
from lib.strict_json import Json

# What a request may spend on removing what it has made invisible; a sweep goes on with the rest.
PURGE_SECONDS = 20.0


def access(ask: Ask, asked: AccessBody) -> Json:
    """{"contact", "events", "mails", "next"}: a page of everything that is held. Raises 404 and 409."""
    after = asked.after and asked.after.as_json()
    return cast(Json, ask("access_contact", {"p_lookup": asked.access.as_json(), "p_after": after}))


def correct(ask: Ask, asked: CorrectBody) -> Json:
    """{"contactId", "traits", "email"}, as they are now. Raises 404, 409 and 422."""
    arguments = {
        "p_lookup": asked.correct.as_json(),
        "p_message": _identify(asked.traits),
        "p_tombstone_key": signing.tombstone_key(),
    }
    return cast(Json, ask("correct_contact", arguments))


def erase(ask: Ask, asked: EraseBody) -> list[Json]:
    """The receipts of all that the lookup names, once they are out of sight and, mostly, gone. Raises 404."""
    deadline = time.monotonic() + PURGE_SECONDS
    keys = {"tombstone": signing.tombstone_key(), "address": signing.address_key()}
    arguments = {"p_lookup": asked.erase.as_json(), "p_keys": keys, "p_forever": asked.forever}
    given = cast(list[dict[str, Any]], ask("erase_contacts", arguments))
    now = datetime.now(UTC)
    chunks.remove("purge_erased", now, deadline)
    try:
        exports.clean(now, given[0]["workspaceId"])
        receipts.store_of_erasures(now, deadline)
    except Unavailable:
        log(event="storage_waits")  # exports are withdrawn already; the sweeps do the rest
    return cast(list[Json], database.call("erasures_of", {"p_ids": [receipt["erasureId"] for receipt in given]}))


def _identify(traits: dict[str, Any]) -> Json:
    """The row of an identify that says so of a user; which one it is, the SQL function fills in."""
    now = datetime.now(UTC)
    try:
        row = messages.read_message(
            {"type": "identify", "userId": "-", "traits": traits, "messageId": f"correction:{time.time_ns()}"},
            Envelope(now, limits.MAX_AGE_SECRET),
        )
    except Invalid as error:
        raise refuse(error.as_error()) from error
    return {"index": 0, **row}
