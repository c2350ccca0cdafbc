"""Tells every workspace owner by email that the privacy policy has changed: each once, whatever interrupts it."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tqdm import tqdm

from scripts.local.layout import ROOT
from scripts.public_pages.policy import last_updated

if TYPE_CHECKING:  # lib reads the environment when it is imported, which --help must not need
    from lib.mail import Outcome

# argparse ends with 2 where it is called wrongly.
ALL_FINE, SOME_NOT_TOLD, STOPPED, INTERRUPTED = 0, 1, 3, 130
POLICY = ROOT / "docs/privacy-policy.md"
LONGEST = 10_000  # characters; the database takes no more
# So many in a row are no coincidence: a key that is wrong, or a domain that is not verified.
REFUSALS_IN_A_ROW = 3

MORE = """
How to announce a change:
  1. Change docs/privacy-policy.md and its date, make the page anew
     (python -m scripts.public_pages), and deploy.
  2. Write what changed, in plain words, into a file. Markdown will do: an empty
     line between paragraphs, "- " before the points of a list.
  3. Run this without --send. It shows the mail and says how many would get it.
  4. Run it with --send.

The date is the one in docs/privacy-policy.md, and each owner gets one mail for
it. Who is told is decided when --send is first run for a date: owners of
workspaces whose deletion was asked for too, an owner of several workspaces
once, later ones not at all. With what words is decided then as well.

Interruptions
  Whatever interrupts it, the same command goes on where it was; --changes may
  be left out then. What a killed run had in hand is taken up two minutes later.
  Two at once share the work. A mail that Resend refused is tried again by the
  next run; one that it may have sent is not repeated after 23 hours.

The environment is the deployment's (.env.example): APP_URL, SUPABASE_URL,
SUPABASE_SECRET_KEY, RESEND_API_KEY, MAIL_DOMAIN and the others that every
function needs. Mail goes at RESEND_PER_SECOND; of a plan's 100 mails a day the
rest waits here for the next day, or for the next run.

Exit status
  0 all fine, 1 some owners could not be told, 2 wrong options or environment,
  3 stopped before the end, 130 interrupted
"""


class Stop(Exception):
    """Nothing more can be sent now; says what to do."""


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.announce_policy", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--changes", metavar="FILE", type=Path, help="what changed, for the owners to read")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--send", action="store_true", help="send it")
    how.add_argument("--dry-run", action="store_true", help="show the mail, say how many would get it, and send "
                     "nothing; this is what happens without --send, too")  # fmt: skip
    options = parser.parse_args(given)
    given_changes = _read(parser, options.changes)
    from lib.errors import ConfigError

    try:
        import lib.config  # noqa: F401 (what needs it is imported where it is needed)
    except ConfigError as error:
        parser.error(str(error))
    try:
        return announced(last_updated(POLICY.read_text()), given_changes, send=options.send)
    except Stop as stop:
        print(stop, file=sys.stderr)
        return STOPPED
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on where it was.", file=sys.stderr)
        return INTERRUPTED


def _read(parser: argparse.ArgumentParser, file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        changes = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"--changes: {file} can't be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}")
    if not changes or len(changes) > LONGEST:
        parser.error(f"--changes: {file} must say what changed, in {LONGEST:,} characters at most")
    return changes


def announced(policy_date: date, given: str | None, *, send: bool) -> int:
    """Shows the announcement, or sends it to whom it has not been sent yet. Returns the exit status."""
    from scripts.policy_mail import page_fault

    standing = _call("announcement_status", policy_date)
    changes = checked(policy_date, given, standing)
    fault = page_fault(policy_date)
    if not send:
        print(preview(policy_date, changes, standing))
        if fault:
            print(f"\nBefore --send: {fault}")
        return ALL_FINE
    if fault:
        raise Stop(fault)
    standing = _call("announce_policy", policy_date, p_changes=changes)
    changes = checked(policy_date, given, standing)  # another run may have been first
    with tqdm(total=standing["owners"], unit=" owners", disable=not sys.stderr.isatty(), leave=False) as bar:
        standing = send_all(policy_date, changes, standing, bar)
    print(summary(policy_date, standing))
    return SOME_NOT_TOLD if standing["failed"] or standing["unknown"] else ALL_FINE


def checked(policy_date: date, given: str | None, standing: dict[str, Any]) -> str:
    """The words of the announcement. Raises Stop when there are none, or others than were sent already."""
    before = cast(str | None, standing["changes"])
    if before is None and standing["lastPolicy"] and standing["lastPolicy"] > policy_date.isoformat():
        raise Stop(
            f"{POLICY.name} is of {policy_date}, and the later policy of {standing['lastPolicy']} has been announced: "
            "is this an old checkout?"
        )
    if before is None and given is None:
        raise Stop("Say what changed: --changes FILE.")
    if before is not None and given not in (None, before):
        raise Stop(
            f"The policy of {policy_date} is being announced with other words already. Leave --changes out to go on "
            f"with them; for another announcement give {POLICY.name} a new date."
        )
    return cast(str, before or given)


def send_all(policy_date: date, changes: str, standing: dict[str, Any], bar: tqdm[Any]) -> dict[str, Any]:
    """Sends until nothing is queued any more, by this run or another. Returns how it stands then."""
    refusals = 0
    while standing["queued"]:
        show(bar, standing)
        while taken := _call("claim_announcement", policy_date):
            outcome = deliver(policy_date, changes, taken)
            refusals = refusals + 1 if outcome.status == "failed" else 0
            if refusals == REFUSALS_IN_A_ROW:
                raise Stop(f"Resend refuses the mail: {outcome.reason}. Set it right, then the same command goes on.")
            bar.update(outcome.status != "retry")
        standing = _call("announcement_status", policy_date)
        if standing["queued"]:
            show(bar, standing)
            # Not for as long as it says: another run may be done with it sooner.
            time.sleep(min(1.0, max(0.1, standing["nextInSeconds"])))
    return standing


def deliver(policy_date: date, changes: str, taken: dict[str, Any]) -> Outcome:
    from lib import mailer, notices
    from lib.mail import Outcome
    from scripts.policy_mail import mail

    outcome = Outcome("failed", reason="no_address")
    if taken["to"]:
        outcome = mailer.send(mail(taken["to"], policy_date, changes), taken["id"])
    again = outcome.status == "retry"
    ending = {
        "p_status": "queued" if again else outcome.status,
        "p_reason": outcome.reason,
        "p_pause": notices.pause(outcome, taken["attempts"]) if again else 0,
        "p_refused": outcome.status == "failed" or outcome.reason in mailer.NOT_TAKEN,
    }
    _call("finish_announcement", None, p_id=taken["id"], p_claim=taken["claim"], **ending)
    return outcome


def preview(policy_date: date, changes: str, standing: dict[str, Any]) -> str:
    from scripts.policy_mail import mail

    shown = mail("owner@example.com", policy_date, changes)
    owners, left = standing["owners"], standing["queued"]
    if standing["changes"] is None:
        would = f"{owners:,} {plural('owner', owners)} would get this mail. Nothing was sent; --send sends it."
    elif left:
        would = f"{owners - left:,} of {owners:,} owners are done; {left:,} would still get it. Nothing was sent now."
    else:
        would = f"{summary(policy_date, standing)}\nNothing was sent now."
    return f"From: {shown.sender}\nSubject: {shown.subject}\n\n{shown.text}\n\n{'-' * 72}\n{would}"


def summary(policy_date: date, standing: dict[str, Any]) -> str:
    lines = [f"The policy of {policy_date} was announced to {standing['sent']:,} of {standing['owners']:,} owners."]
    if standing["failed"]:
        lines.append(f"Refused: {standing['failed']:,}. The same command tries them again.")
    if standing["unknown"]:
        lines.append(f"May have been sent, and are not repeated: {standing['unknown']:,}.")
    if standing["failed"] or standing["unknown"]:
        lines.append("Who: select user_id, status, reason from private.announcements where status <> 'sent'")
    return "\n".join(lines)


def show(bar: tqdm[Any], standing: dict[str, Any]) -> None:
    bar.n = standing["owners"] - standing["queued"]
    waits = standing["nextInSeconds"] or 0
    bar.set_description_str(f"waiting {waits:,.0f} s" if waits >= 1 else "")


def plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


def _call(function: str, policy_date: date | None, **arguments: object) -> dict[str, Any]:
    """Raises Stop when the database does not answer."""
    from lib import database
    from lib.errors import ApiError

    if policy_date:
        arguments["p_policy_date"] = policy_date.isoformat()
    try:
        return cast(dict[str, Any], database.call(function, arguments))
    except ApiError as error:
        raise Stop(f"{function}: the database answers {error.code}. The same command goes on where it was.") from error


if __name__ == "__main__":
    sys.exit(main())
