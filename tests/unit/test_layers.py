"""api/ imports lib/ only; lib/ imports downward only: no import leads back to where it came from."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from scripts.local.layout import ROOT

ENDPOINTS = sorted((ROOT / "api").glob("*.py"))
MODULES = sorted((ROOT / "lib").glob("*.py"))
OURS = {"api", "lib", "scripts", "tests"}


def imported(file: Path) -> set[str]:
    """Our own modules that a file imports, as `lib.keys`."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= inside if node.module in OURS else {node.module}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name for name in names if name.partition(".")[0] in OURS}


@pytest.mark.parametrize("file", [*ENDPOINTS, *MODULES], ids=lambda file: file.stem)
def test_it_imports_lib_only(file: Path) -> None:
    assert {name.partition(".")[0] for name in imported(file)} <= {"lib"}


def test_no_import_in_lib_leads_back() -> None:
    graph = {f"lib.{file.stem}": imported(file) for file in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("file", ENDPOINTS, ids=lambda file: file.stem)
def test_an_endpoint_has_sixty_lines_at_most(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 60


def test_only_config_reads_the_environment() -> None:
    assert [file.stem for file in [*ENDPOINTS, *MODULES] if "import os\n" in file.read_text()] == ["config"]
