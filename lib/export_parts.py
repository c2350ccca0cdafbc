"""One part of an export: two zips that hold the same rows, as NDJSON and as CSV.

NDJSON is exact. A CSV cell is the same text, but for an apostrophe before what a spreadsheet would take for a formula.
Rows come as lists of text, null where there is nothing, beside columns [{name, type}] of PostgreSQL's types.
"""

import csv
import hashlib
import io
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from json import JSONEncoder
from typing import IO, Any, BinaryIO, Self

Row = Sequence[str | None]
Columns = Sequence[Mapping[str, str]]

PART_ROWS = 500_000
# Supabase's free plan stores no object above 50 MB; the last page comes on top.
ZIP_BYTES = 40_000_000
# Halves the time of the default, for a tenth more bytes.
COMPRESSION = 3

# Types whose text is JSON already; arrays come as JSON too.
JSON_TYPES = frozenset(
    {"boolean", "smallint", "integer", "bigint", "numeric", "real", "double precision", "json", "jsonb"}
)
NO_JSON = frozenset({"NaN", "Infinity", "-Infinity"})
# What spreadsheets begin a formula with (OWASP, "CSV Injection"), in full width too. A number is none.
FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")

_quoted = JSONEncoder(ensure_ascii=False).encode


class Part:
    """Zips in temporary files, which are gone when the block ends."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.tables: Counter[str] = Counter()
        self._zips = {"ndjson": _Zip(), "csv": _Zip()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as stack:
            for each in self._zips.values():
                stack.callback(each.file.close)

    @property
    def rows(self) -> int:
        return self.tables.total()

    @property
    def room(self) -> int:
        """How many rows more it takes."""
        return PART_ROWS - self.rows

    def is_full(self) -> bool:
        return self.room <= 0 or any(each.file.tell() >= ZIP_BYTES for each in self._zips.values())

    def add(self, table: str, columns: Columns, rows: Sequence[Row]) -> None:
        """Appends rows of one table. All of a table's come one after the other."""
        if not rows:
            return
        names = [column["name"] for column in columns]
        heading = "" if table in self.tables else csv_lines([names])
        self.tables[table] += len(rows)
        self._zips["ndjson"].write(f"{table}-{self.number:04}.ndjson", ndjson_lines(columns, rows))
        self._zips["csv"].write(f"{table}-{self.number:04}.csv", heading + csv_lines(rows))

    def finished(self) -> Iterator[tuple[dict[str, Any], BinaryIO]]:
        """Of each zip {part, name, format, rows, tables, bytes, sha256}, and the file, at its start."""
        for kind, each in self._zips.items():
            facts = {"part": self.number, "name": f"part-{self.number:04}.{kind}.zip", "format": kind}
            yield {**facts, "rows": self.rows, "tables": dict(self.tables), **each.finish()}, each.file


class _Zip:
    """A zip that is written member by member, each of them piece by piece."""

    def __init__(self) -> None:
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 (open for as long as its part is)
        self._zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)
        self._name = ""
        self._member: IO[bytes] | None = None

    def write(self, name: str, text: str) -> None:
        if self._member is None or name != self._name:
            self._end_member()
            self._member, self._name = self._zip.open(name, "w", force_zip64=True), name
        self._member.write(text.encode())

    def finish(self) -> dict[str, Any]:
        self._end_member()
        self._zip.close()
        size = self.file.tell()
        self.file.seek(0)
        digest = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.file.seek(0)
        return {"bytes": size, "sha256": digest}

    def _end_member(self) -> None:
        if self._member is not None:
            self._member.close()


def ndjson_lines(columns: Columns, rows: Iterable[Row]) -> str:
    """A JSON object per line, with every column. Numbers have all their digits, jsonb is as Postgres shows it."""
    shapes = [
        (f"{_quoted(column['name'])}:", column["type"] in JSON_TYPES or column["type"].endswith("[]"))
        for column in columns
    ]
    return "".join(
        "{"
        + ",".join([
            name + ("null" if cell is None else cell if is_json and cell not in NO_JSON else _quoted(cell))
            for (name, is_json), cell in zip(shapes, row, strict=True)
        ])
        + "}\n"
        for row in rows
    )  # fmt: skip


def csv_lines(rows: Iterable[Row]) -> str:
    """RFC 4180, in UTF-8 once encoded; nothing is an empty cell."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[cell and harmless(cell) for cell in row] for row in rows])
    return text.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
