"""Our own mail, to owners and whom they invite: each notice once, through Resend, whatever other mail goes by."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from lib import database, layout, limits, mailer, notice_texts, signing
from lib.config import config
from lib.log import log
from lib.mail import Email, Outcome, mailbox, one_line
from lib.plain_text import plain_text

CLAIM_SIZE = 5
# Of the function's 60: one call of Resend may take 30.
BUDGET_SECONDS = 25.0
PERSON_SECONDS = 5.0


def drain(now: datetime, began: float, seconds: float = BUDGET_SECONDS) -> int:
    """Sends what is due, as long as there is time since `began` (time.monotonic()). Returns how many have been sent."""
    sent = 0
    arguments = {"p_limit": CLAIM_SIZE, "p_now": now.isoformat()}
    while time.monotonic() < began + seconds:
        claimed = cast(list[dict[str, Any]], database.call("claim_notices", arguments))
        if not claimed:
            break
        for notice in claimed:
            # What is left of the claim is free again in two minutes.
            if time.monotonic() < began + seconds:
                sent += _deliver(notice, now)
    return sent


def drain_now() -> int:
    """Sends what is due, while somebody waits who has just caused it."""
    return drain(datetime.now(UTC), time.monotonic(), PERSON_SECONDS)


def _deliver(notice: Mapping[str, Any], now: datetime) -> bool:
    verdict = _last_look(notice, now)
    if verdict != "started":
        ended = "skipped" if verdict else "claim_lost"
        log(event="notice", noticeId=notice["id"], kind=notice["kind"], outcome=ended, reason=verdict)
        return False
    outcome = mailer.send(render(notice), notice["id"])
    ending: dict[str, str | None] = {"p_status": outcome.status, "p_reason": outcome.reason, "p_now": now.isoformat()}
    if outcome.status == "retry":
        # For 23 hours (claim_notices).
        again = now + timedelta(seconds=pause(outcome, notice["attempts"]))
        ending |= {"p_status": "queued", "p_send_at": again.isoformat()}
    database.call("finish_notice", {"p_id": notice["id"], "p_claim": notice["claim"], **ending})
    log(event="notice", noticeId=notice["id"], kind=notice["kind"], outcome=outcome.status)
    return outcome.status == "sent"


def _last_look(notice: Mapping[str, Any], now: datetime) -> str | None:
    """Says that it has "started", and counts it where strangers are mailed; else why not, None if the claim is lost."""
    arguments = {
        "p_id": notice["id"],
        "p_claim": notice["claim"],
        "p_address_key": signing.address_key(),
        "p_limits": {
            "workspace": limits.INVITATION_MAILS_PER_WORKSPACE,
            "inviter": limits.INVITATION_MAILS_PER_INVITER,
            "address": limits.INVITATION_MAILS_PER_ADDRESS,
        },
        "p_now": now.isoformat(),
    }
    return cast(str | None, database.call("start_notice", arguments))


def pause(outcome: Outcome, attempts: int) -> float:
    """Seconds until the next attempt: what Resend asks for, else twice the pause before, up to an hour."""
    return outcome.retry_after or min(3600.0, 60.0 * 2 ** (attempts - 1))


def render(notice: Mapping[str, Any]) -> Email:
    """The same text at every attempt, or Resend would refuse its key."""
    subject, content = notice_texts.KINDS[notice["kind"]](notice["workspace"], notice["variables"])
    return email(notice["to"], subject, content, notice_texts.why(notice))


def email(to: str, subject: str, content: str, why: str) -> Email:
    """Mail from us. `content` and `why` are HTML; `why` says in the footer why somebody gets it."""
    return Email(
        to=to,
        sender=mailbox("ConversionCRM", f"notices@{config.mail_domain}"),
        reply_to=None,
        subject=one_line(subject),
        html=layout.laid_out(subject, content, why),
        text=plain_text(content + f"<p>{why}</p>"),
        headers={},
    )
