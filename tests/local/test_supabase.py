"""Where the local Supabase must answer as the hosted one does, and its alpha does not by itself."""

from collections.abc import Mapping
from datetime import datetime

import httpx

from tests.conftest import Connection, Session, Workspace


def test_times_are_iso_8601(supabase: httpx.Client, workspace: Workspace) -> None:
    row = supabase.get("/rest/v1/workspaces", params={"id": f"eq.{workspace.id}", "select": "created_at"}).json()[0]
    assert "T" in row["created_at"]
    assert datetime.fromisoformat(row["created_at"]).utcoffset() is not None


def test_nothing_is_granted_that_no_migration_granted(alice: Session, db: Connection, workspace: Workspace) -> None:
    alice.rest.get("/workspaces").raise_for_status()  # the first request is when Lite would grant everything
    granted = db.execute("""
        select table_schema, table_name, privilege_type from information_schema.role_table_grants
        where grantee in ('anon', 'PUBLIC') and table_schema in ('public', 'private')
        union all
        select table_schema, table_name, privilege_type from information_schema.role_table_grants
        where grantee = 'authenticated' and table_schema = 'private'""").fetchall()
    # By which owners make keys and set the identity secret, under policies of their own; and numbers of nobody's.
    assert set(granted) == {
        ("private", "api_key_hashes", "INSERT"),
        ("private", "identity_secrets", "INSERT"),
        ("private", "decay_factors", "SELECT"),
    }


def test_a_request_without_a_key_is_refused(env: Mapping[str, str]) -> None:
    assert httpx.get(f"{env['SUPABASE_URL']}/rest/v1/workspaces").status_code == 401


def test_signing_in_needs_the_right_password(env: Mapping[str, str]) -> None:
    answer = httpx.post(
        f"{env['SUPABASE_URL']}/auth/v1/token?grant_type=password",
        headers={"apikey": env["SUPABASE_PUBLISHABLE_KEY"]},
        json={"email": env["DEMO_OWNER_EMAIL"], "password": "guess"},
    )
    assert answer.status_code == 400
