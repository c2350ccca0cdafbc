"""docs/errors.md says what lib/errors.py and lib/limits.py say."""

import re
from datetime import timedelta

from lib import limits
from lib.errors import CODES
from scripts.local.layout import ROOT

DOCUMENT = (ROOT / "docs" / "errors.md").read_text()
UNITS: dict[str, int | timedelta] = {"KiB": 1024, "minutes": timedelta(minutes=1), "days": timedelta(days=1), "": 1}


def test_every_code_is_documented_with_its_status_and_detail() -> None:
    written = re.findall(r"^\| `([a-z_]+)` \| \d{3} \|.*$", DOCUMENT, re.MULTILINE)
    rows = [f"| `{code}` | {status} | {detail} |" for code, (status, detail) in CODES.items()]
    assert [row for row in rows if row not in DOCUMENT] == []
    assert written == list(CODES)


def test_every_limit_is_documented_with_its_value() -> None:
    written = {
        name: int(number) * UNITS[unit]
        for name, number, unit in re.findall(r"^\| `([A-Z_]+)` \| (\d+) ?(\w*) \|", DOCUMENT, re.MULTILINE)
    }
    assert written == {name: value for name, value in vars(limits).items() if name.isupper()}
