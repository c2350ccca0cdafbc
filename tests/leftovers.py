"""Where in the database a text still stands: in any column of any table, whatever the schema."""

from collections.abc import Collection

from tests.conftest import Connection

SCHEMAS = ("public", "private", "auth", "storage")


def tables_with(db: Connection, *needles: str) -> dict[str, list[str]]:
    """Every table with rows that hold one of the texts, and which of them it holds."""
    found: dict[str, list[str]] = {}
    for schema, table in _tables(db):
        row_text = f'select t::text from "{schema}"."{table}" as t'
        held = [
            needle
            for needle in needles
            if db.execute(
                f"select from ({row_text}) as r (row) where position(%s in row) > 0 limit 1", (needle,)
            ).rowcount
        ]
        if held:
            found[table if schema == "public" else f"{schema}.{table}"] = held
    return found


def _tables(db: Connection) -> Collection[tuple[str, str]]:
    return db.execute(
        """select n.nspname, c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
           where c.relkind = 'r' and n.nspname = any (%s) order by 1, 2""",
        (list(SCHEMAS),),
    ).fetchall()
