"""A database that no other test is in, for what reaches every workspace."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping

import psycopg
import pytest

from scripts.local import credentials, supabase
from tests.conftest import Connection


@pytest.fixture(scope="session")
def private_database(env: Mapping[str, str]) -> Iterator[str]:
    """The URL of a migrated, empty database beside the stack's own; gone afterwards."""
    name = f"alone_{secrets.token_hex(4)}"
    url = env["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    unused = {"APP_URL": "http://localhost", "SMTP_PORT": "1", "SMTP_USER": "nobody"}
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"create database {name}")
        try:
            supabase.provision_auth({**credentials.stack_credentials(), **unused, "DATABASE_URL": url})
            supabase.push_migrations(url)
            yield url
        finally:
            server.execute(f"drop database {name} with (force)")


@pytest.fixture
def private_db(private_database: str) -> Iterator[Connection]:
    """It as its superuser; each statement commits."""
    with psycopg.connect(private_database, autocommit=True) as connection:
        yield connection
