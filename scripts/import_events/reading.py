"""The records of a file, one after the other: never more of it in memory than one record, which is bounded."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from lib import limits
from lib.errors import CODES
from lib.strict_json import parse_json
from scripts.import_events.columns import Column, RowRefused, message_of, read_header
from scripts.import_events.faults import Fault, Stop

# A record as long as a whole request can't be a message; a shorter one is measured as the API measures it.
RECORD_BYTES = limits.BODY_BYTES
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
TOO_LARGE = CODES["message_too_large"][1]
NOT_UTF8 = Fault("not_utf8", "", "This is not UTF-8; save the file with that encoding.")
SUFFIXES = (".jsonl", ".ndjson", ".csv")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next record begins; `offset` counts bytes after unpacking."""

    offset: int = 0
    line: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """What one line holds, or a row of several: a message not looked at yet, or why there is none."""

    line: int
    end: Position
    message: object = None
    fault: Fault | None = None


class TooLong(Exception):
    pass


class Source:
    """A file that may be packed with gzip. `read` and `size` are bytes as they are on the disk."""

    def __init__(self, path: Path) -> None:
        self.suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
        if self.suffix not in SUFFIXES:
            raise Stop(f"{path.name} must end with .jsonl, .ndjson or .csv, or with one of these and .gz.")
        self.file = path.open("rb")
        self.size = path.stat().st_size
        packed = path.name.endswith(".gz")
        self.stream = cast(BinaryIO, gzip.GzipFile(fileobj=self.file)) if packed else self.file

    def close(self) -> None:
        self.stream.close()
        self.file.close()

    @property
    def read(self) -> int:
        return self.file.tell()

    def records(self, at: Position) -> Iterator[Record]:
        """What follows a position. Raises Stop for a header that is no use."""
        if self.suffix != ".csv":
            yield from jsonl_records(Lines(self.stream, at))
            return
        head = Lines(self.stream, Position())
        columns, delimiter = csv_header(head)
        yield from csv_records(Lines(self.stream, at) if at.offset else head, columns, delimiter)


class Lines:
    """A stream in lines, or pieces of RECORD_BYTES. `line` is the number of the next one, `last` of the one read."""

    def __init__(self, stream: BinaryIO, at: Position) -> None:
        self.stream = stream
        self.offset, self.line = at.offset, at.line
        self.last = at.line
        stream.seek(at.offset)

    @property
    def position(self) -> Position:
        return Position(self.offset, self.line)

    def piece(self) -> bytes:
        """A line with its end, or the next part of one that is too long; empty at the end."""
        read = self.stream.readline(RECORD_BYTES)
        at_start, self.last = self.offset == 0, self.line
        self.offset += len(read)
        self.line += read.endswith(b"\n")
        return read.removeprefix(BYTE_ORDER_MARK) if at_start else read

    def skip(self, ended: Callable[[bytes], bool]) -> None:
        while (piece := self.piece()) and not ended(piece):
            pass


def jsonl_records(lines: Lines) -> Iterator[Record]:
    """One for each line that is not blank."""
    number = lines.line
    while raw := lines.piece():
        if len(raw) >= RECORD_BYTES:
            if not raw.endswith(b"\n"):
                lines.skip(lambda piece: piece.endswith(b"\n"))
            yield Record(number, lines.position, fault=Fault("message_too_large", "", TOO_LARGE))
        elif raw.strip():
            yield json_record(number, lines.position, raw)
        number = lines.line


def json_record(number: int, end: Position, raw: bytes) -> Record:
    try:
        return Record(number, end, message=parse_json(raw.decode()))
    except UnicodeDecodeError:
        return Record(number, end, fault=NOT_UTF8)
    except json.JSONDecodeError as error:
        return Record(number, end, fault=Fault("json_malformed", "", f"{error.msg} at character {error.colno}."))
    except (ValueError, RecursionError):
        return Record(number, end, fault=Fault("json_malformed", "", CODES["json_malformed"][1]))


def csv_header(lines: Lines) -> tuple[list[Column], str]:
    """The columns, and what separates them: a comma, semicolon or tab, whichever the header has most of."""
    text = lines.piece().decode(errors="replace")
    delimiter = max(",;\t", key=text.count)
    return read_header(next(csv.reader([text], delimiter=delimiter), [])), delimiter


def csv_records(lines: Lines, columns: list[Column], delimiter: str) -> Iterator[Record]:
    """One for each row that is not blank, however many lines its quoted cells take."""
    csv.field_size_limit(RECORD_BYTES)
    size = quotes = 0

    def row_ended(piece: bytes) -> bool:
        nonlocal quotes
        quotes += piece.count(b'"')
        return piece.endswith(b"\n") and quotes % 2 == 0

    def texts() -> Iterator[str]:
        nonlocal size
        while piece := lines.piece():
            size += len(piece)
            ended = row_ended(piece)
            if size >= RECORD_BYTES:
                if not ended:
                    lines.skip(row_ended)
                raise TooLong
            # What is not UTF-8 becomes lone surrogates, which no UTF-8 gives, so that its row can be told.
            yield piece.decode(errors="surrogateescape")

    rows = csv.reader(texts(), delimiter=delimiter, strict=True)
    while True:
        number, size, quotes = lines.line, 0, 0
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(number, lines.position, fault=_malformed(number, lines.last, str(error)))
        except TooLong:
            yield Record(number, lines.position, fault=_too_large(number, lines.last))
            rows = csv.reader(texts(), delimiter=delimiter, strict=True)
        else:
            if row:
                yield csv_record(number, lines.last, lines.position, columns, row)


def csv_record(number: int, last: int, end: Position, columns: list[Column], row: list[str]) -> Record:
    if not all(cell.isascii() or _is_utf8(cell) for cell in row):
        return Record(number, end, fault=NOT_UTF8)
    if len(row) != len(columns):
        wrong = f"{len(row)} cells where the header has {len(columns)}"
        return Record(number, end, fault=_malformed(number, last, wrong))
    try:
        return Record(number, end, message=message_of(columns, row))
    except RowRefused as refused:
        return Record(number, end, fault=refused.fault)


def _is_utf8(cell: str) -> bool:
    try:
        return bool(cell.encode())
    except UnicodeEncodeError:
        return False


def _malformed(first: int, last: int, wrong: str) -> Fault:
    where = f" (the row goes to line {last})" if last > first else ""
    return Fault("csv_malformed", "", f"{wrong[0].upper()}{wrong[1:]}{where}.")


def _too_large(first: int, last: int) -> Fault:
    where = f" This row goes to line {last}: is a closing quote missing?" if last > first else ""
    return Fault("message_too_large", "", TOO_LARGE + where)
