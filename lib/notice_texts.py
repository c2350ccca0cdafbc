"""What our own mails say, to owners and to whom they invite: for each kind, the subject and the content of a notice."""

import html
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lib import signing
from lib.config import config


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


def _day(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(UTC):%-d %B %Y}"


def _deletion_requested(workspace: Mapping[str, Any], variables: Mapping[str, Any]) -> tuple[str, str]:
    name = html.escape(workspace["name"])
    token = signing.seal(f"{variables['requestId']}:{variables['owner']}", "cancel-deletion")
    link = f"{config.app_url}/api/delete-workspace?keep={token}"
    content = (
        f"<h1>{name} will be deleted</h1>"
        "<p>An owner has asked for it, or wrote to us. From now on its keys refuse events and no mail leaves; "
        "a paid plan is cancelled.</p>"
        f"<p>Until {_day(variables['purgeAfter'])} (UTC) every owner can undo this, and nothing is lost. After that "
        "all its data is removed for good: events, contacts, scores, stages, mail logs and exports, and the accounts "
        f"of members who belong to no other workspace. It is done by {_day(variables['dueBy'])} at the latest.</p>"
        f'<p><a class="button" href="{html.escape(link)}">Keep the workspace</a></p>'
    )
    return f"{workspace['name']} will be deleted on {_day(variables['purgeAfter'])}", content


def _deletion_cancelled(workspace: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[str, str]:
    content = (
        f"<h1>{html.escape(workspace['name'])} is kept</h1>"
        "<p>Its deletion was cancelled. Nothing is lost; its keys and its mail work again, and a plan that was "
        "cancelled for it is resumed.</p>"
    )
    return f"{workspace['name']} is kept", content


def _deletion_receipt(workspace: Mapping[str, Any], variables: Mapping[str, Any]) -> tuple[str, str]:
    right = 'style="padding-left:24px;text-align:right"'
    rows = "".join(
        f"<tr><td>{html.escape(table.replace('_', ' '))}</td><td {right}>{int(count):,}</td></tr>"
        for table, count in sorted(variables["counts"].items())
    )
    content = (
        f"<h1>{html.escape(workspace['name'])} is deleted</h1>"
        f"<p>As asked on {_day(variables['receivedAt'])}. These rows are gone from our database, and its exports from "
        f"our storage:</p><table>{rows}</table>"
        f"<p>The number of this receipt is {variables['requestId']}. Copies in backups go when these expire.</p>"
    )
    return f"{workspace['name']} is deleted: your receipt", content


def _invitation(workspace: Mapping[str, Any], variables: Mapping[str, Any]) -> tuple[str, str]:
    name, inviter = plain_name(workspace["name"]), html.escape(variables["inviter"])
    app = html.escape(config.app_url)
    content = (
        f"<h1>Join {name} on ConversionCRM</h1>"
        f"<p>{inviter} invites you to the workspace {name}, as {ROLES[variables['role']]}.</p>"
        f'<p><a class="button" href="{app}/app/sign-up">Create your account</a></p>'
        f'<p>Sign up with this address, or <a href="{app}/app/">sign in</a> if it has an account already. '
        f"The invitation waits there until {_day(variables['until'])} (UTC).</p>"
    )
    return f"{variables['inviter']} invites you to {name} on ConversionCRM", content


ROLES = {
    "owner": "an owner, who may do everything",
    "admin": "an admin, who sees everything and changes rules, mails and settings",
    "viewer": "a viewer, who sees everything and changes nothing",
}
# Of a workspace's name in mail to a stranger.
NAME_LENGTH = 50


def plain_name(name: str) -> str:
    """A workspace's name as it may stand before somebody who has nothing to do with it: words and no more.

    Anybody names a workspace as they like, and programs make links of what looks like one, so all that could be part of
    an address or a tag is a space. It needs no escaping, and is fit for a header.
    """
    said = unicodedata.normalize("NFKC", name)
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" or letter in " -'&," else " " for letter in said)
    short = " ".join(kept.replace("&", "and").split())[:NAME_LENGTH].strip(" -',")
    return short or "a workspace"


def why(notice: Mapping[str, Any]) -> str:
    """HTML that says at the mail's end why somebody gets it."""
    if notice["kind"] == "invitation":
        inviter = html.escape(notice["variables"]["inviter"])
        return f"You get this because {inviter} named your address. If you don't know them, there is nothing to do."
    return f"You get this as an owner of the workspace {html.escape(notice['workspace']['name'])}."


KINDS = {
    "invitation": _invitation,
    "usage": _usage,
    "deletion_requested": _deletion_requested,
    "deletion_cancelled": _deletion_cancelled,
    "deletion_receipt": _deletion_receipt,
}
