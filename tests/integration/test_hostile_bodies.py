"""Bodies, headers and queries that no honest client sends: each gets its status, its code and its place."""

import gzip
import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from uuid import uuid4

import httpx
import pytest

from lib.errors import CODES
from tests.integration.conftest import INGESTION, Api, basic, bearer, errors, event, problem

TEN_MB = 10_000_000
TAKE_JSON = [*INGESTION, "/v1/track", "/v1/batch", "/api/score", "/api/send-email"]
EMAIL = {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "transactional"}
Fault = tuple[str, str]


def send(api: Api, path: str, body: bytes, **headers: str) -> httpx.Response:
    """A body as it is, by secret key."""
    given = bearer(api.workspace.secret_key) | {"Content-Type": "application/json"} | headers
    return api.http.post(path, content=body, headers=given)


def faults(answer: httpx.Response) -> list[Fault]:
    """Pointer and code of each thing that a 422 names; each says what to change."""
    for error in answer.json()["errors"]:
        assert error["detail"] == CODES[error["code"]][1]
    return errors(answer)


def refused(api: Api, **fields: object) -> list[Fault]:
    return faults(send(api, "/api/track", json.dumps(event(**fields)).encode()))


def raw(api: Api, *sent: bytes, end: bool = False) -> tuple[int, bytes]:
    """Status and body of the answer to bytes on a socket; with `end` nothing more can come after them."""
    host, port = api.http.base_url.host, api.http.base_url.port
    with socket.create_connection((host, port or 80), timeout=20) as connection:
        for part in sent:
            connection.sendall(part)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read()


def head(api: Api, *headers: str) -> bytes:
    lines = ["POST /api/track HTTP/1.1", "Host: x", f"Authorization: Bearer {api.workspace.secret_key}"]
    return "\r\n".join([*lines, "Content-Type: application/json", *headers, "", ""]).encode()


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


# Bytes


@pytest.mark.parametrize("path", TAKE_JSON)
@pytest.mark.parametrize(
    "body",
    [
        '{"userId": "é"}'.encode()[:-3],
        '{"userId": "é'.encode()[:-1] + b'"}',
        b'{"userId": "\xed\xa0\x80"}',
        '{"userId": "u1"}'.encode("utf-16"),
        '{"userId": "u1"}'.encode("utf-32-le"),
        '{"userId": "é"}'.encode("latin-1"),
        b'{"userId": "\xc0\xaf"}',
        b'{"userId": "a\x00b"}',
        b'{"userId": "u1"} {}',
        b'{"userId": "u1",}',
        b'{"a":' * 50_000,
        b"[{" * 50_000,
    ],
)
def test_what_is_not_utf_8_or_not_json_is_refused(api: Api, path: str, body: bytes) -> None:
    problem(send(api, path, body), "json_malformed")


def test_a_byte_order_mark_does_no_harm(api: Api) -> None:
    assert send(api, "/api/track", b"\xef\xbb\xbf" + json.dumps(event()).encode()).status_code == 200


def test_what_is_wrong_inside_gzip_is_named_as_elsewhere(api: Api) -> None:
    packed = gzip.compress(json.dumps(event(properties=[])).encode())
    answer = send(api, "/api/track", packed, **{"Content-Encoding": "gzip"})
    assert faults(answer) == [("/properties", "object_expected")]
    problem(send(api, "/api/track", gzip.compress(b"\xff"), **{"Content-Encoding": "gzip"}), "json_malformed")


# Lengths


def test_ten_megabytes_are_refused_by_their_length_before_they_come(api: Api) -> None:
    status, _ = raw(api, head(api, f"Content-Length: {TEN_MB}"))
    assert status == 413


def test_ten_megabytes_without_a_length_are_refused_while_they_come(api: Api) -> None:
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    status, _ = raw(api, head(api, "Transfer-Encoding: chunked"), chunk * (4_500_000 // 65536 + 1))
    assert status == 413


@pytest.mark.parametrize("length", ["-5", "1e3", "0x10", "\u00b2", "5, 5", "1_0", ""])
def test_a_length_that_is_no_number_is_refused(api: Api, length: str) -> None:
    request = head(api, "Content-Length: LENGTH").replace(b"LENGTH", length.encode("latin-1"))
    assert raw(api, request)[0] == 400


@pytest.mark.parametrize("size", [b"-5", b"0x5", b"x", b"5_0", b"", b"f" * 17])
def test_a_chunk_whose_size_is_no_number_is_refused(api: Api, size: bytes) -> None:
    assert raw(api, head(api, "Transfer-Encoding: chunked"), size + b"\r\nhello\r\n0\r\n\r\n")[0] == 400


def test_a_body_shorter_than_its_length_is_no_json_and_keeps_nobody_waiting(api: Api) -> None:
    whole = json.dumps(event(messageId="short")).encode()
    status, body = raw(api, head(api, f"Content-Length: {len(whole)}"), whole[:-10], end=True)
    assert (status, json.loads(body)["code"]) == (400, "json_malformed")
    assert api.stored("short") == []


def test_who_never_sends_the_rest_keeps_nobody_else_waiting(api: Api) -> None:
    host, port = api.http.base_url.host, api.http.base_url.port
    with socket.create_connection((host, port or 80)) as connection:
        connection.sendall(head(api, "Content-Length: 100") + b"{")
        assert api.secret("/api/track", event()).status_code == 200


def test_what_follows_a_body_is_not_part_of_it(api: Api) -> None:
    whole = json.dumps(event(messageId="long")).encode()
    status, body = raw(api, head(api, f"Content-Length: {len(whole)}", "Connection: close"), whole + b"garbage")
    assert (status, json.loads(body)["accepted"]) == (200, 1)


# Values


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"properties": {"a": nested(8)}}, ("/properties/a" + "/0" * 7, "too_deep")),
        ({"properties": {"a": nested(900)}}, ("/properties/a" + "/0" * 7, "too_deep")),
        ({"context": {"a/b~c": nested(8)}}, ("/context/a~1b~0c" + "/0" * 7, "too_deep")),
        ({"properties": {"a\0": 1}}, ("/properties", "character_not_storable")),
        ({"traits": {"a": ["\ud800"]}}, ("/traits/a/0", "character_not_storable")),
        ({"userId": "\udfff"}, ("/userId", "character_not_storable")),
        ({"properties": {"a": {f"k{n}": n for n in range(256)}}}, ("/properties/a", "too_many_keys")),
    ],
)
def test_what_can_not_be_stored_is_named(api: Api, fields: dict[str, object], fault: Fault) -> None:
    assert refused(api, **fields) == [fault]


def test_eight_levels_are_not_too_deep(api: Api) -> None:
    assert api.secret("/api/track", event(properties={"a": nested(7)})).status_code == 200


@pytest.mark.parametrize("name", ["properties", "context"])
@pytest.mark.parametrize("value", [[], [{}], "x", 1, True])
def test_only_an_object_is_an_object(api: Api, name: str, value: object) -> None:
    assert refused(api, **{name: value}) == [(f"/{name}", "object_expected")]


@pytest.mark.parametrize(
    ("body", "place"),
    [({"traits": []}, "/traits"), ({"context": []}, "/context"), ({"context": {"traits": []}}, "/context/traits")],
)
def test_only_an_object_holds_traits(api: Api, body: dict[str, object], place: str) -> None:
    assert faults(api.secret("/api/identify", {"userId": "u1", **body})) == [(place, "object_expected")]


def test_of_a_key_that_comes_twice_the_last_counts(api: Api) -> None:
    body = b'{"type": "track", "event": "A", "event": "B", "userId": "u1", "messageId": "twice"}'
    assert send(api, "/api/track", body).status_code == 200
    assert [stored["name"] for stored in api.stored("twice")] == ["B"]


@pytest.mark.parametrize("value", [True, [], {}, 1.5, "x" * 256, 10**300])
def test_only_text_and_whole_numbers_are_ids(api: Api, value: object) -> None:
    for name in ("userId", "anonymousId", "messageId"):
        assert refused(api, **{name: value}) == [(f"/{name}", "id_invalid")]


@pytest.mark.parametrize("kind", [0, False, [], {}])
def test_only_nothing_leaves_the_type_to_the_route(api: Api, kind: object) -> None:
    answer = api.secret("/v1/track", {"event": "x", "userId": "u1", "type": kind})
    assert faults(answer) == [("/type", "type_unknown")]
    for nothing in (None, ""):
        assert api.secret("/v1/track", {"event": "x", "userId": "u1", "type": nothing}).status_code == 200


def test_an_answer_holds_no_lone_surrogate_though_the_message_did(api: Api) -> None:
    body = json.dumps({"batch": [event(messageId="a\ud800"), event()]}).encode()
    answer = send(api, "/api/track", body)
    assert answer.json()["rejected"][0]["messageId"] == "a\ufffd"


def test_the_message_id_0_is_an_id_and_not_a_missing_one(api: Api) -> None:
    assert "generated" not in api.secret("/api/track", event(messageId=0)).json()
    assert len(api.stored("0")) == 1


# Addresses


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("Ünï@exämple.com", "ünï@exämple.com"),
        ("用户@例子.公司", "用户@例子.公司"),
        ("o'neil+tag@example.com", "o'neil+tag@example.com"),
        ("a" * 64 + "@" + ".".join(["b" * 62] * 2) + ".com", "a" * 64 + "@" + ".".join(["b" * 62] * 2) + ".com"),
    ],
)
def test_an_unusual_address_is_an_address(api: Api, address: str, stored: str) -> None:
    assert api.secret("/api/identify", {"email": address}).status_code == 200
    found = api.db.execute(
        "select value from public.identities where workspace_id = %s and kind = 'email'", (api.workspace.id,)
    )
    assert found.fetchall() == [(stored,)]


@pytest.mark.parametrize(
    "address",
    [
        "x" * 288 + "@example.com", "a" * 65 + "@example.com", "a@" + "b" * 300 + ".com", '"quoted"@example.com',
        '"a b"@example.com', "Ada <ada@example.com>", "a@b@c.com", "a@localhost", "a@[127.0.0.1]", "a@-b.com", "a@.com",
        " ada@example.com", "ada@example.com\n", "a\u202e@example.com", "a@exa\u200bmple.com", "", "@", 5, [], {}, True,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_where_it_stands(api: Api, address: object) -> None:
    assert refused(api, email=address) == [("/email", "email_invalid")]
    answer = api.secret("/api/identify", {"userId": "u1", "traits": {"email": address}})
    assert faults(answer) == [("/traits/email", "email_invalid")]


def test_an_address_as_long_as_a_body_is_refused_at_once(api: Api) -> None:
    began = datetime.now(UTC)
    for filler in ("a", "é", "a.", "xn--", "@"):
        long = (filler * 100_000)[:100_000] + "@example.com"
        assert api.secret("/api/score", {"email": long}).status_code == 422
    assert datetime.now(UTC) - began < timedelta(seconds=5)


# Times


@pytest.mark.parametrize(
    "moment",
    [
        "{now:%Y-%m-%dT%H:%M:%SZ}", "{now:%Y-%m-%dt%H:%M:%Sz}", "{now:%Y-%m-%dT%H:%M:%S.123456789Z}",
        "{now:%Y-%m-%dT%H:%M:%S}+00:00", "{now:%Y-%m-%d %H:%M:%S}Z", "{now:%Y-%m-%dT%H:%M}:60Z", "", None,
    ],
)  # fmt: skip
def test_a_time_may_be_written_as_rfc_3339_says(api: Api, moment: str | None) -> None:
    written = moment and moment.format(now=datetime.now(UTC) - timedelta(minutes=2))
    assert api.secret("/api/track", event(timestamp=written)).status_code == 200


@pytest.mark.parametrize("moment", [0, -1, 10**12, 1e308, 10**400, -(10**20)])
def test_a_number_that_is_no_recent_time_is_refused(api: Api, moment: float) -> None:
    [(place, code)] = refused(api, timestamp=moment)
    assert place == "/timestamp"
    assert code in ("timestamp_too_old", "timestamp_invalid")


@pytest.mark.parametrize(
    "moment",
    [
        "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-24T25:00:00Z",
        "2026-11-24T12:00:00+25:00",
        "0000-00-00T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\uff11\uff12", "NaN", "1e3",
        True, [], {}, "x" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_where_it_stands(api: Api, moment: object) -> None:
    for name in ("timestamp", "sentAt"):
        assert refused(api, **{name: moment}) == [(f"/{name}", "timestamp_invalid")]


def test_a_number_past_all_numbers_is_no_time(api: Api) -> None:
    body = json.dumps(event(timestamp="BIG")).replace('"BIG"', "1e400").encode()
    assert faults(send(api, "/api/track", body)) == [("/timestamp", "number_not_finite")]


@pytest.mark.parametrize(
    "moment",
    [0, 1e10, "0", "1795521600", "2026-11-24", "2026-11-24T12:00:00", "0000-01-01T00:00:00Z", "soon", [], True],
)
def test_an_emails_time_names_its_offset(api: Api, moment: object) -> None:
    assert [place for place, _ in errors(api.secret("/api/send-email", {**EMAIL, "sendAt": moment}))] == ["/sendAt"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00-14:00"])
def test_an_email_may_be_for_any_time_and_leaves_the_product_healthy(api: Api, moment: str) -> None:
    api.person("u1")
    answer = api.secret("/api/send-email", {**EMAIL, "sendAt": moment})
    assert answer.status_code == 202, answer.text
    assert api.http.get("/api/health").status_code == 200


# Members that a lookup or an email does not have


@pytest.mark.parametrize("body", [{"user_id": "u1"}, {"contact_id": str(uuid4())}, {"__proto__": {}}, {"": 1}])
def test_a_lookup_has_its_documented_members_alone(api: Api, body: dict[str, object]) -> None:
    places = [place for place, _ in errors(api.secret("/api/score", body))]
    assert f"/contacts/0/{next(iter(body))}" in places


# Headers and queries


@pytest.mark.parametrize("path", ["/api/score", "/api/send-email"])
@pytest.mark.parametrize("user", ["a\nX-Injected: 1", "a\r\n\r\n", "\u20ac", "a\0b", "é", "a b\x7f"])
def test_no_token_reaches_postgres_that_is_none(api: Api, path: str, user: str) -> None:
    body = {"userId": "u1"} if path == "/api/score" else EMAIL
    answer = api.http.post(path, json={**body, "workspaceId": str(api.workspace.id)}, headers=basic(user))
    problem(answer, "token_invalid")


@pytest.mark.parametrize(
    "value",
    [b"Bearer \xff\xfe", b"Bearer " + b"x" * 30_000, b"Bearer \xe2\x82\xac", b"Bearer a, b", b"Basic \xff\xfe"],
)
@pytest.mark.parametrize("path", [*INGESTION, "/api/score"])
def test_a_garbled_authorization_is_refused(api: Api, path: str, value: bytes) -> None:
    answer = api.http.post(path, json=event(), headers={b"Authorization": value})
    assert answer.status_code == 401
    problem(answer, answer.json()["code"])


@pytest.mark.parametrize(
    "query", ["token=%", "token=%ff%fe", "token=%00", "token=a&token=b", "%zz=%zz", "&&&=", "token=+/="]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_garbled_query_is_a_wrong_link(api: Api, method: str, query: str) -> None:
    problem(api.http.request(method, f"/api/unsubscribe?{query}"), "link_invalid")


@pytest.mark.parametrize("query", ["type=%ff", "type=identify&type=x", "%", "type="])
def test_a_garbled_query_changes_nothing_for_a_message(api: Api, query: str) -> None:
    assert api.secret(f"/api/track?{query}", event()).status_code == 200


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "%ff", "\0"])
def test_a_time_past_all_times_is_refused(api: Api, env: Mapping[str, str], now: str) -> None:
    answer = api.http.get("/api/send-email", params={"now": now}, headers=bearer(env["CRON_SECRET"]))
    problem(answer, "timestamp_invalid")


@pytest.mark.parametrize("method", ["TRACE", "QUERY", "PROPFIND", "BREW"])
@pytest.mark.parametrize("path", ["/api/track", "/api/health", "/v1/batch"])
def test_a_method_that_nobody_knows_is_refused_like_any_other(api: Api, method: str, path: str) -> None:
    answer = api.http.request(method, path)
    problem(answer, "method_not_allowed")
    assert answer.headers["Allow"].endswith("OPTIONS")
