"""The policy page: docs/privacy-policy.md with the lists that it announces, out of the record of processing."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from markdown_it import MarkdownIt

from scripts.public_pages.frame import framed

# Where the lists go, and whose data each of them has.
LISTS = {"<!-- of end users -->": "end user", "<!-- of owners -->": "owner"}
DATE = "%B %d, %Y"
Record = Mapping[str, Any]


def last_updated(policy: str) -> date:
    """The policy's date, as in "Last updated: November 26, 2026"."""
    written = re.search(r"^Last updated: (.+)$", policy, re.MULTILINE)
    assert written is not None
    return datetime.strptime(f"{written[1]} +0000", f"{DATE} %z").date()


def policy_page(policy: str, record: Record) -> str:
    """The page's HTML. `policy` is Markdown with a place for each list."""
    content = MarkdownIt("commonmark").render(policy)
    for place, whose in LISTS.items():
        assert content.count(place) == 1, place
        content = content.replace(place, "\n".join(["<ul>", *map(item, kinds(record, whose)), "</ul>"]))
    return framed(
        content, path="/privacy", title="Privacy policy",
        description="What ConversionCRM collects, why, for how long, and what your rights are.",
        sources="docs/privacy-policy.md and docs/processing.json",
    )  # fmt: skip


def kinds(record: Record, whose: str) -> list[dict[str, Any]]:
    """Each kind of data that is somebody's, the largest first: {name, what, keptUntil, where, fields}."""
    stored = [
        {"where": "", "fields": [column for column in table["columns"] if column["whose"] == whose], **table}
        for table in record["postgres"]
    ]
    elsewhere = [{"fields": [], **kind} for kind in record["outside"] if kind["whose"] == whose]
    return sorted(filter(itemgetter("fields"), stored), key=lambda kind: -len(kind["fields"])) + elsewhere


def item(kind: Mapping[str, Any]) -> str:
    where = f" Where: {escaped(kind['where'])}." if kind["where"] else ""
    kept = f"Kept until {escaped(kind['keptUntil'])}."
    return f"<li><strong>{escaped(kind['name'])}</strong>: {escaped(kind['what'])}.{where} {kept}{fields(kind)}</li>"


def fields(kind: Mapping[str, Any]) -> str:
    if not kind["fields"]:
        return ""
    rows = "".join(f"<li>{escaped(field['what'])} ({escaped(field['why'])})</li>" for field in kind["fields"])
    return f"<details><summary>What it holds, and why</summary><ul>{rows}</ul></details>"


def escaped(text: str) -> str:
    return html.escape(text, quote=False)
