"""/api/unsubscribe: GET asks, POST does it, whatever a mail program sends along."""

import pytest

from lib.unsubscription import Wish, address_hash, make_token
from tests.integration.conftest import Api, problem


def token(api: Api, category: str = "marketing") -> str:
    workspace = str(api.workspace.id)
    return make_token(Wish(workspace, address_hash(workspace, "ann@example.com"), category))


def suppressions(api: Api) -> list[tuple[str, str, str]]:
    statement = "select address_hash, category, reason from public.suppressions where workspace_id = %s"
    return api.db.execute(statement, (api.workspace.id,)).fetchall()


def test_get_shows_a_page_and_changes_nothing(api: Api) -> None:
    page = api.http.get("/api/unsubscribe", params={"token": token(api)})
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<form method="post"><button>' in page.text
    assert suppressions(api) == []


def test_the_page_loads_and_runs_nothing(api: Api) -> None:
    page = api.http.get("/api/unsubscribe", params={"token": token(api)})
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_post_unsubscribes_at_once_and_may_come_again(api: Api) -> None:
    for _ in range(2):
        answer = api.http.post("/api/unsubscribe", params={"token": token(api)})
        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.text
    assert suppressions(api) == [(address_hash(str(api.workspace.id), "ann@example.com"), "marketing", "unsubscribed")]


def test_one_click_comes_as_a_form_in_either_encoding(api: Api) -> None:
    form = {"List-Unsubscribe": "One-Click"}
    answers = [
        api.http.post("/api/unsubscribe", params={"token": token(api)}, data=form),
        api.http.post("/api/unsubscribe", params={"token": token(api)}, files={"x": (None, "y")}, data=form),
        api.http.post("/api/unsubscribe", params={"token": token(api)}, content=b"\xff", headers={"Content-Type": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(suppressions(api)) == 1


def test_each_category_is_its_own_wish(api: Api) -> None:
    for category in ("marketing", "transactional"):
        api.http.post("/api/unsubscribe", params={"token": token(api, category)})
    assert {category for _, category, _ in suppressions(api)} == {"marketing", "transactional"}


def test_a_link_works_when_its_workspace_is_gone(api: Api) -> None:
    wish = make_token(Wish("00000000-0000-4000-8000-000000000000", "0" * 64, "marketing"))
    assert api.http.post("/api/unsubscribe", params={"token": wish}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("wrong", [None, "", "x", "é", "A" * 200])
def test_a_wrong_link_is_not_found(api: Api, method: str, wrong: str | None) -> None:
    params = {} if wrong is None else {"token": wrong}
    problem(api.http.request(method, "/api/unsubscribe", params=params), "link_invalid")


def test_a_token_of_one_workspace_says_nothing_in_another(api: Api) -> None:
    changed = token(api)[:60] + "A" + token(api)[61:]
    problem(api.http.post("/api/unsubscribe", params={"token": changed}), "link_invalid")
    assert suppressions(api) == []
