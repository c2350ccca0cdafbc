"""Our own mail to owners: each notice is sent once, through Resend, whatever the workspace's own mail goes by."""

import html
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from lib import database, layout, mailer
from lib.config import config
from lib.log import log
from lib.mail import Email, mailbox, one_line
from lib.plain_text import plain_text

CLAIM_SIZE = 10
GIVE_UP_AFTER_ATTEMPTS = 12
RETRY_SECONDS = 300


def drain(now: datetime) -> int:
    """Sends what is due, some at a time. Returns how many have been sent."""
    sent = 0
    arguments = {"p_limit": CLAIM_SIZE, "p_now": now.isoformat()}
    for notice in cast(list[dict[str, Any]], database.call("claim_notices", arguments)):
        outcome = mailer.send(render(notice), notice["id"])
        again = outcome.status == "retry" and notice["attempts"] < GIVE_UP_AFTER_ATTEMPTS
        status = "queued" if again else "failed" if outcome.status == "retry" else outcome.status
        later = now + timedelta(seconds=outcome.retry_after or RETRY_SECONDS)
        ending = {"p_status": status, "p_send_at": later.isoformat() if again else None}
        database.call("finish_notice", {"p_id": notice["id"], "p_claim": notice["claim"], **ending})
        log(event="notice", noticeId=notice["id"], kind=notice["kind"], outcome=outcome.status)
        sent += outcome.status == "sent"
    return sent


def render(notice: Mapping[str, Any]) -> Email:
    """The same text at every attempt, or Resend would refuse its key."""
    subject, content = KINDS[notice["kind"]](notice["workspace"], notice["variables"])
    why = f"You get this because you own the workspace {html.escape(notice['workspace']['name'])}."
    return Email(
        to=notice["to"],
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
