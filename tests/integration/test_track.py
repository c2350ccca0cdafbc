"""POST /api/track and its /v1 routes: what is accepted is stored once, what is not is named."""

import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Workspace
from tests.integration.conftest import INGESTION, Api, bearer, errors, event
from tests.proofs import examples


def user_hash(api: Api, user_id: str) -> str:
    return hmac.new(api.workspace.identity_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def names(api: Api) -> list[str]:
    statement = "select name from public.events where workspace_id = %s order by name"
    return [row[0] for row in api.db.execute(statement, (api.workspace.id,))]


def ago(**delta: float) -> str:
    return (datetime.now(UTC) - timedelta(**delta)).isoformat()


def test_an_event_is_stored_when_the_answer_comes(api: Api) -> None:
    answer = api.public("/api/track", event(messageId="m1", properties={"plan": "pro"}, context={"locale": "en"}))
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "accepted": 1, "duplicates": 0, "rejected": []}
    [stored] = api.stored("m1")
    assert (stored["name"], stored["trusted"]) == ("Feature Used", False)
    assert (stored["properties"], stored["context"]) == ({"plan": "pro"}, {"locale": "en"})


def test_the_score_is_right_when_the_answer_comes(api: Api) -> None:
    api.track(event(event="Project Created"), event(event="Upgrade Clicked"))
    explained = api.score(userId="u1")
    assert (explained["score"], explained["stage"]) == (35, "activated")
    assert [part["points"] for part in explained["breakdown"]] == [25, 10]


def test_an_answer_says_how_much_is_left(api: Api) -> None:
    first = api.secret("/api/track", event())
    second = api.secret("/api/track", {"batch": [event(), event()]})
    assert first.headers["RateLimit-Policy"] == '"messages";q=240;w=60'
    assert (first.headers["RateLimit"], second.headers["RateLimit"]) == ('"messages";r=239;t=0', '"messages";r=237;t=0')


def test_what_is_stored_is_cleaned_of_what_we_do_not_keep(api: Api) -> None:
    page = {"url": "https://x.co/a?token=1&utm_source=ad", "title": "A"}
    api.public(
        "/api/track", event(type="page", messageId="m1", properties=page, context={"ip": "203.0.113.9", "page": page})
    )
    [stored] = api.stored("m1")
    clean = {"url": "https://x.co/a?utm_source=ad", "title": "A"}
    assert (stored["properties"], stored["context"]) == (clean, {"page": clean})
    assert "203.0.113.9" not in str(stored)


# Routes


@pytest.mark.parametrize(
    ("segment", "name"),
    [("track", "x"), ("page", "Page Viewed"), ("screen", "Screen Viewed")]
    + [(kind, kind) for kind in ("identify", "group", "alias")],
)
def test_segments_routes_name_the_type(api: Api, segment: str, name: str) -> None:
    short, slash = f"/v1/{segment[0]}", f"/v1/{segment}/"
    for path in (f"/v1/{segment}", short, slash):
        assert api.secret(path, {"event": "x", "userId": "u1", "previousId": "a1", "groupId": "g1"}).status_code == 200
    assert names(api) == [name] * 3


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import", "/api/track", "/api/identify"])
def test_batches_go_to_any_url(api: Api, path: str) -> None:
    answer = api.secret(path, {"batch": [event(), event(type="page")]})
    assert answer.json()["accepted"] == 2
    assert names(api) == ["Feature Used", "Page Viewed"]


def test_a_batch_route_leaves_the_type_to_its_messages(api: Api) -> None:
    answer = api.secret("/v1/batch", {"batch": [{"event": "x", "userId": "u1"}]})
    assert errors(answer) == [("/batch/0/type", "type_unknown")]


# Rejections


def test_a_batch_stores_the_good_and_names_the_bad(api: Api) -> None:
    batch = [event(messageId="m0"), event(event="", messageId="m1"), event(userId=None, messageId="m2"), 5]
    answer = api.secret("/api/track", {"batch": batch})
    assert answer.status_code == 200
    assert answer.json()["accepted"] == 1
    named = [(bad["index"], bad["messageId"], bad["code"]) for bad in answer.json()["rejected"]]
    assert named == [(1, "m1", "event_invalid"), (2, "m2", "identity_missing"), (3, None, "message_not_object")]
    assert len(api.stored("m0")) == 1


@pytest.mark.parametrize("path", INGESTION)
def test_a_lone_invalid_message_is_refused(api: Api, path: str) -> None:
    assert errors(api.secret(path, event(userId="x" * 256))) == [("/userId", "id_invalid")]
    assert names(api) == []


def test_a_batch_with_nothing_valid_is_refused(api: Api) -> None:
    answer = api.secret("/api/track", {"batch": [event(event=""), event(properties=[])]})
    assert errors(answer) == [("/batch/0/event", "event_invalid"), ("/batch/1/properties", "object_expected")]
    assert [bad["index"] for bad in answer.json()["rejected"]] == [0, 1]


@pytest.mark.parametrize("batch", [[], [event()] * 101, {}, None])
def test_a_batch_holds_1_to_100_messages(api: Api, batch: object) -> None:
    assert errors(api.secret("/api/track", {"batch": batch})) == [("/batch", "batch_invalid")]


def test_a_batch_of_100_is_stored(api: Api) -> None:
    answer = api.secret("/api/track", {"batch": [event(userId=f"u{n}") for n in range(100)]})
    assert answer.json() == {"success": True, "accepted": 100, "duplicates": 0, "rejected": []}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"event": "a\0b"}, ("/event", "character_not_storable")),
        ({"properties": {"a": "\0"}}, ("/properties/a", "character_not_storable")),
        ({"timestamp": "soon"}, ("/timestamp", "timestamp_invalid")),
        ({"timestamp": ago(hours=-1)}, ("/timestamp", "timestamp_in_future")),
        ({"properties": {"a": "x" * 33_000}}, ("", "message_too_large")),
        ({"email": "x"}, ("/email", "email_invalid")),
    ],
)
def test_a_fault_is_named_with_its_place(api: Api, fields: dict[str, object], fault: tuple[str, str]) -> None:
    assert errors(api.secret("/api/track", event(**fields))) == [fault]


@pytest.mark.parametrize(
    ("value", "code"),
    [('"\\ud800"', "character_not_storable"), ("1e400", "number_not_finite"), ("-1e400", "number_not_finite")],
)
def test_json_that_postgres_can_not_store_is_refused(api: Api, value: str, code: str) -> None:
    body = f'{{"type": "track", "event": "x", "userId": "u1", "properties": {{"a": {value}}}}}'
    headers = bearer(api.workspace.secret_key) | {"Content-Type": "application/json"}
    assert errors(api.http.post("/api/track", content=body, headers=headers)) == [("/properties/a", code)]


@pytest.mark.parametrize(
    "value", ["1e308", "-0", "0.1", "123456789012345678901234567890", '"\\ud83d\\ude00"', "[[], {}]"]
)
def test_any_other_json_is_stored(api: Api, value: str) -> None:
    body = f'{{"type": "track", "event": "x", "userId": "u1", "messageId": "m1", "properties": {{"a": {value}}}}}'
    headers = bearer(api.workspace.secret_key) | {"Content-Type": "application/json"}
    assert api.http.post("/api/track", content=body, headers=headers).status_code == 200
    assert len(api.stored("m1")) == 1


def test_a_traits_name_that_postgres_can_not_index_spoils_no_batch(api: Api) -> None:
    long = {"type": "identify", "userId": "u1", "traits": {token_hex(2000): 1}}
    answer = api.track(event(), long)
    assert (answer["accepted"], [bad["code"] for bad in answer["rejected"]]) == (1, ["trait_name_too_long"])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["type", "event", "userId", "anonymousId", "email", "messageId", "userHash", "timestamp", "sentAt", "groupId"]
MESSAGES = st.dictionaries(
    st.sampled_from([*FIELDS, "properties", "traits", "context", "name", "previousId"]), ANYTHING
)
KINDS = st.sampled_from(["track", "page", "screen", "identify", "group", "alias"])


@examples(20)
@given(st.lists(st.tuples(KINDS, MESSAGES), min_size=10, max_size=60))
def test_whatever_is_sent_is_stored_or_refused(
    api: Api, new_workspace: Callable[[], Workspace], messages: list[tuple[str, dict[str, object]]]
) -> None:
    batch = [{**event(messageId=None), "type": kind, **fields} for kind, fields in messages]
    headers = bearer(new_workspace().secret_key) | {"Content-Type": "application/json"}
    body = json.dumps({"batch": batch}).replace("NaN", "1e999").replace("Infinity", "1e999")
    answer = api.http.post("/api/track", content=body, headers=headers)
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        counted = answer.json()
        assert counted["accepted"] + counted["duplicates"] + len(counted["rejected"]) == len(batch)


def test_how_far_back_depends_on_the_key(api: Api) -> None:
    month, years = event(timestamp=ago(days=31)), event(timestamp=ago(days=1825))
    assert errors(api.public("/api/track", month)) == [("/timestamp", "timestamp_too_old")]
    assert api.track(month, years)["accepted"] == 2
    assert errors(api.secret("/api/track", event(timestamp=ago(days=1828)))) == [("/timestamp", "timestamp_too_old")]


def test_a_wrong_clock_is_corrected(api: Api) -> None:
    batch = [event(messageId="m1", timestamp=ago(days=400, seconds=60))]
    answer = api.public("/api/track", {"batch": batch, "sentAt": ago(days=400)})
    assert answer.status_code == 200, answer.text
    off = datetime.now(UTC) - datetime.fromisoformat(api.stored("m1")[0]["occurred_at"])
    assert abs(off.total_seconds() - 60) < 5


# Exactly once


def test_an_event_that_comes_again_is_counted_as_a_duplicate(api: Api) -> None:
    first, again = event(messageId="m1"), event(messageId="m1", timestamp=ago(days=1), event="Other")
    assert api.track(first)["accepted"] == 1
    assert api.track(again) == {"success": True, "accepted": 0, "duplicates": 1, "rejected": []}
    assert [stored["name"] for stored in api.stored("m1")] == ["Feature Used"]


def test_an_event_twice_in_a_batch_is_stored_once(api: Api) -> None:
    twice = event(messageId="m1")
    assert api.track(twice, event(), twice) == {"success": True, "accepted": 2, "duplicates": 1, "rejected": []}


def test_a_claim_can_not_take_the_place_of_a_trusted_event(api: Api) -> None:
    message = event(messageId="m1")
    assert api.public("/api/track", message).json()["accepted"] == 1
    assert api.track(message)["accepted"] == 1
    assert {stored["trusted"] for stored in api.stored("m1")} == {True, False}


def test_a_missing_message_id_is_generated_and_returned(api: Api) -> None:
    answer = api.track(event(messageId=None), event())
    [generated] = answer["generated"]
    assert generated["index"] == 0
    assert UUID(generated["messageId"])
    assert len(api.stored(generated["messageId"])) == 1


def test_50_connections_that_send_one_event_store_it_once(api: Api) -> None:
    message = event(messageId="m1")
    url, headers = api.http.base_url.join("/api/track"), bearer(api.workspace.secret_key)
    together = Barrier(50)

    def send(_: int) -> dict[str, Any]:
        with httpx.Client(headers=headers, timeout=30, verify=False) as client:  # no TLS here, so none to set up
            together.wait()
            answer = client.post(url, json=message)
        assert answer.status_code == 200, answer.text
        counted: dict[str, Any] = answer.json()
        return counted

    with ThreadPoolExecutor(50) as connections:
        answers = list(connections.map(send, range(50)))
    assert sum(answer["accepted"] for answer in answers) == 1
    assert sum(answer["duplicates"] for answer in answers) == 49
    assert len(api.stored("m1")) == 1
    assert api.score(userId="u1")["breakdown"][0]["count"] == 1


# Trust


def test_a_valid_user_hash_makes_an_event_trusted(api: Api) -> None:
    valid = event(messageId="m1", userHash=user_hash(api, "u1"))
    assert api.public("/api/track", valid).status_code == 200
    assert [stored["trusted"] for stored in api.stored("m1")] == [True]


def test_a_user_hash_may_be_written_in_capitals(api: Api) -> None:
    assert api.public("/api/track", event(userHash=user_hash(api, "u1").upper())).status_code == 200


@pytest.mark.parametrize(
    "fields", [{"userHash": "0" * 64}, {"userHash": "x"}, {"userId": "u2"}, {"userId": None, "anonymousId": "a1"}]
)
def test_a_wrong_user_hash_is_refused(api: Api, fields: dict[str, object]) -> None:
    message = event(**{"userHash": user_hash(api, "u1"), **fields})
    assert errors(api.public("/api/track", message)) == [("/userHash", "user_hash_invalid")]
    assert names(api) == []


def test_where_verification_is_required_a_user_needs_a_user_hash(api: Api) -> None:
    api.set(require_verification=True)
    assert errors(api.public("/api/track", event())) == [("/userId", "verification_required")]
    assert api.public("/api/track", event(userHash=user_hash(api, "u1"))).status_code == 200
    assert api.public("/api/track", event(userId=None, anonymousId="a1")).status_code == 200
    assert api.secret("/api/track", event()).status_code == 200


def test_an_alias_needs_a_secret_key_or_a_user_hash(api: Api) -> None:
    alias = {"type": "alias", "userId": "u1", "previousId": "a1"}
    assert errors(api.public("/api/track", alias)) == [("/type", "verification_required")]
    assert api.public("/api/track", alias | {"userHash": user_hash(api, "u1")}).status_code == 200
    assert api.secret("/api/track", alias).status_code == 200


def test_a_batch_names_those_that_lack_trust(api: Api) -> None:
    batch = [
        event(),
        {"type": "alias", "userId": "u1", "previousId": "a1", "messageId": "m1"},
        event(userHash="0" * 64),
    ]
    answer = api.public("/api/track", {"batch": batch})
    assert answer.json()["accepted"] == 1
    refused = [(bad["index"], bad["code"]) for bad in answer.json()["rejected"]]
    assert refused == [(1, "verification_required"), (2, "user_hash_invalid")]


# Who is who


def test_an_alias_joins_who_somebody_was_before(api: Api) -> None:
    api.track(event(userId=None, anonymousId="a1"), {"type": "alias", "userId": "u1", "previousId": "a1"})
    assert api.score(anonymousId="a1") == api.score(userId="u1")
    assert api.score(userId="u1")["score"] == 5


def test_a_contact_has_255_traits_at_most(api: Api) -> None:
    full = {"type": "identify", "userId": "u1", "traits": {f"t{n}": n for n in range(255)}}
    assert api.track(full)["accepted"] == 1
    more = {"type": "identify", "userId": "u1", "traits": {"one": 1}}
    assert errors(api.secret("/api/track", more)) == [("/traits", "too_many_traits")]
    assert api.track({"type": "identify", "userId": "u1", "traits": {"t1": "new"}})["accepted"] == 1


def test_a_contact_has_50_identities_at_most(api: Api) -> None:
    batch = [event(anonymousId=f"a{n}") for n in range(50)]
    answer = api.track(*batch)
    assert answer["accepted"] == 49
    assert [(bad["index"], bad["code"]) for bad in answer["rejected"]] == [(49, "too_many_identities")]


def test_ids_are_any_text(api: Api) -> None:
    strange = ["' or 1=1 --", "{u1}", "u1,u2", '"', "\\", "😀", " ", str(uuid4())]
    assert api.track(*(event(userId=text) for text in strange))["accepted"] == len(strange)
    assert len({api.score(userId=text)["contactId"] for text in strange}) == len(strange)
