"""What the documents point to is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local.layout import ROOT

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
BUILT = ("public/widget.js", "widget/dist/index.js")
FOLDERS = ("api/", "docs/", "lib/", "public/", "scripts/", "supabase/", "tests/", "widget/", "*_")


def named(text: str) -> Iterator[str]:
    """Paths in backticks, `path::test` for a test, and `*_topic.sql` for a migration."""
    for code in re.findall(r"`([^`\s:]+)(?:::\w+)?`", text):
        if code.startswith(FOLDERS):
            yield f"supabase/migrations/{code}" if code.startswith("*_") else code


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_it_names_exists(document: Path) -> None:
    names = set(named(document.read_text()))
    assert [name for name in names if not list(ROOT.glob(name.rstrip("/"))) and name not in BUILT] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_it_links_to_exists(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
