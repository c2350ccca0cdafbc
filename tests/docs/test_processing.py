"""The record of processing says what the database holds, and the policy page shows it."""

import pytest

from scripts.record_of_processing import __main__ as written
from scripts.record_of_processing.comments import faults, tables
from tests.conftest import Connection

STALE = "run `make schema` and commit what it writes"


def test_every_table_and_column_says_whose_it_is_why_and_how_long(db: Connection) -> None:
    found = tables(db)
    assert len(found) > 40
    assert list(faults(found)) == [], "docs/processing.md says how a comment reads"


def test_the_record_is_what_the_comments_say(db: Connection) -> None:
    assert written.RECORD.read_text() == written.written(written.record(db)), STALE


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        ("null", "''"),
        ("'what it holds; why'", "'what it holds; why'"),
        ("'end users: name; filled into mails'", "'end users: name; filled into mails'"),
        ("'end user: name'", "'end user: name'"),
        ("'end user: name; filled into mails; and more'", "'end user: name; filled into mails; and more'"),
    ],
)
def test_a_new_column_whose_comment_does_not_read_is_named(db: Connection, comment: str, fault: str) -> None:
    with db.transaction(force_rollback=True):
        db.execute("create table private.pets (name text)")
        db.execute("comment on table private.pets is 'Pets: animals; kept until they die'")
        db.execute(f"comment on column private.pets.name is {comment}".encode())
        assert [text.partition(" is not ")[0] for text in faults(tables(db))] == [f"private.pets.name: {fault}"]


def test_a_new_table_without_a_comment_is_named_and_stops_the_record(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        db.execute("create table private.pets (name text)")
        db.execute("comment on column private.pets.name is 'end user: name; filled into mails'")
        with pytest.raises(SystemExit, match=r"^private\.pets: ''"):
            written.record(db)


def test_a_column_that_goes_or_comes_makes_the_record_stale(db: Connection) -> None:
    with db.transaction(force_rollback=True):
        db.execute("create table private.pets (name text)")
        db.execute("comment on table private.pets is 'Pets: animals; kept until they die'")
        db.execute("comment on column private.pets.name is 'end user: name; filled into mails'")
        assert written.RECORD.read_text() != written.written(written.record(db))


def test_partitions_are_their_tables(db: Connection) -> None:
    assert [table.name for table in tables(db) if table.name.startswith("events")] == ["events"]
