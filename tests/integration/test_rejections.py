"""What was refused is there for the founder to see, for a day: the debugger's data."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from lib import keys
from tests.conftest import Session
from tests.integration.conftest import Api, bearer, event, problem

JSON = {"Content-Type": "application/json"}


def seen(member: Session, api: Api) -> list[dict[str, Any]]:
    """The rejections that a member reads through the Data API."""
    wanted = {"workspace_id": f"eq.{api.workspace.id}", "select": "message_id,code,pointer,api_key_id"}
    rows: list[dict[str, Any]] = member.rest.get("/rejections", params=wanted).raise_for_status().json()
    return sorted(rows, key=lambda row: str(row["code"]))


def test_a_member_reads_what_was_refused_and_by_which_key(api: Api, bob: Session) -> None:
    api.public("/api/track", {"batch": [event(), event(event="", messageId="m1"), event(userId=None, messageId="m2")]})
    [key] = api.db.execute(
        "select id from public.api_keys where workspace_id = %s and kind = 'publishable'", (api.workspace.id,)
    ).fetchall()[0]
    assert seen(bob, api) == [
        {"message_id": "m1", "code": "event_invalid", "pointer": "/event", "api_key_id": str(key)},
        {"message_id": "m2", "code": "identity_missing", "pointer": "", "api_key_id": str(key)},
    ]


def test_a_lone_refused_message_is_kept_too(api: Api, bob: Session) -> None:
    problem(api.public("/api/track", event(email="x", messageId="m1")), "validation_failed")
    assert [(row["message_id"], row["code"]) for row in seen(bob, api)] == [("m1", "email_invalid")]


def test_what_postgres_refuses_is_kept_with_its_place(api: Api, bob: Session) -> None:
    api.public("/api/track", {"batch": [event(), event(messageId="m1", userHash="wrong")]})
    assert [(row["message_id"], row["code"], row["pointer"]) for row in seen(bob, api)] == [
        ("m1", "user_hash_invalid", "/userHash")
    ]


def test_nothing_that_was_sent_is_kept(api: Api, bob: Session) -> None:
    card = "4111 1111 1111 1111"
    hostile = {card: "\0", "\ud800": 1}
    body = {"batch": [event(messageId=f"m {card} \0\ud800", properties=hostile), event()]}
    api.http.post("/api/track", content=json.dumps(body), headers=bearer(api.workspace.publishable_key) | JSON)
    [kept] = seen(bob, api)
    assert kept["code"] == "character_not_storable"
    assert card not in str(kept)


def test_no_query_of_a_key_is_kept(api: Api, bob: Session) -> None:
    api.public("/api/track", event(properties={"https://x.co/?token=1": "\0"}))
    assert [row["pointer"] for row in seen(bob, api)] == ["/properties/https:~1~1x.co~1"]


def test_an_outsider_sees_none_of_it(api: Api, charlie: Session) -> None:
    api.public("/api/track", event(event=""))
    assert seen(charlie, api) == []


def test_after_a_day_they_are_gone(api: Api, bob: Session) -> None:
    api.public("/api/track", event(event=""))
    yesterday = datetime.now(UTC) - timedelta(hours=24)
    api.db.execute(
        "update public.rejections set received_at = %s where workspace_id = %s", (yesterday, api.workspace.id)
    )
    assert seen(bob, api) == []
    api.public("/api/track", event(userId=None))
    kept = api.db.execute("select code from public.rejections where workspace_id = %s", (api.workspace.id,)).fetchall()
    assert kept == [("identity_missing",)]


def test_an_unknown_key_is_told_so_even_when_its_message_is_wrong(api: Api) -> None:
    problem(api.http.post("/api/track", json=event(event="", writeKey=keys.generate("publishable"))), "unknown_key")
