"""Admins pin contacts to stages by adding a row through the Data API, and let go of them again."""

from uuid import uuid4

import pytest

from tests.conftest import Session
from tests.database.test_drafts import decide, draft, prepare
from tests.integration.conftest import Api, event


@pytest.fixture
def pin(api: Api) -> dict[str, str | None]:
    """The row that pins u1 to "customer"."""
    api.track(event())
    stage = api.db.execute(
        "select id::text from public.stages where workspace_id = %s and name = 'customer'", (api.workspace.id,)
    ).fetchall()[0][0]
    contact = api.score(userId="u1")["contactId"]
    return {"workspace_id": str(api.workspace.id), "contact_id": contact, "stage_id": stage}


def stage_of(api: Api, user_id: str = "u1") -> tuple[str, str]:
    """As /api/score says, and as it is stored."""
    explained = api.score(userId=user_id)
    stored = api.db.execute(
        """select g.name from public.contact_states as s join public.stages as g on g.id = s.stage_id
           where s.contact_id = %s""",
        (explained["contactId"],),
    ).fetchall()[0][0]
    return explained["stage"], stored


def test_an_owner_pins_a_contact_and_lets_go(api: Api, alice: Session, pin: dict[str, str | None]) -> None:
    assert alice.rest.post("/stage_pins", json=pin).status_code == 201
    assert stage_of(api) == ("customer", "customer")
    api.track(event(event="Subscription Cancelled"))
    assert stage_of(api) == ("customer", "customer")
    assert alice.rest.post("/stage_pins", json=pin | {"stage_id": None}).status_code == 201
    assert stage_of(api) == ("churned", "churned")


def test_the_log_says_that_it_was_by_hand_and_by_whom(api: Api, alice: Session, pin: dict[str, str | None]) -> None:
    alice.rest.post("/stage_pins", json=pin)
    [logged] = alice.rest.get("/stage_pins", params={"contact_id": f"eq.{pin['contact_id']}"}).json()
    assert logged["pinned_by"] == str(alice.user_id)
    moved = alice.rest.get("/transitions", params={"contact_id": f"eq.{pin['contact_id']}", "cause": "eq.hand"}).json()
    assert [(row["to_stage_id"], row["score"]) for row in moved] == [(pin["stage_id"], 5)]


def test_a_viewer_or_an_outsider_pins_nobody(
    api: Api, bob: Session, charlie: Session, pin: dict[str, str | None]
) -> None:
    assert [person.rest.post("/stage_pins", json=pin).status_code for person in (bob, charlie)] == [403, 403]
    assert stage_of(api) == ("signed_up", "signed_up")


def test_an_unknown_contact_or_stage_is_not_pinned(api: Api, alice: Session, pin: dict[str, str | None]) -> None:
    assert alice.rest.post("/stage_pins", json=pin | {"contact_id": str(uuid4())}).status_code == 404
    assert alice.rest.post("/stage_pins", json=pin | {"stage_id": str(uuid4())}).status_code == 403


def test_a_pin_goes_along_when_a_contact_joins_another(api: Api, alice: Session, pin: dict[str, str | None]) -> None:
    api.track(event(userId=None, anonymousId="a"))
    visitor = api.score(anonymousId="a")["contactId"]
    alice.rest.post("/stage_pins", json=pin | {"contact_id": visitor})
    api.track(event(userId="u2", anonymousId="a"))
    assert stage_of(api, "u2") == ("customer", "customer")


def test_a_stage_that_the_rules_have_no_longer_holds_nobody(
    api: Api, alice: Session, pin: dict[str, str | None]
) -> None:
    alice.rest.post("/stage_pins", json=pin)
    rules = api.db.execute("select public.rules_in_force(%s)", (api.workspace.id,)).fetchall()[0][0]
    stages = [stage for stage in rules["stages"] if stage["name"] != "customer"]
    made = draft(api.db, api.workspace, rules | {"stages": stages})
    prepare(api.db, made)
    decide(api.db, made, "publish")
    api.secret("/api/score", {"recompute": True})
    assert stage_of(api) == ("signed_up", "signed_up")
