"""Writes the record of processing, docs/processing.json, out of the comments in the database."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import psycopg

from scripts.local.layout import ROOT
from scripts.record_of_processing.comments import as_record, faults, tables
from scripts.record_of_processing.outside import OUTSIDE

RECORD = ROOT / "docs/processing.json"

MORE = """
`make schema` runs this on the migrations. With DATABASE_URL set to any database
that is migrated, this reads the comments there; how they are written, and what
a new column needs, is in docs/processing.md.
"""


def record(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """What is stored where, why and for how long. Raises SystemExit for comments that don't say so."""
    found = tables(connection)
    wrong = list(faults(found))
    if wrong:
        raise SystemExit("\n".join([*wrong, "How a comment reads is in docs/processing.md."]))
    return {"postgres": [as_record(table) for table in found], "outside": list(OUTSIDE)}


def written(made: Mapping[str, Any]) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.record_of_processing", description=__doc__, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.parse_args(given)
    if "DATABASE_URL" not in os.environ:
        parser.error("DATABASE_URL is not set: run `make schema`")
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        RECORD.write_text(written(record(connection)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
