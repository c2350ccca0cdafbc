"""Saved views: filters of the list of contacts under a name, written by owners and admins, read by every member."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.conftest import Connection, Session, Workspace


def save(session: Session, workspace: Workspace, **row: Any) -> httpx.Response:
    view = {"workspace_id": str(workspace.id), "name": "On pro", "query": "trait.plan=is:pro"}
    return session.rest.post("/saved_views", json=view | row)


def views(session: Session, workspace: Workspace) -> list[dict[str, Any]]:
    asked = {"workspace_id": f"eq.{workspace.id}", "order": "name"}
    found: list[dict[str, Any]] = session.rest.get("/saved_views", params=asked).json()
    return found


def test_what_an_owner_saves_every_member_sees(workspace: Workspace, alice: Session, bob: Session) -> None:
    assert save(alice, workspace).status_code == 201
    [view] = views(bob, workspace)
    assert (view["name"], view["query"], view["created_by"]) == ("On pro", "trait.plan=is:pro", str(alice.user_id))


def test_a_viewer_saves_renames_and_deletes_none(workspace: Workspace, alice: Session, bob: Session) -> None:
    save(alice, workspace)
    assert save(bob, workspace, name="Mine").status_code == 403
    mine = {"workspace_id": f"eq.{workspace.id}"}
    bob.rest.patch("/saved_views", params=mine, json={"name": "Mine"})
    bob.rest.delete("/saved_views", params=mine)
    assert [view["name"] for view in views(alice, workspace)] == ["On pro"]


def test_an_admin_renames_and_deletes_one(db: Connection, workspace: Workspace, alice: Session) -> None:
    save(alice, workspace)
    db.execute("update public.members set role = 'admin' where workspace_id = %s", (workspace.id,))
    which = {"workspace_id": f"eq.{workspace.id}", "name": "eq.On pro"}
    assert alice.rest.patch("/saved_views", params=which, json={"name": "Pro plan"}).status_code == 204
    assert [view["name"] for view in views(alice, workspace)] == ["Pro plan"]
    assert alice.rest.delete("/saved_views", params=which | {"name": "eq.Pro plan"}).status_code == 204
    assert views(alice, workspace) == []


def test_names_are_unique_and_neither_blank_nor_long(workspace: Workspace, alice: Session) -> None:
    save(alice, workspace)
    assert "saved_views_name_key" in save(alice, workspace).json()["message"]
    for name in ("", "  ", "x" * 61):
        assert "saved_views_name_length" in save(alice, workspace, name=name).json()["message"]
    assert "saved_views_query_length" in save(alice, workspace, name="x", query="x" * 2001).json()["message"]


def test_the_same_filters_are_one_view(workspace: Workspace, alice: Session) -> None:
    save(alice, workspace)
    again = save(alice, workspace, name="Again")
    assert (again.status_code, "saved_views_query_key" in again.json()["message"]) == (409, True)


def test_a_view_holds_no_address(workspace: Workspace, alice: Session) -> None:
    for query in ("trait.email=is:ada@example.com", "trait.email=is:ada%40example.com"):
        assert "saved_views_no_address" in save(alice, workspace, query=query).json()["message"]


def test_there_are_50_at_most_also_when_two_come_at_once(db: Connection, workspace: Workspace, alice: Session) -> None:
    statement = "insert into public.saved_views (workspace_id, name, query) values (%s, %s, %s)"
    for n in range(49):
        db.execute(statement, (workspace.id, f"view {n}", f"least={n}"))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: save(alice, workspace, name=f"at once {n}", query=f"most={n}"), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 429, 429, 429]
    assert len(views(alice, workspace)) == 50
