"""CSV: what the header means, and the message that a row stands for."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from lib.errors import CODES
from lib.storable import pointer_to
from lib.strict_json import Json, parse_json
from scripts.import_events.faults import Fault, Stop

FIELDS = (
    "type", "event", "name", "userId", "anonymousId", "email", "timestamp", "messageId", "groupId", "previousId",
)  # fmt: skip
OBJECTS = ("properties", "traits", "context")
AS_TEXT = ":text"
# No exponent and no leading zero or plus, so that codes such as 1E5, 007 and +4930 stay what they are; and no more
# digits than a double holds, so that a long id is not rounded by whoever reads it.
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
MOST_DIGITS = 15
EPOCH_MILLISECONDS = re.compile(r"\d{13}", re.ASCII)


class RowRefused(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Column:
    """Where a cell goes in the message, and whether it stays text whatever it looks like."""

    path: tuple[str, ...]
    as_text: bool

    @property
    def pointer(self) -> str:
        return "".join(map(pointer_to, self.path))


def read_header(cells: list[str]) -> list[Column]:
    """The columns. Raises Stop for a name that means nothing: left out in silence it would be data lost."""
    columns = [_column(cell.strip()) for cell in cells]
    if not columns:
        raise Stop("The file has no header: its first line must name the columns.")
    paths = sorted(column.path for column in columns)
    for name, count in Counter(paths).items():
        if count > 1:
            raise Stop(f"The header names {'.'.join(name)} {count} times.")
    for shorter, longer in pairwise(paths):
        if len(shorter) > 1 and longer[: len(shorter)] == shorter:
            raise Stop(
                f"The header has both {'.'.join(shorter)} and {'.'.join(longer)}; one would overwrite the other."
            )
    return columns


def _column(name: str) -> Column:
    path = tuple(name.removesuffix(AS_TEXT).split("."))
    known = path[0] in OBJECTS if len(path) > 1 else path[0] in (*FIELDS, *OBJECTS)
    if not known or not all(path):
        raise Stop(f"The column {name!r} is unknown{_meant(name)}. Known are {', '.join(FIELDS)}; what else a message "
                   "holds goes into columns such as properties.plan, traits.name, context.locale.")  # fmt: skip
    return Column(path, name.endswith(AS_TEXT))


def _meant(name: str) -> str:
    plain = re.sub(r"[\W_]", "", name).casefold()
    names = {field.casefold(): field for field in (*FIELDS, *OBJECTS)}
    close = difflib.get_close_matches(plain, names, 1)
    return f"; did you mean {names[close[0]]}?" if close else ""


def message_of(columns: list[Column], row: list[str]) -> Json:
    """The message of a row; an empty cell says nothing. Raises RowRefused."""
    # Whole objects first, so that columns such as properties.plan add to them.
    cells = sorted(zip(columns, row, strict=True), key=lambda cell: len(cell[0].path))
    message: Json = {"type": "track"}
    for column, cell in cells:
        if cell != "":
            _put(message, column, _value(column, cell))
    return message


def _value(column: Column, cell: str) -> object:
    if column.path[0] in OBJECTS and len(column.path) == 1:
        return _object(column, cell)
    if len(column.path) > 1 and not column.as_text:
        return typed(cell)
    if column.path == ("timestamp",) and EPOCH_MILLISECONDS.fullmatch(cell):
        return int(cell)
    return cell


def _object(column: Column, cell: str) -> Json:
    try:
        value = parse_json(cell)
    except (ValueError, RecursionError) as error:
        raise RowRefused(Fault("json_malformed", column.pointer, "This cell must hold a JSON object.")) from error
    if not isinstance(value, dict):
        raise RowRefused(Fault("object_expected", column.pointer, CODES["object_expected"][1]))
    return value


def typed(cell: str) -> object:
    """true, false and plain decimal numbers as such; anything else as the text it is."""
    if cell in ("true", "false"):
        return cell == "true"
    if NUMBER.fullmatch(cell) and sum(map(str.isdigit, cell)) <= MOST_DIGITS:
        return float(cell) if "." in cell else int(cell)
    return cell


def _put(message: Json, column: Column, value: object) -> None:
    inside = message
    for depth, part in enumerate(column.path[:-1], 1):
        found = inside.setdefault(part, {})
        if not isinstance(found, dict):
            pointer = "".join(map(pointer_to, column.path[:depth]))
            raise RowRefused(Fault("object_expected", pointer, CODES["object_expected"][1]))
        inside = found
    inside[column.path[-1]] = value
