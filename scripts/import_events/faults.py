"""What can be wrong: with one line, which is refused and named, or with all of it, which ends the import."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """Why a line is refused, without what the line holds. `pointer` is a JSON pointer into the message."""

    code: str
    pointer: str
    detail: str


class Stop(Exception):
    """The import can't begin or go on; the text says what to do about it."""
