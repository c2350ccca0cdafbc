"""Does what somebody asked for by mail: delete, export or correct a workspace, a contact or an account."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from tqdm import tqdm

if TYPE_CHECKING:
    from lib.errors import ApiError

# argparse ends with 2 where it is called wrongly.
ALL_FINE, NOT_DONE = 0, 1
IN_TIME = timedelta(days=30)
CONTACT_KINDS = ("userId", "email", "anonymousId", "contactId")
NOTHING_FOUND = "There is nothing of that name."

MORE = """
Whom it is about
  --workspace ID                        a workspace of ours, by its owner's wish
  --workspace ID --contact email=a@b.co an end user of that workspace, by its
                                        owner's wish (or userId=, anonymousId=,
                                        contactId=); end users themselves we send
                                        to the product that tracks them
  --account a@b.co                      an owner's or member's own account

Make sure first that it is them who ask: the mail comes from the address of an
owner, or of the account.

Examples
  privacy_request delete  --received-at 2026-11-20 --workspace ID --name Acme
  privacy_request delete  --received-at 2026-11-20 --workspace ID --contact email=a@b.co
  privacy_request export  --received-at 2026-11-20 --workspace ID --to folder
  privacy_request correct --received-at 2026-11-20 --workspace ID --contact userId=7 --trait name='"Ann"'
  privacy_request correct --received-at 2026-11-20 --account a@b.co --email c@b.co

A workspace's deletion leaves its owners the week to think again that it leaves
them in the product, or what of it the 30 days since --received-at have room for;
they get the same mails, and the scheduler does the rest. All else is done when
this ends. What is done to a workspace or a contact is in its audit log, as the
operator's.

The environment is the deployment's (.env.example).

Exit status
  0 done, 1 not done (it says why), 2 wrong options or environment
"""


class NotDone(Exception):
    """What was asked for is not possible; says why."""


def main(given: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(given)
    _check(parser, options)
    from lib.errors import ConfigError

    try:
        import lib.config  # noqa: F401 (reads the environment, which --help must not need)
        from lib.errors import ApiError
    except ConfigError as error:
        parser.error(str(error))
    due = options.received_at + IN_TIME
    print(f"Received {options.received_at:%Y-%m-%d}: has to be done by {due:%Y-%m-%d}.")
    if due < datetime.now(UTC):
        print("That day has passed.", file=sys.stderr)
    try:
        DEEDS[options.wish, _subject(options)](options)
    except (NotDone, ApiError, OSError) as error:
        print(_said(error) if isinstance(error, ApiError) else error, file=sys.stderr)
        return NOT_DONE
    return ALL_FINE


def _said(error: ApiError) -> str:
    """What is wrong, each with what it is about."""
    named = cast(list[dict[str, str]], error.extra.get("errors", []))
    return "\n".join(f"{one['pointer']}: {one['detail']}" for one in named) or error.detail


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.privacy_request", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("wish", choices=("delete", "export", "correct"))
    parser.add_argument("--received-at", metavar="TIME", type=_moment, required=True,
                        help="when the request came, as 2026-11-20 or 2026-11-20T09:30Z")  # fmt: skip
    parser.add_argument("--workspace", metavar="ID", type=_workspace, help="of whom it is, or where the contact is")
    parser.add_argument("--contact", metavar="KIND=VALUE", type=_lookup, help="an end user of the workspace")
    parser.add_argument("--account", metavar="EMAIL", help="an owner's or member's account")
    parser.add_argument("--name", help="delete: the workspace's name, to show that it is this one")
    parser.add_argument("--forever", action="store_true", help="delete: the contact never comes back")
    parser.add_argument("--to", metavar="FOLDER", type=Path, help="export: where the files go")
    parser.add_argument("--trait", metavar="NAME=JSON", type=_trait, action="append",
                        help="correct: a trait of the contact; null removes it")  # fmt: skip
    parser.add_argument("--email", metavar="EMAIL", help="correct: the account's new address")
    return parser


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if (options.workspace is None) == (options.account is None):
        parser.error("name either --workspace or --account")
    if options.contact and options.account:
        parser.error("--contact is of a --workspace")
    if (options.wish, _subject(options)) not in DEEDS:
        parser.error("a workspace's settings its owners correct themselves; name a --contact or an --account")
    needed = {
        "delete": {"workspace": "name"}, "export": dict.fromkeys(("workspace", "contact", "account"), "to"),
        "correct": {"contact": "trait", "account": "email"},
    }[options.wish].get(_subject(options))  # fmt: skip
    if needed and not getattr(options, needed):
        parser.error(f"--{needed} is missing")


def _subject(options: argparse.Namespace) -> str:
    return "account" if options.account else "contact" if options.contact else "workspace"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 2026-11-20 or 2026-11-20T09:30Z") from error
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > datetime.now(UTC):
        raise argparse.ArgumentTypeError(f"{text} has not come yet")
    return moment


def _workspace(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no workspace's id, which is a UUID") from error


def _lookup(text: str) -> dict[str, str]:
    kind, separator, value = text.partition("=")
    if kind not in CONTACT_KINDS or not separator or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not like email=a@b.co; there are {', '.join(CONTACT_KINDS)}")
    return {kind: value}


def _trait(text: str) -> tuple[str, object]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{value!r} is not JSON; text is written as '\"Ann\"'") from error


def _delete_workspace(options: argparse.Namespace) -> None:
    from lib import database, deletions

    arguments = {"p_workspace": options.workspace, "p_name": options.name, "p_actor": "operator"}
    arguments["p_received_at"] = options.received_at.isoformat()
    answer = cast(dict[str, Any], database.call("request_deletion", arguments))
    deletions.tell_owners()
    print(f"Request {answer['requestId']}: its owners can undo it until {answer['purgeAfter']}.")


def _erase_contact(options: argparse.Namespace) -> None:
    from lib import callers, contacts
    from lib.bodies import parse
    from lib.privacy_bodies import EraseBody

    asked = parse(EraseBody, {"erase": options.contact, "forever": options.forever})
    for receipt in contacts.erase(callers.acting(options.workspace, "operator"), asked):
        print(json.dumps(receipt, indent=2))


def _delete_account(options: argparse.Namespace) -> None:
    from lib import database

    gone = database.call("delete_account", {"p_email": options.account})
    if gone is None:
        raise NotDone(NOTHING_FOUND)
    print(f"The account is deleted, with {gone} memberships.")


def _export(options: argparse.Namespace) -> None:
    from lib import callers, export_builder, exports

    act = callers.acting(options.workspace, "operator")
    asked = exports.request(act, options.contact)
    while True:
        shown = exports.show(act, str(asked["exportId"]))
        if shown["status"] not in ("queued", "building"):
            break
        export_builder.sweep(datetime.now(UTC))
        time.sleep(0.2)
    if shown["status"] != "complete":
        raise NotDone(f"The export is {shown['status']}; ask for another.")

    def files() -> list[dict[str, Any]]:
        return cast(list[dict[str, Any]], exports.show(act, str(asked["exportId"]))["files"])

    _download(files, options.to)


def _download(files: Callable[[], list[dict[str, Any]]], folder: Path) -> None:
    """Each by a new link, since a link lives for a minute and a file may take as long."""
    import requests

    folder.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(len(files())), desc="Files", unit=" files", disable=None):
        file = files()[number]
        with (
            requests.get(file["url"], stream=True, timeout=(5, 60)) as answer,
            (folder / file["name"]).open("wb") as copy,
        ):
            answer.raise_for_status()
            for block in answer.iter_content(1 << 20):
                copy.write(block)
    print(f"{number + 1} files in {folder}.")


def _export_account(options: argparse.Namespace) -> None:
    from lib import database

    record = database.call("account_record", {"p_email": options.account})
    if record is None:
        raise NotDone(NOTHING_FOUND)
    options.to.mkdir(parents=True, exist_ok=True)
    (options.to / "account.json").write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    print(f"account.json in {options.to}.")


def _correct_contact(options: argparse.Namespace) -> None:
    from lib import callers, contacts
    from lib.bodies import parse
    from lib.privacy_bodies import CorrectBody

    asked = parse(CorrectBody, {"correct": options.contact, "traits": dict(options.trait)})
    print(
        json.dumps(contacts.correct(callers.acting(options.workspace, "operator"), asked), indent=2, ensure_ascii=False)
    )


def _correct_account(options: argparse.Namespace) -> None:
    import requests

    from lib import database
    from lib.config import config

    record = cast(dict[str, Any] | None, database.call("account_record", {"p_email": options.account}))
    if record is None:
        raise NotDone(NOTHING_FOUND)
    url = f"{config.supabase_url}/auth/v1/admin/users/{record['userId']}"
    change = {"email": options.email, "email_confirm": True}
    answer = requests.put(url, json=change, headers={"apikey": config.supabase_secret_key}, timeout=(3, 10))
    if not answer.ok:
        raise NotDone(f"Supabase Auth refuses that address ({answer.status_code}).")
    print("The account has its new address.")


DEEDS = {
    ("delete", "workspace"): _delete_workspace,
    ("delete", "contact"): _erase_contact,
    ("delete", "account"): _delete_account,
    ("export", "workspace"): _export,
    ("export", "contact"): _export,
    ("export", "account"): _export_account,
    ("correct", "contact"): _correct_contact,
    ("correct", "account"): _correct_account,
}


if __name__ == "__main__":
    sys.exit(main())
