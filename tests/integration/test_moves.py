"""Admins move identities by adding a row through the Data API; nobody else does."""

import pytest

from tests.conftest import Session
from tests.database import reading
from tests.integration.conftest import Api, event

ANN, BEN, BROWSER = ("userId", "ann"), ("userId", "ben"), ("anonymousId", "a")


@pytest.fixture
def move(api: Api) -> dict[str, str]:
    """The row that moves Ann's browser to Ben."""
    api.track(event(userId="ann", anonymousId="a"), event(userId="ben"), event(userId=None, anonymousId="a"))
    ids = {name: str(reading.identity_id(api.db, api.workspace, one)) for name, one in (("a", BROWSER), ("ben", BEN))}
    return {"workspace_id": str(api.workspace.id), "identity_id": ids["a"], "contact_id": ids["ben"]}


def points(api: Api) -> tuple[int, int]:
    return api.score(userId="ann")["score"], api.score(userId="ben")["score"]


def test_an_owner_moves_an_identity_and_the_log_says_who(api: Api, alice: Session, move: dict[str, str]) -> None:
    assert points(api) == (10, 5)
    assert alice.rest.post("/identity_moves", json=move).status_code == 201
    assert points(api) == (5, 10)
    [logged] = alice.rest.get("/identity_moves", params={"workspace_id": f"eq.{api.workspace.id}"}).json()
    assert logged["moved_by"] == str(alice.user_id)


def test_nobody_signs_a_move_for_another(alice: Session, bob: Session, move: dict[str, str]) -> None:
    assert alice.rest.post("/identity_moves", json=move | {"moved_by": str(bob.user_id)}).status_code == 403


def test_a_viewer_or_an_outsider_moves_nothing(api: Api, bob: Session, charlie: Session, move: dict[str, str]) -> None:
    for person in (bob, charlie):
        assert person.rest.post("/identity_moves", json=move).status_code == 403
    assert points(api) == (10, 5)


def test_the_log_is_never_rewritten(api: Api, alice: Session, move: dict[str, str]) -> None:
    alice.rest.post("/identity_moves", json=move)
    mine = {"workspace_id": f"eq.{api.workspace.id}"}
    assert alice.rest.patch("/identity_moves", params=mine, json={"contact_id": None}).status_code == 403
    assert alice.rest.delete("/identity_moves", params=mine).status_code == 403


def test_who_may_not_move_gets_no_preview(api: Api, bob: Session, charlie: Session, move: dict[str, str]) -> None:
    asked = {f"p_{name.removesuffix('_id')}": value for name, value in move.items()}
    assert [who.rest.post("/rpc/preview_move", json=asked).status_code for who in (bob, charlie)] == [403, 403]
    assert points(api) == (10, 5)


def test_an_owner_sees_what_a_move_would_change(alice: Session, api: Api, move: dict[str, str]) -> None:
    asked = {f"p_{name.removesuffix('_id')}": value for name, value in move.items()}
    promised = alice.rest.post("/rpc/preview_move", json=asked).json()
    assert (promised["from"]["after"]["score"], promised["to"]["after"]["score"]) == (5, 10)
    assert points(api) == (10, 5)
