"""Supabase's own linter on the running database; every warning is a failure but for the listed exceptions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.local.layout import ROOT
from scripts.local.supabase import QUIET, cli

EXCEPTIONS = ROOT / "supabase" / "advisor_exceptions.txt"


def advice(database_url: str) -> dict[str, str]:
    """What it finds at WARN or above: the finding's name, and what it says about it."""
    command = [str(cli()), "db", "advisors", f"--remote={database_url}?sslmode=disable", "--level=warn"]
    found = subprocess.run(
        [*command, "--output-format=json"], env={**os.environ, **QUIET}, cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    results = json.loads(found.stdout)["results"]
    return {name(result["cacheKey"]): f"{result['level']} {result['title']}: {result['detail']}" for result in results}


def name(key: str) -> str:
    """A finding's key without the digest at its end, which changes with a function's body."""
    return re.sub("_[0-9a-f]{32}$", "", key)


def exceptions(file: Path) -> set[str]:
    """The names in the file, each followed by `#` and its reason; one without a reason is a ValueError."""
    lines = [line.partition("#") for line in file.read_text().splitlines() if line and not line.startswith("#")]
    for key, _, reason in lines:
        if not reason.strip():
            raise ValueError(f"{file.name}: {key.strip()} has no reason")
    return {key.strip() for key, _, _ in lines}


def main() -> int:
    found, excepted = advice(os.environ["DATABASE_URL"]), exceptions(EXCEPTIONS)
    faults = [f"{text}\n  {key}" for key, text in found.items() if key not in excepted]
    faults += [f"{EXCEPTIONS.name}: {key} is not reported (any more)" for key in excepted - found.keys()]
    print("\n".join(faults) or "Supabase's linter finds nothing.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
