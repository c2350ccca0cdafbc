"""The pages made from documents say what these say, and are served under the site's strict policy."""

import json

import httpx
import pytest

from lib.errors import CODES
from scripts.public_pages import __main__ as written
from scripts.public_pages.policy import LISTS, kinds

STALE = "run `make schema`"


def test_every_page_is_what_its_documents_say() -> None:
    for file, text in written.pages().items():
        assert file.read_text() == text, STALE


def test_the_policy_is_served_with_every_kind_of_personal_data(http: httpx.Client) -> None:
    shown = http.get("/privacy")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    record = json.loads(written.RECORD.read_text())
    names = {kind["name"] for whose in LISTS.values() for kind in kinds(record, whose)}
    assert [name for name in names if f"<strong>{name}</strong>" not in shown.text] == []
    assert {"Events", "Contacts", "Email log", "Rate limits", "Members", "Accounts"} <= names


def test_the_type_of_every_problem_leads_to_its_code(http: httpx.Client) -> None:
    refused = http.post("/api/track", json={}).json()
    assert refused["type"].endswith(f"/errors#{refused['code']}")
    shown = http.get("/errors")
    assert shown.status_code == 200
    assert [code for code in CODES if f'<tr id="{code}">' not in shown.text] == []


@pytest.mark.parametrize("path", ["/", "/privacy", "/errors"])
def test_a_page_obeys_the_strict_policy_for_content(http: httpx.Client, path: str) -> None:
    shown = http.get(path)
    assert "default-src 'none'; style-src 'self'" in shown.headers["content-security-policy"]
    assert [bad for bad in ("<script", "style=", "<style", "src=", "onclick") if bad in shown.text] == []


def test_the_front_page_leads_to_the_dashboard_and_the_other_pages(http: httpx.Client) -> None:
    shown = http.get("/").text
    assert all(f'href="{path}"' in shown for path in ("/app/sign-up", "/app/sign-in", "/privacy", "/errors"))
    assert all(http.get(path).status_code == 200 for path in ("/app/sign-up", "/app/sign-in"))


def test_robots_may_read_the_pages(http: httpx.Client) -> None:
    assert {"Allow: /privacy$", "Allow: /errors$"} <= set(http.get("/robots.txt").text.splitlines())


def test_only_looking_at_a_page_is_allowed(http: httpx.Client) -> None:
    assert [http.request(method, "/privacy").status_code for method in ("HEAD", "POST")] == [200, 405]
