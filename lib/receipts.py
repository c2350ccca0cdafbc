"""Receipts of what was erased, kept beside the database too: who restores a backup erases it again by them
(scripts/replay_erasures.py).

One object each: receipts/<workspace>/<erasure>.json, and receipts/<workspace>/deletion.json in place of all of these.
"""

import json
import time
from datetime import datetime
from typing import Any, cast

from lib import database, exports, storage
from lib.strict_json import Json

BATCH = 20


def folder(workspace_id: str) -> str:
    return f"receipts/{workspace_id}/"


def store_of_erasures(now: datetime, deadline: float) -> bool:
    """Stores those that are finished, until time.monotonic() says `deadline`. Returns whether some may be left.

    Raises Unavailable.
    """
    while storage.is_offered() and time.monotonic() < deadline:
        receipts = cast(list[dict[str, Any]], database.call("unstored_receipts", {"p_limit": BATCH}))
        for receipt in receipts:
            _put(f"{folder(receipt['workspaceId'])}{receipt['erasureId']}.json", receipt)
            database.call("receipt_stored", {"p_erasure": receipt["erasureId"], "p_now": now.isoformat()})
        if len(receipts) < BATCH:
            return False
    return storage.is_offered()


def store_of_deletions(now: datetime) -> None:
    """Stores those that are finished, and looks once more for what was still being written.

    Raises Unavailable.
    """
    if not storage.is_offered():
        return
    for receipt in cast(list[dict[str, Any]], database.call("recent_deletions", {"p_now": now.isoformat()})):
        exports.remove_all(receipt["workspaceId"])
        name = f"{folder(receipt['workspaceId'])}deletion.json"
        for late in storage.keys(folder(receipt["workspaceId"])):
            if late != name:
                storage.delete(late)
        if not receipt.pop("stored"):
            _put(name, receipt)
            database.call("deletion_stored", {"p_request": receipt["requestId"], "p_now": now.isoformat()})


def remove_all(workspace_id: str) -> None:
    """Those of contacts, when their workspace goes too. Raises Unavailable."""
    if storage.is_offered():
        storage.delete_all(folder(workspace_id))


def _put(key: str, receipt: Json) -> None:
    storage.put(key, json.dumps(receipt).encode(), "application/json")
