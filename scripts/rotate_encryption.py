"""Encrypts every secret that Postgres keeps with the first key of ENCRYPTION_KEYS. Safe to repeat and to interrupt."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

# argparse ends with 2 where it is called wrongly.
ALL_FINE, SOME_UNREADABLE = 0, 1
PAGE = 200
FIRST = "00000000-0000-0000-0000-000000000000"

MORE = """
How to change the key, without a moment in which anything can't be read:
  1. Make one (openssl rand -base64 32), put it first: ENCRYPTION_KEYS=new:…,old:…
     and deploy. New values use it, old ones are still read.
  2. Run this with the deployment's environment, first with --dry-run.
  3. When it says that nothing is left to do, take the old key out and deploy.

The environment is the deployment's (.env.example): SUPABASE_URL,
SUPABASE_SECRET_KEY, ENCRYPTION_KEYS and the others that every function needs.

Nothing secret is printed. A value that no key opens is named by its workspace,
left as it is, and has to be entered again by its owner.

Exit status
  0 all fine, 1 some values could not be read, 2 wrong options or environment
"""


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.rotate_encryption", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    dry_run = parser.parse_args(given).dry_run
    from lib.errors import ConfigError

    try:
        from lib import encryption  # reads the environment at import, which --help must not need
    except ConfigError as error:
        parser.error(str(error))
    if not encryption.can_encrypt():
        parser.error("ENCRYPTION_KEYS is not set")
    done = Counter(_rotate(entry, dry_run) for entry in _entries())
    print(", ".join(f"{count} {what}" for what, count in sorted(done.items())) or "There are no secrets.")
    return SOME_UNREADABLE if done["unreadable"] else ALL_FINE


def _entries() -> Iterator[dict[str, Any]]:
    """Every encrypted value: {purpose, workspaceId, value}."""
    from lib import database

    after = FIRST
    while page := database.call("encrypted_values", {"p_after": after, "p_limit": PAGE}):
        entries = cast(list[dict[str, Any]], page)
        yield from entries
        after = entries[-1]["workspaceId"]


def _rotate(entry: dict[str, Any], dry_run: bool) -> str:
    """What became of one value, in a word or two."""
    from lib import database, encryption

    before, bound_to = entry["value"], (entry["purpose"], entry["workspaceId"])
    try:
        secret = encryption.decrypt(before, *bound_to)
    except encryption.Undecryptable as error:
        print(f"unreadable: {' of workspace '.join(bound_to)}, by key {error}", file=sys.stderr)
        return "unreadable"
    if encryption.is_current(before):
        return "up to date"
    if dry_run:
        return "to encrypt anew"
    after = encryption.encrypt(secret, *bound_to)
    arguments = {"p_workspace": entry["workspaceId"], "p_before": before, "p_after": after}
    return "encrypted anew" if database.call("replace_encrypted_value", arguments) else "changed meanwhile"


if __name__ == "__main__":
    sys.exit(main())
