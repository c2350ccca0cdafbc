"""Our own mail to owners: each notice is sent once, through Resend, whatever the workspace's own mail goes by."""

import html
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from lib import database, layout, mailer
from lib.config import config
from lib.log import log
from lib.mail import Email, Outcome, mailbox, one_line
from lib.plain_text import plain_text

CLAIM_SIZE = 5
# Of the function's 60: one call of Resend may take 30.
BUDGET_SECONDS = 25.0


def drain(now: datetime, began: float) -> int:
    """Sends what is due, as long as there is time since `began` (time.monotonic()). Returns how many have been sent."""
    sent = 0
    arguments = {"p_limit": CLAIM_SIZE, "p_now": now.isoformat()}
    while time.monotonic() < began + BUDGET_SECONDS:
        claimed = cast(list[dict[str, Any]], database.call("claim_notices", arguments))
        if not claimed:
            break
        for notice in claimed:
            # What is left of the claim is free again in two minutes.
            if time.monotonic() < began + BUDGET_SECONDS:
                sent += _deliver(notice, now)
    return sent


def _deliver(notice: Mapping[str, Any], now: datetime) -> bool:
    outcome = mailer.send(render(notice), notice["id"])
    ending: dict[str, str | None] = {"p_status": outcome.status, "p_send_at": None}
    if outcome.status == "retry":
        # For 23 hours (claim_notices).
        again = now + timedelta(seconds=pause(outcome, notice["attempts"]))
        ending = {"p_status": "queued", "p_send_at": again.isoformat()}
    database.call("finish_notice", {"p_id": notice["id"], "p_claim": notice["claim"], **ending})
    log(event="notice", noticeId=notice["id"], kind=notice["kind"], outcome=outcome.status)
    return outcome.status == "sent"


def pause(outcome: Outcome, attempts: int) -> float:
    """Seconds until the next attempt: what Resend asks for, else twice the pause before, up to an hour."""
    return outcome.retry_after or min(3600.0, 60.0 * 2 ** (attempts - 1))


def render(notice: Mapping[str, Any]) -> Email:
    """The same text at every attempt, or Resend would refuse its key."""
    subject, content = KINDS[notice["kind"]](notice["workspace"], notice["variables"])
    why = f"You get this because you own the workspace {html.escape(notice['workspace']['name'])}."
    return email(notice["to"], subject, content, why)


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


def _usage(workspace: Mapping[str, Any], variables: Mapping[str, Any]) -> tuple[str, str]:
    what, used, quota = variables["meter"], variables["used"], variables["quota"]
    name = html.escape(workspace["name"])
    if variables["percent"] == 100:
        subject = f"{workspace['name']} has used all {quota:,} {what} of its plan"
        effect = "Marketing mail pauses until there is room again. Events are still taken, scored and kept, every one."
    else:
        subject = f"{workspace['name']} has used {variables['percent']} % of the {what} of its plan"
        effect = "Nothing changes yet. When all is used up, marketing mail pauses; events are still taken and kept."
    said = f"has sent {used:,} emails this month (UTC)" if what == "emails" else f"has {used:,} {what}"
    content = (
        f"<h1>{used:,} of {quota:,} {what}</h1><p>{name} {said}; its plan includes {quota:,}.</p>"
        f"<p>{effect}</p><p>A larger plan has room at once.</p>"
        f'<p><a class="button" href="{html.escape(config.app_url)}">Look at your plan</a></p>'
    )
    return subject, content


KINDS = {"usage": _usage}
