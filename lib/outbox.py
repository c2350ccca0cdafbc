"""The outbox's drain: claim, render, store and check once more, send, record.

Any step may be the last one before a crash. What was claimed is claimed again when its two minutes are
over; what Resend may have seen goes again with the same key and the stored body, so it is one mail. What an SMTP server
may have seen does not go again.
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
from lib.mail import Email, Outcome
from lib.rendering import TemplateFault, render
from lib.signing import address_key
from lib.unsubscription import address_hash

# Small, so that what one run has claimed is sent long before the claim ends.
CLAIM_SIZE = 10
# One call of the provider may take 30 s; this and that must fit the function's duration.
BUDGET_SECONDS = 25.0
GIVE_UP_AFTER_ATTEMPTS = 12


def drain(now: datetime) -> dict[str, int]:
    """Sends what is due. Returns how many messages ended how, as {"sent": 2, "retry": 1}."""
    outcomes: Counter[str] = Counter()
    deadline = time.monotonic() + BUDGET_SECONDS
    # Workspaces whose own server has failed in this run, and how: their other mail waits, and holds up nobody's.
    troubled: dict[str, Outcome] = {}
    while time.monotonic() < deadline:
        claim = _claim(now)
        if not claim["taken"]:
            break
        for message in claim["messages"]:
            if time.monotonic() > deadline:
                # What is left of the claim is free again in two minutes.
                break
            outcomes[_deliver(message, troubled, now)] += 1
    return dict(outcomes)


def _claim(now: datetime) -> dict[str, Any]:
    arguments = {"p_limit": CLAIM_SIZE, "p_address_key": address_key(), "p_now": now.isoformat()}
    return cast(dict[str, Any], database.call("claim_messages", arguments))


def _deliver(message: Mapping[str, Any], troubled: dict[str, Outcome], now: datetime) -> str:
    waits = _wait(message, troubled)
    if waits:
        return _finish(message, waits, now, begun=False)
    try:
        email = render(message)
    except TemplateFault as fault:
        return _finish(message, Outcome("failed", reason=f"template_{fault}"), now, begun=False)
    if not _may_start(message, email, now):
        return "skipped"
    if message["provider"] == "smtp":
        return _finish(message, _send_by_smtp(message, email, troubled), now)
    return _finish(message, mailer.send(email, message["id"]), now)


def _wait(message: Mapping[str, Any], troubled: Mapping[str, Outcome]) -> Outcome | None:
    """Why a message of a workspace with its own server is not tried now."""
    if message["provider"] != "smtp":
        return None
    if message["smtp"] is None:
        return Outcome("retry", reason="smtp_not_verified")
    return troubled.get(message["workspace"]["id"])


def _send_by_smtp(message: Mapping[str, Any], email: Email, troubled: dict[str, Outcome]) -> Outcome:
    from lib import smtp, smtp_settings  # for the few that need it: cryptography costs a cold start

    workspace_id = message["workspace"]["id"]
    outcome = smtp_settings.send(message["smtp"], workspace_id, email, message["id"])
    if outcome.reason in smtp.SERVER_FAULTS:
        troubled[workspace_id] = Outcome("retry", reason=outcome.reason)
        smtp_settings.record(workspace_id, message["smtp"], outcome)
    return outcome


def _may_start(message: Mapping[str, Any], email: Email, now: datetime) -> bool:
    """Stores the rendered email and looks once more whether it may go."""
    arguments = {
        "p_id": message["id"],
        "p_claim": message["claim"],
        "p_rendered": email.as_row() | {"provider": message["provider"]},
        "p_address_key": address_key(),
        "p_now": now.isoformat(),
    }
    return database.call("start_message", arguments) is True


def _finish(message: Mapping[str, Any], outcome: Outcome, now: datetime, *, begun: bool = True) -> str:
    if outcome.status == "retry" and message["attempts"] >= GIVE_UP_AFTER_ATTEMPTS:
        outcome = replace(outcome, status="failed")
    arguments = {
        "p_id": message["id"],
        "p_claim": message["claim"],
        # What an attempt has begun with, later ones go on with.
        "p_provider": message["provider"] if begun else None,
        "p_reason": outcome.reason,
        "p_now": now.isoformat(),
    }
    if outcome.bounced:
        bounced = address_hash(message["workspace"]["id"], message["to"])
        database.call("bounce_message", arguments | {"p_address_hash": bounced})
    else:
        database.call("finish_message", arguments | _ending(message, outcome, now, begun=begun))
    log(event="message", messageId=message["id"], workspaceId=message["workspace"]["id"], outcome=outcome.status)
    return outcome.status


def _ending(message: Mapping[str, Any], outcome: Outcome, now: datetime, *, begun: bool) -> dict[str, object]:
    again = outcome.status == "retry"
    retry_at = (now + _pause(message["attempts"], outcome.retry_after)).isoformat() if again else None
    # `sending` says that a provider may have seen it, now or earlier.
    waiting = "sending" if begun or message["rendered"] else "queued"
    return {
        "p_status": waiting if again else outcome.status,
        "p_provider_message_id": outcome.provider_message_id,
        "p_retry_at": retry_at,
    }


def _pause(attempts: int, asked: float | None) -> timedelta:
    """What the provider asks for, else 30 s doubled by each attempt up to an hour; plus up to a quarter."""
    seconds = asked if asked is not None else min(3600.0, 30.0 * 2 ** (attempts - 1))
    return timedelta(seconds=seconds * (1 + random.random() / 4))
