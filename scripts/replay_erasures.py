"""Erases again, after a backup was restored, whoever and whatever was erased since it was made. Safe to repeat."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from tqdm import tqdm

# argparse ends with 2 where it is called wrongly.
ALL_FINE, NOT_DONE = 0, 1
PAGE = 2000
SWEEPS = 200

MORE = """
When to run it
  After a backup was restored, before the deployment is open again: what had been
  erased since the backup was made is in it, and may be mailed.

  1. Keep the scheduler off and let no events in (set the deployment to pause).
  2. Run this with the deployment's environment, first with --dry-run.
  3. Run it without. It ends when nothing of what it found is left.

What it goes by are the receipts beside the database: the objects receipts/… of
S3_BUCKET, or --receipts, a folder with copies of them. They hold hashes, which
SIGNING_SECRET must have made: it must be the one from before.

Who came after the erasure of an earlier self, and lawfully, is left alone. So is
who had, when the backup was made, something of the erased that became theirs
later, such as a browser: that alone goes.

Exit status
  0 all fine, 1 something is left (run it again), 2 wrong options or environment
"""


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.replay_erasures", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and erase nothing")
    parser.add_argument("--receipts", metavar="FOLDER", type=Path, help="copies of the receipts, instead of S3_BUCKET")
    options = parser.parse_args(given)
    from lib.errors import ConfigError

    try:
        from lib import storage  # reads the environment, which --help must not need
    except ConfigError as error:
        parser.error(str(error))
    if options.receipts and not options.receipts.is_dir():
        parser.error(f"--receipts: there is no folder {options.receipts}")
    if options.receipts is None and not storage.is_offered():
        parser.error("S3_BUCKET is not set; name a folder with copies of the receipts (--receipts)")
    receipts = list(_in_folder(options.receipts) if options.receipts else _in_bucket())
    deletions = [receipt for receipt in receipts if "erasureId" not in receipt]
    erasures = [receipt for receipt in receipts if "erasureId" in receipt]
    print(f"{len(deletions)} receipts of workspaces, {len(erasures)} of contacts.")
    workspaces = sum(_delete_again(receipt, options.dry_run) for receipt in deletions)
    contacts = sum(_erase_again(workspace, found, options.dry_run) for workspace, found in _by_workspace(erasures))
    print(f"{workspaces} workspaces and {contacts} contacts {'are' if options.dry_run else 'were'} back.")
    return ALL_FINE if options.dry_run or _sweep() else NOT_DONE


def _in_folder(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.rglob("*.json")):
        yield json.loads(file.read_text())


def _in_bucket() -> Iterator[dict[str, Any]]:
    from lib import storage

    for key in storage.keys("receipts/"):
        if (content := storage.get(key)) is not None:
            yield json.loads(content)


def _by_workspace(receipts: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    found = defaultdict(list)
    for receipt in receipts:
        found[receipt["workspaceId"]].append(receipt)
    yield from tqdm(found.items(), desc="Workspaces", unit=" workspaces", disable=None)


def _delete_again(receipt: dict[str, Any], dry_run: bool) -> bool:
    from lib import database

    return cast(bool, database.call("replay_deletion", {"p_receipt": receipt, "p_is_dry": dry_run}))


def _erase_again(workspace_id: str, receipts: list[dict[str, Any]], dry_run: bool) -> int:
    """Returns how many contacts of those receipts there are."""
    from lib import database, signing

    # Who was erased twice has a hash in two receipts: what came before the later one goes.
    receipts = sorted(receipts, key=lambda receipt: datetime.fromisoformat(receipt["requestedAt"]))
    erased = {hash_: receipt["requestedAt"] for receipt in receipts for hash_ in receipt["tombstones"]}
    if not dry_run:
        for receipt in receipts:
            database.call("replay_receipt", {"p_receipt": receipt})
    keys = {"tombstone": signing.tombstone_key(), "address": signing.address_key()}
    count = 0
    for contact, is_stray in list(_buried(workspace_id, erased, keys["tombstone"])):
        count += 1
        if not dry_run:
            if is_stray:
                database.call("separate_identity", {"p_workspace": workspace_id, "p_identity": contact})
            arguments = {"p_workspace": workspace_id, "p_lookup": {"contactId": contact}, "p_keys": keys}
            # For how long is what the receipt's own tombstones say.
            database.call("erase_contacts", arguments | {"p_actor": "operator"})
    return count


def _buried(workspace_id: str, erased: dict[str, str], key: str) -> Iterator[tuple[str, bool]]:
    """Ids of contacts, and of identities that are with somebody who stays."""
    from lib import database

    after = None
    while True:
        arguments = {"p_workspace": workspace_id, "p_erased": erased, "p_key": key, "p_after": after, "p_limit": PAGE}
        page = cast(dict[str, Any], database.call("buried_contacts", arguments))
        yield from ((contact, False) for contact in page["contacts"])
        yield from ((identity, True) for identity in page["strays"])
        after = page["next"]
        if after is None:
            return


def _sweep() -> bool:
    """Removes what was found, until nothing is left. Returns whether that is so."""
    from lib import deletions

    sweeps = tqdm(range(SWEEPS), desc="Sweeps", disable=None)
    return any(not deletions.sweep(datetime.now(UTC))["left"] for _ in sweeps)


if __name__ == "__main__":
    sys.exit(main())
