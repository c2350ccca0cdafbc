"""Writes the pages of public/ that are made from documents: the policy and the errors."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scripts.local.layout import ROOT
from scripts.public_pages.errors import errors_page
from scripts.public_pages.policy import policy_page

POLICY = ROOT / "docs/privacy-policy.md"
RECORD = ROOT / "docs/processing.json"
ERRORS = ROOT / "docs/errors.md"


def pages() -> dict[Path, str]:
    """What each file has to hold."""
    return {
        ROOT / "public/privacy.html": policy_page(POLICY.read_text(), json.loads(RECORD.read_text())),
        ROOT / "public/errors.html": errors_page(ERRORS.read_text()),
    }


def main(given: list[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m scripts.public_pages", description=__doc__).parse_args(given)
    for file, text in pages().items():
        file.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
