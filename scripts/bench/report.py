"""The table that every benchmark prints: a measured value beside its floor, their ratio, and the goal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("", "measured", "floor", "ratio", "goal")


@dataclass(frozen=True)
class Row:
    """One comparison, both sides measured in the same run. `goal` is the greatest ratio wanted, if there is one."""

    name: str
    measured: str
    floor: str
    ratio: float
    goal: float | None = None

    def cells(self) -> tuple[str, ...]:
        """The row as text; a missed goal says so, and fails nothing, since times depend on the machine."""
        goal = "" if self.goal is None else f"<= {self.goal:g}" + ("" if self.ratio <= self.goal else "  missed")
        return (self.name, self.measured, self.floor, f"{self.ratio:.2f}", goal)


def table(title: str, rows: Iterable[Row]) -> str:
    """The rows under a title."""
    return aligned(title, [HEADINGS, *(row.cells() for row in rows)])


def aligned(title: str, lines: Sequence[Sequence[str]]) -> str:
    """The lines under a title, their cells padded to columns."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    body = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join([title, *(f"  {line}" for line in body), ""])
