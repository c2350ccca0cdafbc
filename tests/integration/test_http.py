"""What all endpoints share: methods, bodies, CORS, and the shape of a refusal."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping

import httpx
import pytest

from tests.integration.conftest import ENDPOINTS, INGESTION, Api, bearer, event, problem

JSON = {"Content-Type": "application/json"}
LIMIT = 512 * 1024
BY_KEY = [*INGESTION, "/api/score", "/api/send-email", "/api/contact"]
TAKE_JSON = [*BY_KEY, "/api/settings", "/api/delete-workspace", "/api/export"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def padded(size: int) -> bytes:
    """A good event in a body of that many bytes."""
    body = json.dumps(event()).encode()
    return body + b" " * (size - len(body))


def chunked(body: bytes) -> Iterator[bytes]:
    """Sent in pieces, a body has no Content-Length."""
    for start in range(0, len(body), 65536):
        yield body[start : start + 65536]


@pytest.mark.parametrize(
    ("path", "method"), [(p, m) for p, allowed in ENDPOINTS.items() for m in METHODS if m not in allowed.split(", ")]
)
def test_another_method_is_refused_and_told_which_ones_work(http: httpx.Client, path: str, method: str) -> None:
    answer = http.request(method, path)
    assert answer.headers["Allow"] == f"{ENDPOINTS[path]}, OPTIONS"
    assert answer.status_code == 405
    if method != "HEAD":
        problem(answer, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/api", "/api/none", "/api/track.py", "/api/../lib/config.py", "/lib/config.py", "/v1/x"]
)
def test_there_is_nothing_else(http: httpx.Client, path: str) -> None:
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("path", ENDPOINTS)
def test_every_answer_has_an_id_and_is_not_cached(http: httpx.Client, path: str) -> None:
    answers = [http.request(method, path) for method in ("GET", "POST", "OPTIONS", "PUT")]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}


# Bodies


@pytest.mark.parametrize("path", TAKE_JSON)
@pytest.mark.parametrize("content_type", ["", "text/html", "application/x-www-form-urlencoded", "application/jsonp"])
def test_another_content_type_is_refused(api: Api, path: str, content_type: str) -> None:
    headers = bearer(api.workspace.secret_key) | {"Content-Type": content_type}
    problem(api.http.post(path, content=b"{}", headers=headers), "content_type_unsupported")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "Application/JSON; charset=utf-8"])
def test_json_may_come_as_text(api: Api, content_type: str) -> None:
    headers = bearer(api.workspace.secret_key) | {"Content-Type": content_type}
    assert api.http.post("/api/track", content=json.dumps(event()), headers=headers).status_code == 200


def test_compressed_json_may_be_called_a_form(api: Api) -> None:
    headers = bearer(api.workspace.secret_key) | {"Content-Type": "application/x-www-form-urlencoded"}
    compressed = headers | {"Content-Encoding": "gzip"}
    body = json.dumps(event()).encode()
    assert api.http.post("/api/track", content=gzip.compress(body), headers=compressed).status_code == 200
    problem(api.http.post("/api/track", content=body, headers=headers), "content_type_unsupported")


@pytest.mark.parametrize("path", TAKE_JSON)
@pytest.mark.parametrize(
    "body", [b"", b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a": Infinity}', b"\xff", b"[" * 100_000, b"1" * 5000]
)
def test_what_is_no_json_is_refused(api: Api, path: str, body: bytes) -> None:
    headers = bearer(api.workspace.secret_key) | JSON
    problem(api.http.post(path, content=body, headers=headers), "json_malformed")


@pytest.mark.parametrize("path", BY_KEY)
@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"x"', b"true"])
def test_json_that_is_no_object_is_refused(api: Api, path: str, body: bytes) -> None:
    headers = bearer(api.workspace.secret_key) | JSON
    problem(api.http.post(path, content=body, headers=headers), "validation_failed")


def test_a_body_may_have_512_kib(api: Api) -> None:
    headers = bearer(api.workspace.secret_key) | JSON
    assert api.http.post("/api/track", content=padded(LIMIT), headers=headers).status_code == 200
    problem(api.http.post("/api/track", content=padded(LIMIT + 1), headers=headers), "body_too_large")


def test_a_body_without_a_length_may_have_512_kib(api: Api) -> None:
    headers = bearer(api.workspace.secret_key) | JSON
    assert api.http.post("/api/track", content=chunked(padded(LIMIT)), headers=headers).status_code == 200
    problem(api.http.post("/api/track", content=chunked(padded(LIMIT + 1)), headers=headers), "body_too_large")


def test_a_body_may_have_512_kib_after_inflation(api: Api) -> None:
    headers = bearer(api.workspace.secret_key) | JSON | {"Content-Encoding": "gzip"}
    assert api.http.post("/api/track", content=gzip.compress(padded(LIMIT)), headers=headers).status_code == 200
    answer = api.http.post("/api/track", content=gzip.compress(padded(LIMIT + 1)), headers=headers)
    problem(answer, "body_too_large")


def test_a_gzip_bomb_is_refused(api: Api) -> None:
    headers = bearer(api.workspace.secret_key) | JSON | {"Content-Encoding": "gzip"}
    bomb = gzip.compress(bytes(100 * 1024 * 1024), compresslevel=9)
    assert len(bomb) < LIMIT
    problem(api.http.post("/api/track", content=bomb, headers=headers), "body_too_large")


@pytest.mark.parametrize("body", [b"no gzip", gzip.compress(b"{}", mtime=0)[:-9], zlib.compress(b"{}"), b""])
def test_broken_gzip_is_refused(api: Api, body: bytes) -> None:
    headers = bearer(api.workspace.secret_key) | JSON | {"Content-Encoding": "gzip"}
    problem(api.http.post("/api/track", content=body, headers=headers), "encoding_malformed")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
def test_another_encoding_is_refused(api: Api, encoding: str) -> None:
    headers = bearer(api.workspace.secret_key) | JSON | {"Content-Encoding": encoding}
    problem(api.http.post("/api/track", content=b"{}", headers=headers), "encoding_malformed")


def test_a_refusal_of_a_large_body_needs_no_key(http: httpx.Client) -> None:
    problem(http.post("/api/track", content=padded(LIMIT + 1), headers=JSON), "body_too_large")


# CORS


@pytest.mark.parametrize("path", [*INGESTION, "/v1/batch", "/v1/t"])
def test_any_site_may_send_events(http: httpx.Client, path: str) -> None:
    preflight = http.options(path, headers={"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "Content-Type"} <= set(preflight.headers["Access-Control-Allow-Headers"].split(", "))


@pytest.mark.parametrize("path", sorted(ENDPOINTS.keys() - INGESTION))
def test_elsewhere_only_our_app_is_let_in(http: httpx.Client, env: Mapping[str, str], path: str) -> None:
    foreign = http.options(path, headers={"Origin": "https://shop.example"})
    ours = http.options(path, headers={"Origin": env["APP_URL"]})
    assert (foreign.status_code, ours.status_code) == (204, 204)
    assert "Access-Control-Allow-Origin" not in foreign.headers
    assert ours.headers["Access-Control-Allow-Origin"] == env["APP_URL"]
    assert foreign.headers["Vary"] == ours.headers["Vary"] == "Origin"


def test_a_site_may_read_what_it_has_to_obey(api: Api) -> None:
    origin = {"Origin": "https://shop.example"}
    answers = [api.public("/api/track", event(), **origin), api.http.post("/api/track", content="", headers=origin)]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert exposed == {"Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"}
