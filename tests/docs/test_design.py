"""The parts of docs/design.md that can be checked."""

import re

from lib.database import SQLSTATES
from scripts.advisors import EXCEPTIONS, exceptions
from scripts.local.layout import ROOT

DOCUMENT = (ROOT / "docs" / "design.md").read_text()


def test_every_sqlstate_of_ours_is_documented_with_its_code() -> None:
    written = dict(re.findall(r"^\| `(PT\d+)` \| `(\w+)` \|$", DOCUMENT, re.MULTILINE))
    assert written == {sqlstate: code for sqlstate, code in SQLSTATES.items() if sqlstate.startswith("PT")}


def test_every_sqlstate_that_is_raised_is_documented() -> None:
    raised = set(re.findall(r"sqlstate '(PT\d+)'", (ROOT / "supabase" / "schema.sql").read_text()))
    assert [sqlstate for sqlstate in sorted(raised) if f"`{sqlstate}`" not in DOCUMENT] == []


def test_every_function_with_its_owners_rights_is_named() -> None:
    schema = (ROOT / "supabase" / "schema.sql").read_text()
    named = re.findall(
        r"^CREATE FUNCTION \w+\.(\w+)\([^\n]*\n    LANGUAGE \w+[^\n]* SECURITY DEFINER", schema, re.MULTILINE
    )
    assert len(named) == schema.count("SECURITY DEFINER")
    assert [name for name in named if f"`{name}()`" not in DOCUMENT] == []


def test_every_exception_from_the_linter_is_explained() -> None:
    excepted = exceptions(EXCEPTIONS)
    assert [key for key in excepted if key not in DOCUMENT] == []
    assert bool(excepted) != ("None so far." in DOCUMENT)
