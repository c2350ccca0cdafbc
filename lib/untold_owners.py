"""Owners of workspaces that are gone, who are still to get the receipt."""

import time
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from lib import database, mailer, notices


def tell(now: datetime, deadline: float) -> None:
    """Each owner once, though it may be asked for again: the key is the same, and so is the mail."""
    for owner in cast(list[dict[str, Any]], database.call("untold_owners", {"p_now": now.isoformat()})):
        if time.monotonic() > deadline:
            break
        _tell(owner, now)


def _tell(owner: dict[str, Any], now: datetime) -> None:
    who = {"p_request": owner["requestId"], "p_address": owner["to"]}
    database.call("owner_tried", {**who, "p_at": now.isoformat()})
    outcome = mailer.send(notices.render(_notice(owner)), str(uuid5(UUID(owner["requestId"]), owner["to"])))
    if outcome.status != "retry":
        database.call("owner_told", who)
    elif outcome.reason in mailer.NOT_TAKEN and "triedAt" not in owner:
        database.call("owner_tried", {**who, "p_at": None})


def _notice(owner: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "deletion_receipt",
        "to": owner["to"],
        "workspace": {"name": owner["name"]},
        "variables": owner,
    }
