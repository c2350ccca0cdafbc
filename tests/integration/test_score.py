"""POST /api/score: one contact's explained score, or a list of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import Session
from tests.integration.conftest import Api, bearer, errors, event, problem


def test_a_score_comes_with_what_it_is_made_of(api: Api) -> None:
    api.track(event(), event(event="Pricing Viewed"), event(event="Pricing Viewed"))
    explained = api.score(userId="u1")
    assert (explained["score"], explained["stage"]) == (35, "activated")
    assert (explained["engagement"], explained["fit"]) == (35, 0)
    assert explained["asOf"] == datetime.now(UTC).date().isoformat()
    named = [(part["signal"], part["count"], part["points"]) for part in explained["breakdown"]]
    assert named == [("Pricing Viewed", 2, 30), ("Feature Used", 1, 5)]


def test_a_breakdown_sums_to_the_score(api: Api) -> None:
    days = [datetime.now(UTC) - timedelta(days=days) for days in (1, 3, 8, 20)]
    events = [event(event=name, timestamp=day.isoformat()) for day in days for name in ("Feature Used", "Invite Sent")]
    api.track(*events)
    explained = api.score(userId="u1")
    cents = sum(round(part["points"] * 100) for part in explained["breakdown"])
    assert cents == round(explained["engagement"] * 100) + round(explained["fit"] * 100)


def test_a_contact_is_found_by_any_of_its_names(api: Api) -> None:
    api.secret("/api/identify", {"userId": "u1", "anonymousId": "a1", "email": "ann@example.com"})
    contact = api.score(userId="u1")["contactId"]
    lookups = [{"anonymousId": "a1"}, {"email": "ANN@example.com"}, {"contactId": contact}]
    assert {api.score(**lookup)["contactId"] for lookup in lookups} == {contact}


def test_a_list_is_answered_in_its_order_with_null_for_nobody(api: Api) -> None:
    api.track(event(userId="u1"), event(userId="u2"))
    answer = api.secret("/api/score", {"contacts": [{"userId": "u2"}, {"userId": "nobody"}, {"userId": "u1"}]})
    assert answer.status_code == 200
    assert answer.json() == {"contacts": [api.score(userId="u2"), None, api.score(userId="u1")]}


@pytest.mark.parametrize("lookup", [{"userId": "u2"}, {"email": "x@example.com"}, {"contactId": str(uuid4())}])
def test_an_unknown_contact_is_not_found(api: Api, lookup: dict[str, object]) -> None:
    api.track(event(userId="u1"))
    problem(api.secret("/api/score", lookup), "contact_unknown")


def test_an_email_that_users_share_is_ambiguous(api: Api) -> None:
    for user in ("u1", "u2"):
        api.secret("/api/identify", {"userId": user, "email": "team@example.com"})
    contacts = {api.score(userId=user)["contactId"] for user in ("u1", "u2")}
    document = problem(api.secret("/api/score", {"email": "team@example.com"}), "ambiguous")
    assert set(document["contactIds"]) == contacts
    listed = api.secret("/api/score", {"contacts": [{"email": "team@example.com"}]}).json()["contacts"]
    assert [set(found["ambiguous"]) for found in listed] == [contacts]


@pytest.mark.parametrize("number", [1, 100])
def test_up_to_100_contacts_may_be_asked_for(api: Api, number: int) -> None:
    answer = api.secret("/api/score", {"contacts": [{"userId": f"u{n}"} for n in range(number)]})
    assert answer.json() == {"contacts": [None] * number}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/contacts/0"),
        ({"userId": "u1", "email": "a@b.co"}, "/contacts/0"),
        ({"userId": ""}, "/contacts/0/userId"),
        ({"userId": 5}, "/contacts/0/userId"),
        ({"userId": "x" * 256}, "/contacts/0/userId"),
        ({"email": "ann"}, "/contacts/0/email"),
        ({"contactId": "u1"}, "/contacts/0/contactId"),
        ({"user": "u1"}, "/contacts/0/user"),
        ({"user/~": "u1"}, "/contacts/0/user~1~0"),
        ({"contacts": []}, "/contacts"),
        ({"contacts": [{"userId": "u"}] * 101}, "/contacts"),
        ({"contacts": [{"userId": "u1"}, {}]}, "/contacts/1"),
        ({"contacts": [5]}, "/contacts/0"),
        ({"contacts": [{"userId": "u1"}], "userId": "u1"}, "/userId"),
    ],
)
def test_a_lookup_names_one_contact_in_one_way(api: Api, body: dict[str, object], pointer: str) -> None:
    assert pointer in [place for place, _ in errors(api.secret("/api/score", body))]


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800"])
def test_a_name_that_can_not_be_stored_is_refused(api: Api, text: str) -> None:
    headers = bearer(api.workspace.secret_key) | {"Content-Type": "application/json"}
    answer = api.http.post("/api/score", content=f'{{"userId": "{text}"}}', headers=headers)
    assert errors(answer) == [("/contacts/0/userId", "character_not_storable")]


def test_every_member_may_read_scores(api: Api, alice: Session, bob: Session) -> None:
    api.track(event())
    for member in (alice, bob):
        answer = api.member("/api/score", {"userId": "u1"}, member.access_token)
        assert (answer.status_code, answer.json()) == (200, api.score(userId="u1"))


def test_to_an_outsider_nobody_exists(api: Api, charlie: Session) -> None:
    api.track(event())
    problem(api.member("/api/score", {"userId": "u1"}, charlie.access_token), "contact_unknown")
    answer = api.member("/api/score", {"contacts": [{"userId": "u1"}]}, charlie.access_token)
    assert answer.json() == {"contacts": [None]}


def test_a_member_names_the_workspace(api: Api, alice: Session) -> None:
    answer = api.http.post(
        "/api/score", json={"userId": "u1"}, headers={"Authorization": f"Bearer {alice.access_token}"}
    )
    assert errors(answer) == [("/workspaceId", "missing")]
    answer = api.member("/api/score", {"userId": "u1", "workspaceId": "acme"}, alice.access_token)
    assert [pointer for pointer, _ in errors(answer)] == ["/workspaceId"]


@pytest.mark.parametrize("token", ["eyJhbGciOiJIUzI1NiJ9.e30.x", "a.b.c"])
def test_a_forged_token_is_refused(api: Api, token: str) -> None:
    problem(api.member("/api/score", {"userId": "u1"}, token), "token_invalid")


def test_a_token_with_another_signature_is_refused(api: Api, alice: Session) -> None:
    head, claims, signature = alice.access_token.split(".")
    forged = f"{head}.{claims}.{signature[:-6]}AAAAAA"
    problem(api.member("/api/score", {"userId": "u1"}, forged), "token_invalid")


# Past days


def at(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def on(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def test_a_day_before_a_contact_was_known_is_answered_by_what_its_counts_make(api: Api) -> None:
    api.track(event(timestamp=at(3)), event(timestamp=at(1)))
    past = api.score(userId="u1", on=on(2))
    assert (past["score"], past["breakdown"][0]["count"], past["asOf"]) == (5, 1, on(2))
    assert api.score(userId="u1", on=on(4))["score"] == 0


def test_a_past_day_is_answered_as_it_was_known_then(api: Api) -> None:
    api.track(event(event="Pricing Viewed"))
    # As if all of that had been five days ago, and nothing since.
    api.db.execute(
        "update public.contact_states set changed_on = %s, sums_on = %s, due_on = %s where workspace_id = %s",
        (on(5), on(5), on(0), api.workspace.id),
    )
    past = api.score(userId="u1", on=on(3))
    assert (past["score"], past["stage"]) == (15, "signed_up")
    assert (past["engagement"], past["fit"], past["breakdown"]) == (None, None, None)


def test_a_list_may_be_asked_for_a_day(api: Api) -> None:
    api.track(event(timestamp=at(1)))
    answer = api.secret("/api/score", {"contacts": [{"userId": "u1"}, {"userId": "u2"}], "on": on(1)})
    assert [found and found["asOf"] for found in answer.json()["contacts"]] == [on(1), None]


def test_today_may_be_asked_for_by_its_date(api: Api) -> None:
    api.track(event())
    assert api.score(userId="u1", on=on(0)) == api.score(userId="u1")


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", 20261101, "2026-11-01T00:00:00Z", "", on(-2)])
def test_on_is_a_day_that_has_come(api: Api, day: object) -> None:
    assert [place for place, _ in errors(api.secret("/api/score", {"userId": "u1", "on": day}))] == ["/on"]


# The scheduler


def test_only_the_scheduler_sweeps(api: Api) -> None:
    for key in (None, api.workspace.secret_key):
        answer = api.http.get("/api/score", headers=bearer(key) if key else {})
        problem(answer, "cron_secret_required")


@pytest.mark.exclusive
def test_the_sweep_moves_what_is_due_and_checks_for_drift(api: Api, env: Mapping[str, str]) -> None:
    api.track(event(), event(event="Upgrade Clicked"))
    now = (datetime.now(UTC) + timedelta(days=14)).isoformat()

    def sweep() -> dict[str, Any]:
        answer = api.http.get("/api/score", params={"now": now}, headers=bearer(env["CRON_SECRET"]), timeout=60)
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    # It moves the contacts of all other tests too.
    first = told = sweep()
    while told["left"]:
        told = sweep()
    assert first["moved"] >= 1
    assert first["drift"].keys() == {"on", "contacts", "differences"}
    kept = "select stage_id from public.contact_states where workspace_id = %s"
    named = "select name from public.stages where id in (" + kept + ")"
    assert api.db.execute(named, (api.workspace.id,)).fetchall() == [("at_risk",)]
    again = sweep()
    assert (again["swept"], again["drift"]) == (0, None)
