"""Who may send: how a key arrives, and every reason to refuse one."""

from collections.abc import Callable

import pytest

from lib import keys
from tests.conftest import Workspace
from tests.integration.conftest import INGESTION, Api, basic, bearer, event, problem

GOOD: dict[str, dict[str, object]] = {
    "/api/track": event(),
    "/api/identify": {"userId": "u1"},
    "/api/score": {"userId": "u1"},
    "/api/send-email": {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "transactional"},
}
ALL = list(GOOD)


def test_a_key_comes_as_bearer_as_basic_user_or_as_write_key(api: Api) -> None:
    ways = [
        bearer(api.workspace.publishable_key),
        basic(api.workspace.publishable_key),
        basic(api.workspace.secret_key),
    ]
    answers = [api.http.post("/api/track", json=event(), headers=headers) for headers in ways]
    answers.append(api.http.post("/api/track", json=event(writeKey=api.workspace.publishable_key)))
    answers.append(api.http.post("/api/track", json={"writeKey": api.workspace.publishable_key, "batch": [event()]}))
    assert [answer.status_code for answer in answers] == [200] * 5


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_as_http_says(api: Api, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {api.workspace.secret_key}"}
    assert api.http.post("/api/track", json=event(), headers=headers).status_code == 200


def test_the_header_beats_the_body(api: Api) -> None:
    body = event(writeKey=keys.generate("publishable"))
    assert api.public("/api/track", body).status_code == 200


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("header", ["", "Bearer", "Digest x", "Basic", "Basic !!!", "Basic " + "/w==", "Basic Og=="])
def test_without_a_key_nothing_goes(api: Api, path: str, header: str) -> None:
    problem(api.http.post(path, json=event(), headers={"Authorization": header}), "key_missing")


@pytest.mark.parametrize("path", ALL)
def test_an_unknown_key_is_refused(api: Api, path: str) -> None:
    answer = api.http.post(path, json=GOOD[path], headers=bearer(keys.generate("secret")))
    problem(answer, "unknown_key")


@pytest.mark.parametrize("path", INGESTION)
def test_an_unknown_publishable_key_is_refused(api: Api, path: str) -> None:
    problem(api.http.post(path, json=event(writeKey=keys.generate("publishable"))), "unknown_key")


@pytest.mark.parametrize("garbage", ["x", "pk_", "sk_00", "pk_" + "é" * 32, "pk_00" + "A" * 30])
def test_garbage_is_refused_like_an_unknown_key(api: Api, garbage: str) -> None:
    problem(api.http.post("/api/track", json=event(writeKey=garbage.replace("sk_", "xk_"))), "unknown_key")


@pytest.mark.parametrize("kind", ["publishable", "secret"])
def test_a_revoked_key_is_refused_on_the_very_next_request(api: Api, kind: str) -> None:
    send = {"publishable": api.public, "secret": api.secret}[kind]
    assert send("/api/track", event()).status_code == 200
    statement = "update public.api_keys set revoked_at = now() where workspace_id = %s and kind = %s"
    api.db.execute(statement, (api.workspace.id, kind))
    problem(send("/api/track", event()), "unknown_key")


def test_two_keys_of_a_kind_live_side_by_side(api: Api) -> None:
    second = keys.generate("secret")
    statement = "select public.create_api_key(%s, 'secret', %s, %s)"
    api.db.execute(statement, (api.workspace.id, keys.key_hash(second), keys.hint(second)))
    answers = [
        api.http.post("/api/track", json=event(), headers=bearer(key)) for key in (second, api.workspace.secret_key)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("path", ALL)
def test_a_secret_key_is_refused_from_a_browser(api: Api, path: str) -> None:
    problem(api.secret(path, event(), Origin="https://shop.example"), "secret_key_in_browser")


@pytest.mark.parametrize("path", INGESTION)
def test_a_secret_key_is_refused_in_a_body(api: Api, path: str) -> None:
    problem(api.http.post(path, json=event(writeKey=api.workspace.secret_key)), "secret_key_in_body")


@pytest.mark.parametrize("path", ["/api/score", "/api/send-email"])
def test_a_publishable_key_may_only_track_and_identify(api: Api, path: str) -> None:
    problem(api.public(path, {"userId": "u1"}), "secret_key_required")


def limited(api: Api, *origins: str) -> None:
    statement = "update public.api_keys set origins = %s where workspace_id = %s and kind = 'publishable'"
    api.db.execute(statement, (list(origins), api.workspace.id))


def test_a_key_without_a_list_works_from_any_origin(api: Api) -> None:
    assert api.public("/api/track", event(), Origin="https://anywhere.example").status_code == 200
    assert api.public("/api/track", event()).status_code == 200


@pytest.mark.parametrize("path", INGESTION)
def test_a_key_with_a_list_works_from_its_origins_alone(api: Api, path: str) -> None:
    limited(api, "https://shop.example", "https://app.example")
    assert api.public(path, event(), Origin="https://app.example").status_code == 200
    for origin in ("https://evil.example", "http://app.example", "https://app.example.evil.co", "null"):
        problem(api.public(path, event(), Origin=origin), "origin_not_allowed")
    problem(api.public(path, event()), "origin_not_allowed")


def test_a_refused_origin_may_read_why(api: Api) -> None:
    limited(api, "https://shop.example")
    answer = api.public("/api/track", event(), Origin="https://evil.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ALL)
def test_a_workspace_that_is_being_deleted_accepts_nothing(api: Api, path: str) -> None:
    api.set(deletion_requested_at="2026-11-01")
    problem(api.secret(path, GOOD[path]), "workspace_deletion_pending")


def test_a_key_reaches_its_own_workspace_alone(api: Api, new_workspace: Callable[[], Workspace]) -> None:
    other = new_workspace()
    api.track(event(messageId="m1"))
    answer = api.http.post("/api/score", json={"userId": "u1"}, headers=bearer(other.secret_key))
    problem(answer, "contact_unknown")
