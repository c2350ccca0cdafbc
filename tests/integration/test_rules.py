"""Owners and admins draft and publish rules: a draft is a row of the Data API, and /api/score does the work."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Session, rules_of
from tests.integration.conftest import Api, bearer, errors, event, problem


@pytest.fixture
def draft(api: Api) -> dict[str, Any]:
    """The row that drafts rules by which one use of a feature makes somebody ready."""
    api.track(event())
    rules = rules_of(api.db, api.workspace)
    for signal in rules["signals"]:
        signal |= {"points": 80, "cap": 80} if signal["name"] == "Feature Used" else {}
    return {"workspace_id": str(api.workspace.id), "rules": rules}


def added(person: Session, draft: dict[str, Any]) -> str:
    answer = person.rest.post("/rule_drafts", json=draft, headers={"Prefer": "return=representation"})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()[0]["id"]
    return made


def decide(person: Session, made: str, decision: str) -> httpx.Response:
    headers = {"Prefer": "return=representation"}
    return person.rest.patch("/rule_drafts", params={"id": f"eq.{made}"}, json={"decision": decision}, headers=headers)


def test_an_owner_previews_and_publishes_a_draft(api: Api, alice: Session, draft: dict[str, Any]) -> None:
    made = added(alice, draft)
    seen = api.member("/api/score", {"preview": made}, alice.access_token)
    assert (seen.status_code, seen.json()["status"]) == (200, "previewed")
    [move] = seen.json()["moves"]
    assert (move["from"], move["to"], move["contacts"]) == ("signed_up", "ready", 1)
    assert [example["userId"] for example in move["examples"]] == ["u1"]
    assert seen.json()["mails"] == [{"automation": "Ready to upgrade", "mails": 1, "mailable": 0}]
    assert decide(alice, made, "publish").status_code == 200
    assert (api.score(userId="u1")["score"], api.score(userId="u1")["stage"]) == (80, "ready")


def test_after_publishing_the_re_score_reports_its_progress(api: Api, alice: Session, draft: dict[str, Any]) -> None:
    made = added(alice, draft)
    api.member("/api/score", {"preview": made}, alice.access_token)
    decide(alice, made, "publish")
    [begun] = alice.rest.get("/rescores", params={"workspace_id": f"eq.{api.workspace.id}"}).json()
    assert (begun["done"], begun["finished_at"]) == (0, None)
    progress = api.secret("/api/score", {"recompute": True})
    assert (progress.status_code, progress.json()["status"], progress.json()["done"]) == (200, "done", 1)


def test_a_viewer_sees_a_preview_and_decides_nothing(
    api: Api, alice: Session, bob: Session, draft: dict[str, Any]
) -> None:
    made = added(alice, draft)
    assert bob.rest.post("/rule_drafts", json=draft).status_code == 403
    seen = api.member("/api/score", {"preview": made}, bob.access_token)
    assert (seen.status_code, seen.json()["status"]) == (200, "previewed")
    assert decide(bob, made, "publish").json() == []
    assert api.score(userId="u1")["score"] == 5


def test_an_outsider_learns_nothing_from_drafting(
    api: Api, alice: Session, charlie: Session, draft: dict[str, Any]
) -> None:
    draft["rules"]["stages"] = [{"name": "only", "score": 0}]
    answer = charlie.rest.post("/rule_drafts", json=draft)
    assert answer.status_code == 403 and "ready" not in answer.text.lower()
    made = added(alice, {**draft, "rules": rules_of(api.db, api.workspace)})
    problem(api.member("/api/score", {"preview": made}, charlie.access_token), "draft_unknown")


def test_status_and_progress_are_not_the_members_to_write(api: Api, alice: Session, draft: dict[str, Any]) -> None:
    assert alice.rest.post("/rule_drafts", json=draft | {"status": "previewed"}).status_code == 403
    made = added(alice, draft)
    answer = alice.rest.patch("/rule_drafts", params={"id": f"eq.{made}"}, json={"status": "previewed"})
    assert answer.status_code == 403
    assert alice.rest.post("/rescores", json={"workspace_id": draft["workspace_id"]}).status_code == 403


def test_what_is_wrong_with_rules_is_said_with_its_place(alice: Session, draft: dict[str, Any]) -> None:
    draft["rules"]["halfLifeDays"] = 0
    answer = alice.rest.post("/rule_drafts", json=draft)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["message"]) == ("PT422", "rules_invalid")
    assert "/halfLifeDays" in answer.json()["details"]


def test_a_draft_that_was_not_previewed_is_not_published(alice: Session, draft: dict[str, Any]) -> None:
    answer = decide(alice, added(alice, draft), "publish")
    assert (answer.status_code, answer.json()["code"]) == (425, "PT425")


def test_a_secret_key_previews_its_own_workspaces_drafts(api: Api, alice: Session, draft: dict[str, Any]) -> None:
    made = added(alice, draft)
    assert api.secret("/api/score", {"preview": made}).json()["status"] == "previewed"
    problem(api.secret("/api/score", {"preview": str(uuid4())}), "draft_unknown")


def test_every_member_sees_the_templates(bob: Session) -> None:
    kinds = {template["kind"] for template in bob.rest.get("/rule_templates").json()}
    assert kinds == {"default", "saas_trial", "freemium", "developer_tool"}


def test_an_owner_and_a_secret_key_may_recompute(api: Api, alice: Session) -> None:
    api.track(event())
    for answer in (
        api.secret("/api/score", {"recompute": True}),
        api.member("/api/score", {"recompute": True}, alice.access_token),
    ):
        assert (answer.status_code, answer.json()["status"], answer.json()["total"]) == (200, "done", 1)


def test_a_viewer_or_an_outsider_may_not_recompute(api: Api, bob: Session, charlie: Session) -> None:
    for person in (bob, charlie):
        problem(api.member("/api/score", {"recompute": True}, person.access_token), "not_allowed")


def test_recomputing_counts_again_from_the_events(api: Api) -> None:
    api.track(event())
    api.db.execute("update public.signal_counts set count = 7 where workspace_id = %s", (api.workspace.id,))
    assert api.score(userId="u1")["score"] == 30
    api.secret("/api/score", {"recompute": True})
    assert api.score(userId="u1")["score"] == 5


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"recompute": False}, "/recompute"), ({"recompute": True, "userId": "u1"}, "/userId"),
     ({"preview": "x"}, "/preview"), ({"preview": None}, "/preview")],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(api: Api, body: dict[str, object], pointer: str) -> None:
    assert pointer in [place for place, _ in errors(api.secret("/api/score", body))]


def test_a_publishable_key_may_do_none_of_it(api: Api) -> None:
    for body in ({"recompute": True}, {"preview": str(uuid4())}):
        answer = api.http.post("/api/score", json=body, headers=bearer(api.workspace.publishable_key))
        problem(answer, "secret_key_required")


def test_every_member_tries_a_draft_on_the_past_and_an_outsider_learns_nothing(
    api: Api, alice: Session, bob: Session, charlie: Session, draft: dict[str, Any]
) -> None:
    then, now = datetime.now(UTC) - timedelta(days=14), datetime.now(UTC) - timedelta(minutes=1)
    api.track(event(userId="payer", timestamp=then.isoformat()))
    api.track(event(userId="payer", event="Subscription Started", timestamp=now.isoformat()))
    asked = {"p_workspace": str(api.workspace.id), "p_draft": added(alice, draft)}
    api.member("/api/score", {"preview": asked["p_draft"]}, bob.access_token)
    found = [person.rest.post("/rpc/back_test", json=asked).json() for person in (alice, bob, charlie)]
    assert [(payer["score"], payer["isNamed"]) for payer in found[0]["payers"]] == [(80, True)]
    assert (found[1]["payers"], found[2]) == (found[0]["payers"], None)


def test_a_back_test_has_the_score_that_was_answered_for_that_day(api: Api, alice: Session) -> None:
    then, now = datetime.now(UTC) - timedelta(days=14), datetime.now(UTC) - timedelta(minutes=1)
    for n, name in enumerate(["Feature Used", "Invite Sent", "Upgrade Clicked"]):
        api.track(event(userId="payer", event=name, timestamp=(then - timedelta(days=n)).isoformat()))
    api.track(event(userId="payer", event="Subscription Started", timestamp=now.isoformat()))
    [payer] = alice.rest.post("/rpc/back_test", json={"p_workspace": str(api.workspace.id)}).json()["payers"]
    answer = api.score(userId="payer", on=payer["on"])
    assert (payer["score"], payer["stage"]) == (answer["score"], answer["stage"])
