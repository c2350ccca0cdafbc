"""Builds exports in parts, and deletes their objects when their time is over.

A builder claims an export for one part, reads pages into two zips on its own disk, uploads them whole into a folder of
the claim's, and records them with the place to go on from. Killed anywhere, it costs that part: what it may have
uploaded is named by no record and goes with the rest. If its export was withdrawn meanwhile, the record is refused.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from lib import database, exports, storage, unsubscription
from lib.export_parts import Part
from lib.strict_json import Json

# Within the function's duration, an upload included; below the least no new part is begun.
BUILD_SECONDS = 25.0
LEAST_SECONDS = 5.0
# A part is read for so long at most, or it would be too much to lose.
PART_SECONDS = 12.0
PAGE_ROWS = 2000
PAGE_BYTES = 2_000_000
SCHEMA_VERSION = 1
NOTES = {
    "ndjson": "One JSON object per line, exactly as stored. Times are in UTC.",
    "csv": (
        "RFC 4180, UTF-8, with a header. A cell that begins with = + - @, a tab or a line break, and is no number, has "
        "an apostrophe in front, so that no spreadsheet runs it."
    ),
}

Build = dict[str, Any]


class _Stopped(Exception):
    """The export was withdrawn, or another builder has it."""


def sweep(now: datetime) -> Json:
    """Deletes what is over, then builds. May be cut off anywhere, and come several times at once.

    Returns {"cleaned", "parts", "rows", "completed", "left"}: exports whose objects were deleted, parts and rows
    written, exports completed, and whether time ran out first.
    """
    totals: Counter[str] = Counter(dict.fromkeys(("cleaned", "parts", "rows", "completed"), 0))
    if not storage.is_offered():
        return {**totals, "left": False}
    # Neither keeps the other from its work by failing.
    try:
        totals["cleaned"] = exports.clean(now)
    finally:
        left = _build(now, totals)
    return {**totals, "left": left}


def _build(now: datetime, totals: Counter[str]) -> bool:
    """Part after part, of whichever export's turn it is. Returns whether time ran out first."""
    began = time.monotonic()
    deadline = began + BUILD_SECONDS
    while time.monotonic() < deadline - LEAST_SECONDS:
        at = now + timedelta(seconds=time.monotonic() - began)
        build = cast(Build | None, database.call("claim_export", {"p_now": at.isoformat()}))
        if build is None:
            return False
        try:
            totals.update(_build_part(build, at, min(deadline, time.monotonic() + PART_SECONDS)))
        except _Stopped:
            continue
    return True


def _build_part(build: Build, at: datetime, deadline: float) -> dict[str, int]:
    """Reads, uploads and records one part. Raises _Stopped when nothing of it counts."""
    number = 1 + max((file["part"] for file in build["files"]), default=0)
    with Part(number) as part, _uploads(build) as uploaded:
        cursor = _read(build, part, deadline)
        counts = Counter(build["counts"]) + part.tables
        if part.rows:
            for facts, content in part.finished():
                uploaded.append({**facts, "folder": build["claim"]})
                storage.put(_key(build, uploaded[-1]), content, "application/zip")
        if cursor is None:
            _upload_manifest(build, counts, uploaded)
        arguments = {"p_export": build["exportId"], "p_claim": build["claim"], "p_counts": counts, "p_cursor": cursor}
        arguments |= {"p_files": build["files"] + uploaded, "p_now": at.isoformat()}
        if database.call("record_export", arguments) is not True:
            raise _Stopped
    return {"parts": 1 if part.rows else 0, "rows": part.rows, "completed": int(cursor is None)}


def _read(build: Build, part: Part, deadline: float) -> Json | None:
    """Fills a part until it is full or time is over. Returns where to go on, None at the end of all."""
    plan, cursor = build["plan"], build["cursor"] or {"table": build["plan"][0]["table"], "after": None}
    hashes = [unsubscription.address_hash(build["workspaceId"], address) for address in build["addresses"]]
    place, after = next(n for n, read in enumerate(plan) if read["table"] == cursor["table"]), cursor["after"]
    pages = 0
    while place < len(plan):
        if pages and (part.is_full() or time.monotonic() > deadline):
            return {"table": plan[place]["table"], "after": after}
        arguments = {"p_export": build["exportId"], "p_claim": build["claim"], "p_table": plan[place]["table"]}
        arguments |= {"p_after": after, "p_hashes": hashes, "p_bytes": PAGE_BYTES}
        arguments |= {"p_rows": min(PAGE_ROWS, part.room)}
        page = cast(dict[str, Any] | None, database.call("export_page", arguments))
        if page is None:
            raise _Stopped
        pages += 1
        part.add(plan[place]["table"], plan[place]["columns"], page["rows"])
        after = page["after"]
        place += after is None
    return None


@contextmanager
def _uploads(build: Build) -> Iterator[list[Json]]:
    """Collects what is uploaded, and deletes it when it is not to count."""
    uploaded: list[Json] = []
    try:
        yield uploaded
    except _Stopped:
        if uploaded:
            storage.delete(*(_key(build, file) for file in uploaded))
        raise


def _upload_manifest(build: Build, counts: Counter[str], uploaded: list[Json]) -> None:
    files = [
        {name: file[name] for name in ("name", "format", "rows", "tables", "bytes", "sha256")}
        for file in build["files"] + uploaded
    ]
    tables = [
        {"name": read["table"], "rows": counts[read["table"]], "columns": read["columns"]} for read in build["plan"]
    ]
    manifest = {name: build[name] for name in ("exportId", "workspaceId", "contactId", "asOf")}
    manifest |= {"schemaVersion": SCHEMA_VERSION, "finishedAt": datetime.now(UTC).isoformat()}
    manifest |= {"notes": NOTES, "tables": tables, "files": files}
    body = json.dumps(manifest, indent=2).encode()
    facts = {"part": 0, "name": "manifest.json", "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
    uploaded.append({**facts, "folder": build["claim"]})
    storage.put(_key(build, uploaded[-1]), body, "application/json")


def _key(build: Build, file: Json) -> str:
    return exports.object_key(build["workspaceId"], build["exportId"], file)
