"""What the local stack wrote down about itself, for the commands that talk to it."""

from __future__ import annotations

import shlex
from pathlib import Path

from scripts.local.layout import ROOT, Layout


def stack_environment() -> dict[str, str]:
    """The running stack's variables, as it wrote them for other programs."""
    return read_environment(Layout.from_environment().environment)


def product_environment() -> dict[str, str]:
    """The stack's values of the variables that `.env.example` lists, as a deployment would have them."""
    stack = stack_environment()
    return {name: stack[name] for name in read_environment(ROOT / ".env.example") if name in stack}


def read_environment(file: Path) -> dict[str, str]:
    """KEY=VALUE lines, quoted as a shell would; comments and other lines are skipped."""
    lines = (shlex.split(line, comments=True) for line in file.read_text().splitlines())
    pairs = (words[0].partition("=") for words in lines if len(words) == 1)
    return {name: value for name, equals, value in pairs if equals}
