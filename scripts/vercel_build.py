"""Runs `vercel build` on a copy of this checkout, without an account or Vercel's network.

The build writes pyproject.toml and uv.lock beside requirements.txt, hence the copy. What comes out is what a deploy
ships: one folder per function, whose `filePathMap` says where each file of the bundle comes from.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.local.layout import ROOT

VERCEL = ROOT / "scripts/local/node_modules/.bin/vercel"
PROJECT = {"projectId": "prj_x", "orgId": "team_x", "settings": {"framework": None, "nodeVersion": "24.x"}}


class BuildFailed(Exception):
    """`vercel build` did not succeed; the message ends with what it printed."""


@dataclass(frozen=True)
class Function:
    """One built function: its name (`track`), its environment, and by path in the bundle where each file comes from."""

    name: str
    environment: Mapping[str, str]
    files: Mapping[str, Path]

    def size(self) -> int:
        """Bytes in the bundle, before compression."""
        return sum(source.stat().st_size for source in self.files.values())


def copy_checkout(target: Path) -> None:
    """Copies the files that git tracks or would track; ignored ones (built, installed, state) stay behind."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():  # a file deleted but not yet committed is still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def build(project: Path, *, bytecode: bool) -> dict[str, Function]:
    """Builds the project in that folder and returns its functions by name.

    `bytecode` is Vercel's VERCEL_PYTHON_COMPILEALL: without it, every cold start compiles every import.
    """
    _prepare(project)
    command = [str(VERCEL), "build", "--yes", "--prod", "--cwd", str(project), "--global-config", str(project / ".cli")]
    outcome = subprocess.run(
        command, env=_environment(bytecode), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if outcome.returncode != 0:
        raise BuildFailed(f"vercel build exited with {outcome.returncode}:\n{outcome.stdout[-4000:]}")
    folders = sorted((project / ".vercel/output/functions").rglob("*.func"))
    return {function.name: function for function in (_function(project, folder) for folder in folders)}


def _prepare(project: Path) -> None:
    """Links the copy to a project that need not exist, and to the Python that is here."""
    (project / ".vercel").mkdir(exist_ok=True)
    (project / ".vercel/project.json").write_text(json.dumps(PROJECT))
    # uv would have to download the version named in .python-version when this machine has another one.
    (project / ".python-version").write_text(f"{sys.version_info.major}.{sys.version_info.minor}\n")


def _environment(bytecode: bool) -> dict[str, str]:
    """This environment, with the Python and uv of the virtual environment found first, and nothing reported."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERCEL_", "NOW_"))}
    return {
        **kept,
        "PATH": path,
        "VERCEL_TELEMETRY_DISABLED": "1",
        "VERCEL_PYTHON_COMPILEALL": "1" if bytecode else "0",
    }


def _function(project: Path, folder: Path) -> Function:
    """Reads one built function; its own folder holds what the build generated, the map names the rest."""
    config = json.loads((folder / ".vc-config.json").read_text())
    mapped = {inside: project / source for inside, source in config.get("filePathMap", {}).items()}
    generated = {
        str(path.relative_to(folder)): path
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".vc-config.json"
    }
    return Function(folder.stem, config.get("environment", {}), mapped | generated)
