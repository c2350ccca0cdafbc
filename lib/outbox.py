"""The outbox's drain: claim, render, store and check once more, send, record.

Any step may be the last one before a crash. What was claimed is claimed again when its two minutes are
over; what the provider may have seen goes again with the same key and the stored body, so it is one mail.
"""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from lib import database, mailer
from lib.log import log
from lib.mailer import Outcome
from lib.rendering import Email, TemplateFault, render
from lib.unsubscription import address_key

# Small, so that what one run has claimed is sent long before the claim ends.
CLAIM_SIZE = 10
# One call of the provider may take 30 s; this and that must fit the function's duration.
BUDGET_SECONDS = 25.0
GIVE_UP_AFTER_ATTEMPTS = 12


def drain(now: datetime) -> dict[str, int]:
    """Sends what is due. Returns how many messages ended how, as {"sent": 2, "retry": 1}."""
    outcomes: Counter[str] = Counter()
    deadline = time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < deadline:
        claim = _claim(now)
        if not claim["taken"]:
            break
        for message in claim["messages"]:
            if time.monotonic() > deadline:
                # What is left of the claim is free again in two minutes.
                break
            outcomes[_deliver(message, now)] += 1
    return dict(outcomes)


def _claim(now: datetime) -> dict[str, Any]:
    arguments = {"p_limit": CLAIM_SIZE, "p_address_key": address_key(), "p_now": now.isoformat()}
    return cast(dict[str, Any], database.call("claim_messages", arguments))


def _deliver(message: Mapping[str, Any], now: datetime) -> str:
    try:
        email = render(message)
    except TemplateFault as fault:
        return _finish(message, Outcome("failed", reason=f"template_{fault}"), now)
    if not _may_start(message, email, now):
        return "skipped"
    return _finish(message, mailer.send(email, idempotency_key=message["id"]), now)


def _may_start(message: Mapping[str, Any], email: Email, now: datetime) -> bool:
    """Stores the rendered email and looks once more whether it may go."""
    arguments = {
        "p_id": message["id"],
        "p_claim": message["claim"],
        "p_rendered": email.as_row(),
        "p_address_key": address_key(),
        "p_now": now.isoformat(),
    }
    return database.call("start_message", arguments) is True


def _finish(message: Mapping[str, Any], outcome: Outcome, now: datetime) -> str:
    if outcome.status == "retry" and message["attempts"] >= GIVE_UP_AFTER_ATTEMPTS:
        outcome = replace(outcome, status="failed")
    status, retry_at = cast(str, outcome.status), None
    if status == "retry":
        status, retry_at = "sending", now + _pause(message["attempts"], outcome.retry_after)
    arguments = {
        "p_id": message["id"],
        "p_claim": message["claim"],
        "p_status": status,
        "p_provider": "resend",
        "p_provider_message_id": outcome.provider_message_id,
        "p_reason": outcome.reason,
        "p_retry_at": retry_at.isoformat() if retry_at else None,
        "p_now": now.isoformat(),
    }
    database.call("finish_message", arguments)
    log(event="message", messageId=message["id"], workspaceId=message["workspace"]["id"], outcome=outcome.status)
    return outcome.status


def _pause(attempts: int, asked: float | None) -> timedelta:
    """What the provider asks for, else 30 s doubled by each attempt up to an hour; plus up to a quarter."""
    seconds = asked if asked is not None else min(3600.0, 30.0 * 2 ** (attempts - 1))
    return timedelta(seconds=seconds * (1 + random.random() / 4))
