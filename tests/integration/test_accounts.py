"""Owners' and members' own data: they see it, and it goes with them."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests import leftovers
from tests.conftest import Session, joined, sign_up
from tests.integration.conftest import Api


def own(person: Session) -> Any:
    return person.rest.post("/rpc/my_account", json={}).json()


def test_everybody_sees_what_is_held_of_their_account_and_of_no_other(api: Api, alice: Session, bob: Session) -> None:
    mine = own(alice)
    assert (mine["userId"], mine["email"]) == (str(alice.user_id), alice.email)
    assert str(api.workspace.id) in [one["workspaceId"] for one in mine["memberships"]]
    assert own(bob)["email"] == bob.email
    assert bob.email not in str(mine)


def test_what_they_did_is_part_of_it(api: Api, alice: Session) -> None:
    alice.rest.patch("/workspaces", params={"id": f"eq.{api.workspace.id}"}, json={"redact": "reject"})
    assert "workspaces.update" in [deed["action"] for deed in own(alice)["deeds"]]


def test_where_they_are_signed_in_is_part_of_it(alice: Session) -> None:
    sessions = own(alice)["sessions"]
    assert sessions and all({"since", "refreshedAt", "browser", "ip"} == set(session) for session in sessions)


def test_that_they_signed_in_and_what_they_were_mailed_is_part_of_it(api: Api, alice: Session, bob: Session) -> None:
    notice = """insert into private.notices (workspace_id, user_id, kind, variables, status, send_at)
                values (%s, %s, 'usage_80', '{}', 'sent', now())"""
    entry = """insert into auth.audit_log_entries (id, payload, created_at)
               values (gen_random_uuid(), json_build_object('actor_id', %s::text, 'action', 'login'), now())"""
    mail = """insert into private.invitation_mails (id, workspace_id, invited_by, address_hash, at)
              values (gen_random_uuid(), %s, %s, %s, now())"""
    api.db.execute(notice, (api.workspace.id, alice.user_id))
    api.db.execute(entry, (alice.user_id,))
    api.db.execute(mail, (api.workspace.id, alice.user_id, "0" * 64))
    mine, others = own(alice), own(bob)
    assert "login" in [entry["action"] for entry in mine["signIns"]]
    assert [mail["workspaceId"] for mail in mine["invitationMails"]] == [str(api.workspace.id)]
    assert str(api.workspace.id) in [notice["workspaceId"] for notice in mine["notices"]]
    assert others["invitationMails"] == []


def test_nobody_signed_in_asks_for_another_account(env: Mapping[str, str], alice: Session, bob: Session) -> None:
    for function, arguments in (("account_record", {"p_email": bob.email}), ("delete_account", {"p_email": bob.email})):
        assert alice.rest.post(f"/rpc/{function}", json=arguments).status_code in (403, 404)
    anonymous = {"apikey": env["SUPABASE_PUBLISHABLE_KEY"]}
    answer = httpx.post(f"{env['SUPABASE_URL']}/rest/v1/rpc/my_account", json={}, headers=anonymous)
    assert answer.status_code in (401, 403, 404)


def test_a_deleted_account_is_nowhere_but_in_the_audit_log(env: Mapping[str, str], api: Api) -> None:
    dora = joined(api.db, sign_up(env, "dora"), api.workspace, "viewer")
    assert api.db.execute("select public.delete_account(%s)", (dora.email.upper(),)).fetchall() == [(1,)]
    assert leftovers.tables_with(api.db, dora.email) == {}
    assert set(leftovers.tables_with(api.db, str(dora.user_id))) == {"audit_log"}
