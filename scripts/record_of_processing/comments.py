"""What the comments on tables and columns say. How they read: docs/processing.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

WHOSE = ("end user", "owner", "nobody")
OF_A_TABLE = re.compile(r"(?P<name>[^:;]+): (?P<what>[^;]+); kept until (?P<kept_until>[^;]+)")
OF_A_COLUMN = re.compile(rf"(?P<whose>{'|'.join(WHOSE)}): (?P<what>[^;]+); (?P<why>[^;]+)")
# A partition holds what its table holds.
QUERY = """
    select
        s.nspname, t.relname, coalesce(obj_description(t.oid, 'pg_class'), ''), c.attname,
        format_type(c.atttypid, c.atttypmod), coalesce(col_description(t.oid, c.attnum), '')
    from pg_class as t
    join pg_namespace as s on s.oid = t.relnamespace
    join pg_attribute as c on c.attrelid = t.oid
    where s.nspname in ('public', 'private') and t.relkind in ('r', 'p', 'v', 'm', 'f') and not t.relispartition
        and c.attnum > 0 and not c.attisdropped
    order by s.nspname, t.relname, c.attnum
"""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    comment: str

    def read(self) -> re.Match[str] | None:
        return OF_A_COLUMN.fullmatch(self.comment)


@dataclass
class Table:
    schema: str
    name: str
    comment: str
    columns: list[Column] = field(default_factory=list)

    def read(self) -> re.Match[str] | None:
        return OF_A_TABLE.fullmatch(self.comment)


def tables(connection: psycopg.Connection[Any]) -> list[Table]:
    """Every table of ours with its columns, by name."""
    found: dict[tuple[str, str], Table] = {}
    for schema, table, comment, column, kind, about in connection.execute(QUERY):
        known = found.setdefault((schema, table), Table(schema, table, comment))
        known.columns.append(Column(column, kind, about))
    return list(found.values())


def faults(of: Iterable[Table]) -> Iterator[str]:
    """Each comment that is missing or does not read as docs/processing.md says."""
    for table in of:
        if not table.read():
            yield f"{table.schema}.{table.name}: {table.comment!r} is not “name: what it is; kept until …”"
        for column in table.columns:
            if not column.read():
                where = f"{table.schema}.{table.name}.{column.name}"
                yield f"{where}: {column.comment!r} is not “end user|owner|nobody: what it holds; why”"


def as_record(table: Table) -> dict[str, Any]:
    read = table.read()
    assert read is not None, table.name
    return {
        "schema": table.schema, "table": table.name, "name": read["name"], "what": read["what"],
        "keptUntil": read["kept_until"], "columns": [_column(column) for column in table.columns],
    }  # fmt: skip


def _column(column: Column) -> dict[str, str]:
    read = column.read()
    assert read is not None, column.name
    return {"column": column.name, "type": column.type, **read.groupdict()}
