"""POST /api/identify: who somebody is."""

from typing import Any

import pytest

from tests.integration.conftest import Api, bearer, errors, event


def contact(api: Api, user_id: str = "u1") -> dict[str, Any]:
    """The contact that a userId belongs to."""
    found = api.db.execute(
        "select row_to_json(c) from public.identities as i join public.contacts as c on c.id = i.contact_id"
        " where i.workspace_id = %s and i.kind = 'userId' and i.value = %s",
        (api.workspace.id, user_id),
    )
    row: dict[str, Any] = found.fetchall()[0][0]
    return row


def test_traits_are_there_when_the_answer_comes(api: Api) -> None:
    answer = api.public("/api/identify", {"userId": "u1", "traits": {"name": "Ann"}, "messageId": "m1"})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert contact(api)["traits"] == {"name": "Ann"}
    assert api.stored("m1")[0]["type"] == "identify"


def test_traits_are_set_one_by_one_and_null_removes(api: Api) -> None:
    api.secret("/api/identify", {"userId": "u1", "traits": {"name": "Ann", "plan": "free"}})
    api.secret("/api/identify", {"userId": "u1", "traits": {"name": None, "plan": "pro"}})
    assert contact(api)["traits"] == {"plan": "pro"}


def test_what_is_trusted_beats_what_is_claimed_later(api: Api) -> None:
    api.secret("/api/identify", {"userId": "u1", "traits": {"plan": "pro"}})
    api.public("/api/identify", {"userId": "u1", "traits": {"plan": "hacked"}})
    assert contact(api)["traits"] == {"plan": "pro"}


@pytest.mark.parametrize("body", [{"email": "Ann@Example.com"}, {"traits": {"email": "ANN@example.com"}}])
def test_an_email_by_secret_key_may_be_mailed(api: Api, body: dict[str, object]) -> None:
    api.secret("/api/identify", {"userId": "u1", **body})
    assert (contact(api)["email"], contact(api)["email_trusted"]) == ("ann@example.com", True)


def test_a_claimed_email_may_not_be_mailed(api: Api) -> None:
    api.public("/api/identify", {"userId": "u1", "email": "ann@example.com"})
    assert (contact(api)["email"], contact(api)["email_trusted"]) == ("ann@example.com", False)


def test_an_anonymous_past_joins_the_known_contact(api: Api) -> None:
    api.public("/api/track", event(userId=None, anonymousId="a1"))
    api.public("/api/identify", {"userId": "u1", "anonymousId": "a1"})
    assert api.score(userId="u1")["score"] == 5
    assert api.score(anonymousId="a1")["contactId"] == api.score(userId="u1")["contactId"]


def test_a_lead_known_by_email_joins_the_user_who_signs_up_with_it(api: Api) -> None:
    api.public("/api/identify", {"email": "ann@example.com"})
    api.public("/api/track", event(userId=None, email="ann@example.com"))
    api.public("/api/identify", {"userId": "u1", "email": "ann@example.com"})
    assert api.score(userId="u1")["score"] == 5


def test_two_users_are_never_one_contact(api: Api) -> None:
    for user in ("u1", "u2"):
        api.secret("/api/identify", {"userId": user, "anonymousId": "shared", "email": "team@example.com"})
    assert api.score(userId="u1")["contactId"] != api.score(userId="u2")["contactId"]


def test_somebody_must_be_named(api: Api) -> None:
    assert errors(api.secret("/api/identify", {"traits": {"plan": "pro"}})) == [("", "identity_missing")]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"traits": []}, ("/traits", "object_expected")),
        ({"traits": {"email": "ann"}}, ("/traits/email", "email_invalid")),
        ({"email": 5}, ("/email", "email_invalid")),
        ({"userHash": "x" * 256}, ("/userHash", "id_invalid")),
    ],
)
def test_a_fault_is_named_with_its_place(api: Api, body: dict[str, object], fault: tuple[str, str]) -> None:
    assert errors(api.secret("/api/identify", {"userId": "u1", **body})) == [fault]


def test_identify_breaks_no_silence_and_is_no_signal(api: Api) -> None:
    api.secret("/api/identify", {"userId": "u1", "event": "Upgrade Clicked"})
    assert (api.score(userId="u1")["score"], api.score(userId="u1")["breakdown"]) == (0, [])


def test_identify_is_charged_like_any_message(api: Api) -> None:
    headers = bearer(api.workspace.secret_key)
    answer = api.http.post("/api/identify", json={"userId": "u1"}, headers=headers)
    assert answer.headers["RateLimit"] == '"messages";r=239;t=0'
