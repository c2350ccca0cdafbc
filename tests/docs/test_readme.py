"""README.md's table and its curl are true of the running product."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Mapping

import httpx
import pytest

from lib import unsubscription
from lib.unsubscription import Wish
from scripts.local.layout import ROOT
from tests import lemonsqueezy
from tests.conftest import Connection, Session, Workspace
from tests.database.histories import NOW
from tests.webhooks import signed

README = (ROOT / "README.md").read_text()
ROW = r"^\| (GET|HEAD|POST) (/api/[a-z-]+) \| `(.+?)` \| (.+?) \| (.*?) ?\|$"
TABLE = re.findall(ROW, README, re.MULTILINE)
ROLES = ("owner", "admin", "viewer")
EVERYONE = {"nobody", "publishable key", "secret key", "scheduler", *ROLES}
BODIES: dict[str, dict[str, object]] = {
    "/api/track": {"type": "track", "event": "Feature Used", "userId": "ada"},
    "/api/identify": {"userId": "ada", "email": "ada@example.com"},
    "/api/score": {"userId": "ada"},
    "/api/send-email": {"to": {"userId": "ada"}, "subject": "Hello", "text": "Hi", "category": "transactional"},
    "/api/settings": {"smtp": None},
    "/api/contact": {"access": {"userId": "ada"}},
    "/api/delete-workspace": {"name": "another one"},
    "/api/export": {"contact": {"userId": "ada"}},
}
BY_MEMBERS = (
    "/api/score", "/api/send-email", "/api/settings", "/api/contact", "/api/delete-workspace", "/api/export",
)  # fmt: skip
# What the table says, as callers; what the last two have, each request here has: a link and a signature.
WHO = {
    "member": set(ROLES),
    "anyone": EVERYONE,
    "whoever has the link": EVERYONE,
    "Resend": EVERYONE,
    "Lemon Squeezy": EVERYONE,
    "by its signature": set(),
}
REFUSED = (401, 403)


def answer_to_curl(env: Mapping[str, str]) -> dict[str, object]:
    command = README.partition("```sh\n. .local/env\n")[2].partition("```")[0]
    done = subprocess.run(["bash", "-c", command], env=dict(env), capture_output=True, text=True, check=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_curl_gives_the_answer_shown(env: Mapping[str, str]) -> None:
    shown = json.loads(README.partition("```json")[2].partition("```")[0])
    again = shown | {"accepted": 0, "duplicates": 1}
    assert answer_to_curl(env) in (shown, again)
    assert answer_to_curl(env) == again


def test_the_table_names_every_endpoint() -> None:
    assert {file for _, _, file, _, _ in TABLE} == {f"api/{path.name}" for path in (ROOT / "api").glob("*.py")}
    assert all(f"api/{url.removeprefix('/api/')}.py" == file for _, url, file, _, _ in TABLE)


def test_the_table_names_every_method(http: httpx.Client) -> None:
    for url in {url for _, url, _, _, _ in TABLE}:
        allowed = set(http.delete(url).headers["Allow"].split(", ")) - {"OPTIONS"}
        assert allowed == {method for method, named, _, _, _ in TABLE if named == url}, url


def test_the_table_names_the_sql_functions_that_are_called(db: Connection) -> None:
    there = {name for (name,) in db.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace")}
    for file in {file for _, _, file, _, _ in TABLE}:
        written = {name for _, _, named, _, names in TABLE if named == file for name in re.findall(r"`(\w+)`", names)}
        assert written == functions_called((ROOT / file).read_text()) & there, file


def functions_called(source: str) -> set[str]:
    """What may be an SQL function that an endpoint's source, or a part of lib/ that it imports, calls.

    That is each text handed on in a call, also for callers of a key.
    """
    imported = re.findall(r"^from lib(?:\.(\w+))? import (.*)$", source, re.MULTILINE)
    modules = {name for module, members in imported for name in ([module] if module else members.split(", "))}
    texts = [source, *((ROOT / "lib" / f"{name}.py").read_text() for name in modules)]
    calls = [node for text in texts for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    names = {node.value for call in calls for node in call.args if isinstance(node, ast.Constant)}
    return {f"{name}{suffix}" for name in names if isinstance(name, str) for suffix in ("", "_by_key")}


@pytest.mark.parametrize(("method", "url", "who"), [(method, url, who) for method, url, _, who, _ in TABLE])
def test_only_those_in_the_table_may_call(
    http: httpx.Client, env: Mapping[str, str], db: Connection, workspace: Workspace, alice: Session,
    method: str, url: str, who: str,
) -> None:  # fmt: skip
    def admitted(caller: str) -> bool:
        if caller in ROLES:
            db.execute("update public.members set role = %s where user_id = %s", (caller, alice.user_id))
        return call(http, method, url, workspace, tokens.get(caller)).status_code not in REFUSED

    tokens = {"publishable key": workspace.publishable_key, "secret key": workspace.secret_key}
    tokens |= {"scheduler": env["CRON_SECRET"]} | dict.fromkeys(ROLES, alice.access_token)
    call(http, "POST", "/api/identify", workspace, workspace.secret_key).raise_for_status()
    expected = {caller for word in who.split(", ") for caller in WHO.get(word, {word})}
    assert {caller for caller in EVERYONE if admitted(caller)} == expected


def call(http: httpx.Client, method: str, url: str, workspace: Workspace, token: str | None) -> httpx.Response:
    """A request that is right in all but who sends it."""
    wish = Wish(str(workspace.id), unsubscription.address_hash(str(workspace.id), "nobody@example.com"), "marketing")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = BODIES.get(url, {}) | ({"workspaceId": str(workspace.id)} if url in BY_MEMBERS else {})
    # A sweep of today would age the contacts of other tests, which live at NOW.
    parameters = {"token": unsubscription.make_token(wish), "now": NOW.isoformat()}
    content = json.dumps(body).encode() if method == "POST" else b""
    headers |= signed(os.environ["RESEND_WEBHOOK_SECRET"], content)
    headers |= {"X-Signature": lemonsqueezy.signature(os.environ["LEMONSQUEEZY_WEBHOOK_SECRET"], content)}
    return http.request(method, url, headers=headers, params=parameters, content=content)


def test_without_its_signature_nobody_reports(http: httpx.Client, env: Mapping[str, str], workspace: Workspace) -> None:
    for token in (workspace.secret_key, env["CRON_SECRET"], env["RESEND_WEBHOOK_SECRET"]):
        answer = http.post("/api/resend-webhook", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


def test_without_its_link_nobody_unsubscribes(http: httpx.Client) -> None:
    assert [http.request(method, "/api/unsubscribe").status_code for method in ("GET", "POST")] == [404, 404]
