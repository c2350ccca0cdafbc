"""supabase/schema.sql: what the migrations add up to, for review. `--write` makes it, `--check` compares."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys

from scripts.local.layout import ROOT
from scripts.local.postgres import DEFAULT_MAJOR, programs

FILE = ROOT / "supabase" / "schema.sql"
HEADER = "-- Generated from the migrations by `make schema`. Change the database by a new migration, never here.\n"
# What differs between two dumps of the same schema.
UNSTABLE = ("\\restrict", "\\unrestrict", "-- Dumped ", "-- PostgreSQL database dump")


def dump(database_url: str) -> str:
    """Both schemas with their grants, by the newest pg_dump there is, so that its version doesn't show."""
    command = [str(programs(DEFAULT_MAJOR) / "pg_dump"), "--schema-only", "--no-owner", "--schema=public"]
    dumped = subprocess.run([*command, "--schema=private", database_url], capture_output=True, text=True, check=True)
    return HEADER + stable(dumped.stdout)


def stable(text: str) -> str:
    """Without versions and tokens, without empty comment lines, and never two blank lines in a row."""
    lines = [line for line in text.splitlines() if line != "--" and not line.startswith(UNSTABLE)]
    kept = [line for before, line in zip(["", *lines], lines, strict=False) if line or before]
    return "\n".join(kept).strip() + "\n"


def main(command: str) -> int:
    current = dump(os.environ["DATABASE_URL"])
    if command == "--write":
        FILE.write_text(current)
        return 0
    committed = FILE.read_text() if FILE.exists() else ""
    difference = difflib.unified_diff(
        committed.splitlines(keepends=True), current.splitlines(keepends=True), "supabase/schema.sql", "the migrations"
    )
    sys.stdout.writelines(difference)
    if committed != current:
        print("supabase/schema.sql is stale: run `make schema` and commit it.", file=sys.stderr)
    return int(committed != current)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
