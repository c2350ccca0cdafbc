"""Who did what to which workspace or contact: it is written by whatever way it was done, and says nothing of people."""

from typing import Any
from uuid import uuid4

import pytest

from lib import keys
from tests.conftest import Session, joined
from tests.integration.conftest import Api, event


def logged(api: Api) -> list[tuple[str, str, dict[str, Any]]]:
    """Actions, actors and details since the workspace was made."""
    return [
        (action, actor, detail)
        for action, actor, detail in api.db.execute(
            "select action, actor, detail from public.audit_log where workspace_id = %s order by at, action",
            (api.workspace.id,),
        ).fetchall()
        if actor != "system"
    ]


def test_a_change_of_settings_names_the_columns_alone(api: Api, alice: Session) -> None:
    mine = {"id": f"eq.{api.workspace.id}"}
    alice.rest.patch("/workspaces", params=mine, json={"postal_address": "1 Secret Road", "redact": "reject"})
    [(action, actor, detail)] = logged(api)
    assert (action, actor) == ("workspaces.update", f"member:{alice.user_id}")
    assert detail["columns"] == ["postal_address", "redact"]
    assert "Secret" not in str(detail)


def test_templates_and_automations_are_logged(api: Api, alice: Session) -> None:
    template = {
        "workspace_id": str(api.workspace.id),
        "name": "Hi",
        "category": "marketing",
        "subject": "s",
        "html": "h",
    }
    assert alice.rest.post("/templates", json=template).status_code == 201
    alice.rest.delete("/templates", params={"workspace_id": f"eq.{api.workspace.id}", "name": "eq.Hi"})
    assert [action for action, _, _ in logged(api)] == ["templates.insert", "templates.delete"]


def test_members_and_keys_are_logged_whoever_adds_them(api: Api, alice: Session, charlie: Session) -> None:
    joined(api.db, charlie, api.workspace, "admin")
    key = keys.generate("secret")
    api.db.execute(
        "select public.create_api_key(%s, 'secret', %s, %s)", (api.workspace.id, keys.key_hash(key), keys.hint(key))
    )
    written = api.db.execute(
        "select action, detail from public.audit_log where workspace_id = %s order by at desc limit 2",
        (api.workspace.id,),
    ).fetchall()
    assert [action for action, _ in written] == ["api_keys.insert", "members.insert"]
    assert written[1][1]["user"] == str(charlie.user_id)
    assert key not in str(written)


def test_viewers_do_not_read_it_and_nobody_changes_it(api: Api, alice: Session, bob: Session) -> None:
    mine = {"workspace_id": f"eq.{api.workspace.id}"}
    assert bob.rest.get("/audit_log", params=mine).json() == []
    assert len(alice.rest.get("/audit_log", params=mine).json()) > 0
    assert alice.rest.delete("/audit_log", params=mine).status_code == 403
    assert alice.rest.patch("/audit_log", params=mine, json={"action": "a.b"}).status_code == 403


def test_no_member_logs_in_anothers_name_or_workspace(api: Api, alice: Session, charlie: Session) -> None:
    entry = {"workspace_id": str(api.workspace.id), "action": "contact.access"}
    assert alice.rest.post("/audit_log", json=entry | {"actor": "system"}).status_code == 403
    assert alice.rest.post("/audit_log", json=entry | {"detail": {"a": 1}}).status_code == 403
    assert charlie.rest.post("/audit_log", json=entry).status_code == 403


@pytest.mark.parametrize("action", ["contact.erase", "workspace.deleted", "ann_lee.lives_in_london"])
def test_no_member_makes_up_what_was_done(api: Api, alice: Session, bob: Session, action: str) -> None:
    api.track(event())
    entry = {"workspace_id": str(api.workspace.id), "contact_id": api.score(userId="u1")["contactId"]}
    for member in (alice, bob):
        assert member.rest.post("/audit_log", json=entry | {"action": action}).status_code == 403


def test_no_member_looks_at_a_contact_that_is_not_theirs(api: Api, alice: Session) -> None:
    entry = {"workspace_id": str(api.workspace.id), "action": "contact.access", "contact_id": str(uuid4())}
    assert alice.rest.post("/audit_log", json=entry).status_code == 403
