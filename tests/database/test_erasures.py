"""An erasure reaches every table that says something of a contact, also one that a later migration adds."""

from tests.conftest import Connection

POINTERS = ("contact_id", "identity_id", "lower_id", "higher_id")
# What stays, each with its reason.
KEPT = {
    "audit_log": "who did what to whom; the id leads nowhere any more",
    "erasures": "the receipt",
    "erased_identities": "what is being erased, until it has been",
    "exports": "who took data along; withdrawn, so that there is none",
    "events": "go in chunks, purge_events()",
}


def test_every_table_that_points_to_a_contact_is_emptied_of_it(db: Connection) -> None:
    pointing = db.execute(
        """select distinct c.relname from pg_class as c
           join pg_attribute as a on a.attrelid = c.oid and a.attname = any (%s) and not a.attisdropped
           where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
               and c.relkind in ('r', 'p') and not c.relispartition""",
        (list(POINTERS),),
    ).fetchall()
    [[source]] = db.execute("select prosrc from pg_proc where proname = 'delete_of_identities'").fetchall()
    assert sorted(table for (table,) in pointing if table not in KEPT and f"('{table}'," not in source) == []
    assert set(KEPT) <= {table for (table,) in pointing}
