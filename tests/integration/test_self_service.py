"""What people do for themselves over the Data API: make a workspace, keys, an identity secret; bring in colleagues."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lib import keys
from tests.conftest import Connection, Session, Workspace, joined, sign_up

Wish = Callable[..., httpx.Response]


@pytest.fixture
def erin(env: Mapping[str, str]) -> Iterator[Session]:
    """Has just signed up."""
    person = sign_up(env, "erin")
    yield person
    person.rest.close()


def ask_for_workspace(person: Session, **wish: object) -> tuple[UUID, httpx.Response]:
    id_ = uuid4()
    row = {"workspace_id": str(id_), "name": "Acme", "slug": f"acme-{id_.hex[:8]}", **wish}
    return id_, person.rest.post("/workspace_requests", json=row)


@pytest.fixture
def acme(erin: Session) -> UUID:
    """Erin's own workspace, in which she is alone."""
    id_, answer = ask_for_workspace(erin, kind="saas_trial")
    assert answer.status_code == 201, answer.text
    return id_


def mine(person: Session) -> dict[str, Any]:
    answer = person.rest.post("/rpc/my_workspaces", json={})
    found: dict[str, Any] = answer.json()
    return found


def team(person: Session, workspace: UUID) -> dict[str, str]:
    """Role by address."""
    answer = person.rest.post("/rpc/team", json={"p_workspace": str(workspace)}).json()
    return {member["email"]: member["role"] for member in answer["members"]}


def invite(person: Session, workspace: UUID, email: str, role: str = "admin") -> httpx.Response:
    return person.rest.post("/invitations", json={"workspace_id": str(workspace), "email": email, "role": role})


def accept(person: Session, workspace: UUID) -> httpx.Response:
    """That workspace's invitation: Charlie has others' too."""
    [invitation] = [one for one in mine(person)["invitations"] if one["workspace"] == str(workspace)]
    narrow = {"workspace_id": f"eq.{invitation['workspace']}", "id": f"eq.{invitation['id']}"}
    return person.rest.patch("/invitations", params=narrow, json={"status": "accepted"})


def make_key(person: Session, workspace: UUID, key: str) -> httpx.Response:
    arguments = {
        "p_workspace": str(workspace), "p_kind": keys.kind_of(key), "p_key_hash": keys.key_hash(key),
        "p_hint": keys.hint(key),
    }  # fmt: skip
    return person.rest.post("/rpc/make_api_key", json=arguments)


def track(http: httpx.Client, key: str) -> httpx.Response:
    message = {"type": "track", "event": "Upgrade Clicked", "userId": "u"}
    return http.post("/api/track", json=message, headers={"Authorization": f"Bearer {key}"})


def test_who_asks_for_a_workspace_owns_one_with_rules_and_mails(db: Connection, erin: Session, acme: UUID) -> None:
    [workspace] = mine(erin)["workspaces"]
    assert (workspace["id"], workspace["role"]) == (str(acme), "owner")
    half_life = db.execute("select half_life_days from public.workspaces where id = %s", (acme,)).fetchone()
    assert half_life == (7,)  # as the chosen template has it
    live = db.execute("select count(*) from public.automations where workspace_id = %s and status = 'live'", (acme,))
    assert live.fetchone() == (1,)


def test_a_short_name_is_nobody_elses(erin: Session, acme: UUID) -> None:
    slug = mine(erin)["workspaces"][0]["slug"]
    _, answer = ask_for_workspace(erin, slug=slug)
    assert answer.status_code == 409
    assert "workspaces_slug_key" in answer.text


def test_nobody_makes_a_workspace_for_somebody_else(erin: Session, charlie: Session) -> None:
    _, answer = ask_for_workspace(charlie, requested_by=str(erin.user_id))
    assert answer.status_code == 403


def test_nobody_takes_over_a_workspace_by_asking_for_its_id(charlie: Session, acme: UUID) -> None:
    row = {"workspace_id": str(acme), "name": "Mine now", "slug": f"x{uuid4().hex[:8]}"}
    assert charlie.rest.post("/workspace_requests", json=row).status_code == 409
    assert all(workspace["id"] != str(acme) for workspace in mine(charlie)["workspaces"])


def test_twenty_workspaces_a_day_are_enough(db: Connection, erin: Session) -> None:
    db.execute("set session_replication_role = replica")  # the rows alone count
    db.execute(
        "insert into public.workspace_requests (workspace_id, requested_by, name, slug)"
        " select gen_random_uuid(), %s, 'x', 'x' from generate_series(1, 20)",
        (erin.user_id,),
    )
    _, answer = ask_for_workspace(erin)
    assert (answer.status_code, answer.json()["message"]) == (429, "too_many_workspaces")


def test_an_owner_makes_keys_that_work_and_revokes_them(http: httpx.Client, erin: Session, acme: UUID) -> None:
    key = keys.generate("publishable")
    made = make_key(erin, acme, key)
    assert made.status_code == 200, made.text
    assert track(http, key).status_code == 200
    narrow = {"workspace_id": f"eq.{acme}", "id": f"eq.{made.json()}"}
    assert erin.rest.patch("/api_keys", params=narrow, json={"revoked_at": "2026-01-01T00:00Z"}).status_code < 300
    assert track(http, key).status_code == 401
    told = {"Prefer": "return=representation"}
    assert erin.rest.patch("/api_keys", params=narrow, json={"revoked_at": None}, headers=told).json() == []
    assert track(http, key).status_code == 401


@pytest.mark.parametrize("role", ["admin", "viewer", None])
def test_only_owners_make_keys_and_secrets(
    db: Connection, env: Mapping[str, str], workspace: Workspace, role: str | None
) -> None:
    person = sign_up(env, "frank")
    if role:
        joined(db, person, workspace, role)
    assert make_key(person, workspace.id, keys.generate("secret")).status_code == 403
    secret = {"p_workspace": str(workspace.id), "p_secret": "x" * 40}
    assert person.rest.post("/rpc/save_identity_secret", json=secret).status_code == 403
    narrow = {"workspace_id": f"eq.{workspace.id}"}
    told = {"Prefer": "return=representation"}
    assert person.rest.patch("/api_keys", params=narrow, json={"revoked_at": "now()"}, headers=told).json() == []
    person.rest.close()


def test_a_key_can_not_be_given_to_another_workspace(erin: Session, acme: UUID, workspace: Workspace) -> None:
    made = make_key(erin, acme, keys.generate("secret"))
    narrow = {"id": f"eq.{made.json()}"}
    assert erin.rest.patch("/api_keys", params=narrow, json={"workspace_id": str(workspace.id)}).status_code == 403


def test_the_identity_secret_that_was_set_last_counts(http: httpx.Client, erin: Session, acme: UUID) -> None:
    key = keys.generate("publishable")
    make_key(erin, acme, key)

    def identify(secret: str) -> int:
        proof = hmac.new(secret.encode(), b"ada", hashlib.sha256).hexdigest()
        body = {"userId": "ada", "userHash": proof, "traits": {"plan": "pro"}, "writeKey": key}
        return http.post("/api/identify", json=body).status_code

    for secret in ("a" * 40, "b" * 32):
        saved = erin.rest.post("/rpc/save_identity_secret", json={"p_workspace": str(acme), "p_secret": secret})
        assert saved.status_code < 300, saved.text
        assert identify(secret) == 200
    assert identify("a" * 40) == 422
    short = {"p_workspace": str(acme), "p_secret": "b" * 31}
    assert erin.rest.post("/rpc/save_identity_secret", json=short).json()["message"] == "secret_too_short"


def test_who_was_invited_joins_by_signing_in_with_that_address(erin: Session, acme: UUID, charlie: Session) -> None:
    assert invite(erin, acme, charlie.email, "viewer").status_code == 201
    assert charlie.rest.get("/workspaces", params={"id": f"eq.{acme}"}).json() == []
    assert accept(charlie, acme).status_code < 300
    assert team(charlie, acme) == {erin.email: "owner", charlie.email: "viewer"}
    assert mine(charlie)["invitations"] == []


def test_nobody_accepts_for_somebody_else(erin: Session, acme: UUID, charlie: Session) -> None:
    invite(erin, acme, "somebody@example.com")
    told = {"Prefer": "return=representation"}
    for person in (charlie, erin):
        answer = person.rest.patch(
            "/invitations", json={"status": "accepted"}, headers=told, params={"status": "eq.open"}
        )
        assert answer.json() == []
    assert team(erin, acme) == {erin.email: "owner"}


def test_an_invitation_can_be_taken_back_and_declined(erin: Session, acme: UUID, charlie: Session) -> None:
    for person in (erin, charlie):
        assert invite(erin, acme, charlie.email).status_code == 201
        person.rest.delete("/invitations", params={"workspace_id": f"eq.{acme}", "email": f"eq.{charlie.email}"})
        assert mine(charlie)["invitations"] == []


def test_a_plans_members_are_counted_with_open_invitations(erin: Session, acme: UUID) -> None:
    assert invite(erin, acme, "one@example.com").status_code == 201
    refused = invite(erin, acme, "two@example.com")
    assert (refused.status_code, refused.json()["message"]) == (402, "members_limit")


def test_nobody_joins_beyond_the_plan_that_is_in_force_then(
    db: Connection, env: Mapping[str, str], erin: Session, acme: UUID, charlie: Session
) -> None:
    invite(erin, acme, charlie.email)
    other = sign_up(env, "grace")
    db.execute("insert into public.members values (%s, %s, 'viewer')", (acme, other.user_id))
    other.rest.close()
    assert accept(charlie, acme).json()["message"] == "members_limit"


@pytest.mark.parametrize("role", ["admin", "viewer"])
def test_only_owners_invite_and_change_members(
    db: Connection, erin: Session, acme: UUID, charlie: Session, role: str
) -> None:
    db.execute("insert into public.members values (%s, %s, %s)", (acme, charlie.user_id, role))
    assert invite(charlie, acme, "friend@example.com").status_code == 403
    for wish in ({"user_id": str(charlie.user_id), "role": "owner"}, {"user_id": str(erin.user_id)}):
        row = {"workspace_id": str(acme), **wish}
        assert charlie.rest.post("/member_changes", json=row).status_code == 403
    assert team(erin, acme) == {erin.email: "owner", charlie.email: role}


def test_owners_change_members_and_anybody_may_leave(
    db: Connection, erin: Session, acme: UUID, charlie: Session
) -> None:
    db.execute("insert into public.members values (%s, %s, 'viewer')", (acme, charlie.user_id))

    def change(person: Session, of: Session, role: str | None) -> httpx.Response:
        row = {"workspace_id": str(acme), "user_id": str(of.user_id), "role": role}
        return person.rest.post("/member_changes", json=row)

    assert change(erin, erin, "viewer").json()["message"] == "last_owner"
    assert change(erin, charlie, "owner").status_code == 201
    assert change(erin, erin, "admin").status_code == 201
    assert change(charlie, charlie, None).json()["message"] == "last_owner"
    assert change(erin, erin, None).status_code == 201
    assert team(charlie, acme) == {charlie.email: "owner"}
    log = db.execute("select action from public.audit_log where workspace_id = %s order by at", (acme,)).fetchall()
    assert {"members.update", "members.delete"} <= {action for (action,) in log}


def test_nobody_joins_a_workspace_that_is_being_deleted(
    db: Connection, erin: Session, acme: UUID, charlie: Session
) -> None:
    invite(erin, acme, charlie.email)
    db.execute("update public.workspaces set deletion_requested_at = now() where id = %s", (acme,))
    assert accept(charlie, acme).json()["message"] == "workspace_deletion_pending"


def test_setup_says_what_is_done(http: httpx.Client, erin: Session, acme: UUID, charlie: Session) -> None:
    def progress(person: Session) -> Any:
        return person.rest.post("/rpc/setup_progress", json={"p_workspace": str(acme)}).json()

    assert not any(progress(erin).values())
    key = keys.generate("publishable")
    make_key(erin, acme, key)
    track(http, key)
    assert {step for step, done in progress(erin).items() if done} == {"publishableKey", "event", "user", "scored"}
    assert progress(charlie) is None


def test_what_comes_in_and_what_is_refused_is_told_to_members(
    http: httpx.Client, erin: Session, acme: UUID, charlie: Session
) -> None:
    key = keys.generate("publishable")
    make_key(erin, acme, key)
    track(http, key)
    http.post("/api/track", json={"type": "track", "event": "Lost", "writeKey": key})

    def recent(person: Session) -> dict[str, Any]:
        answer: dict[str, Any] = person.rest.post("/rpc/recent_messages", json={"p_workspace": str(acme)}).json()
        return answer

    assert [(event["name"], event["who"]) for event in recent(erin)["events"]] == [("Upgrade Clicked", "u")]
    assert [refused["code"] for refused in recent(erin)["rejections"]] == ["identity_missing"]
    assert recent(charlie)["events"] == recent(charlie)["rejections"] == []


def test_an_invitation_is_part_of_what_is_held_of_both(erin: Session, acme: UUID, charlie: Session) -> None:
    assert invite(erin, acme, charlie.email, "viewer").status_code == 201
    for person, is_by_them in ((erin, True), (charlie, False)):
        held = person.rest.post("/rpc/my_account", json={}).json()["invitations"]
        [here] = [one for one in held if one["workspaceId"] == str(acme)]
        assert (here["role"], here["status"], here["isByThem"]) == ("viewer", "open", is_by_them)
