"""The demo workspace: an owner who can sign in, one key of each kind, an identity secret. Safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import psycopg

from scripts.local.readiness import NotReadyError

SLUG = "demo"


def seed(env: Mapping[str, str]) -> dict[str, str]:
    """Makes what is missing, with the keys that `env` holds; returns the workspace's id."""
    owner = owner_id(env)
    with psycopg.connect(env["DATABASE_URL"]) as connection:
        workspace = workspace_id(connection, owner)
        for kind in ("publishable", "secret"):
            add_key(connection, workspace, kind, env[f"DEMO_{kind.upper()}_KEY"])
        # Marketing mail does not leave without an address; the port of the demo product may be another one today.
        connection.execute(
            "update public.workspaces set postal_address = coalesce(postal_address, %s), website = %s where id = %s",
            ("1 Sample Street, Springfield", env["DEMO_URL"], workspace),
        )
        connection.execute("select public.set_identity_secret(%s, %s)", (workspace, env["DEMO_IDENTITY_SECRET"]))
    return {"DEMO_WORKSPACE_ID": str(workspace)}


def owner_id(env: Mapping[str, str]) -> UUID:
    """Signs the owner in, or up the first time."""
    account = {"email": env["DEMO_OWNER_EMAIL"], "password": env["DEMO_OWNER_PASSWORD"]}
    headers = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    with httpx.Client(base_url=f"{env['SUPABASE_URL']}/auth/v1", headers=headers, trust_env=False, timeout=30) as auth:
        answer = auth.post("/token?grant_type=password", json=account)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            answer = auth.post("/signup", json=account)
    if answer.is_error:
        raise NotReadyError(f"The demo owner can't sign in: {answer.text}")
    return UUID(answer.json()["user"]["id"])


def workspace_id(connection: psycopg.Connection[Any], owner: UUID) -> UUID:
    found = connection.execute("select id from public.workspaces where slug = %s", (SLUG,)).fetchone()
    if found is None:
        made = connection.execute("select public.create_workspace(%s, %s, %s)", (owner, "Acme Boards", SLUG))
        found = made.fetchone()
    assert found is not None
    return UUID(str(found[0]))


def add_key(connection: psycopg.Connection[Any], workspace: UUID, kind: str, key: str) -> None:
    from lib import keys  # reads the product's environment at import, which the stack has only now

    digest = keys.key_hash(key)
    if connection.execute("select from private.api_key_hashes where key_hash = %s", (digest,)).fetchone() is None:
        connection.execute("select public.create_api_key(%s, %s, %s, %s)", (workspace, kind, digest, keys.hint(key)))


def demo_keys() -> dict[str, str]:
    """A new key of each kind."""
    from lib import keys  # as above

    return {"DEMO_PUBLISHABLE_KEY": keys.generate("publishable"), "DEMO_SECRET_KEY": keys.generate("secret")}
