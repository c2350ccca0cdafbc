"""The dashboard's page as it is served: any of its addresses is the page, and its policies say to whom it may speak."""

import re
from collections.abc import Mapping

import httpx

from lib.errors import CODES
from scripts.local.layout import ROOT


def policy(text: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in text.split(";"))


def test_every_address_below_app_is_the_page(http: httpx.Client) -> None:
    pages = {http.get(path).text for path in ("/app", "/app/", "/app/sign-in", "/app/w/acme/contacts/1?why=2")}
    assert len(pages) == 1
    assert '<div id="app">' in pages.pop()


def test_a_part_of_an_earlier_build_is_not_the_page(http: httpx.Client) -> None:
    assert http.get("/app/assets/gone.js").status_code == 404


def test_the_page_may_speak_to_its_supabase_alone(http: httpx.Client, env: Mapping[str, str]) -> None:
    page = http.get("/app/")
    [written] = re.findall(r'Content-Security-Policy" content="([^"]+)"', page.text)
    own, sent = policy(written), policy(page.headers["Content-Security-Policy"])
    assert own["connect-src"] == f"'self' {env['SUPABASE_URL']}"
    for name in ("default-src", "script-src", "style-src", "require-trusted-types-for", "trusted-types"):
        assert own[name] == sent[name]
    assert (own["script-src"], own["trusted-types"], sent["frame-ancestors"]) == ("'self'", "'none'", "'none'")
    assert "unsafe" not in written + page.headers["Content-Security-Policy"]


def test_the_page_holds_no_secret(http: httpx.Client, env: Mapping[str, str]) -> None:
    page = http.get("/app/").text
    assert env["SUPABASE_PUBLISHABLE_KEY"] in page
    assert not [name for name in ("SUPABASE_SECRET_KEY", "CRON_SECRET", "SIGNING_SECRET") if env[name] in page]


def test_the_debugger_knows_what_to_change_for_every_code_of_a_message() -> None:
    fixes = set(re.findall(r"^  (\w+):", (ROOT / "dashboard/src/screens/setup/fixes.ts").read_text(), re.MULTILINE))
    codes = list(CODES)
    assert set(codes[codes.index("message_not_object") :]) == fixes
