"""/api/unsubscribe: GET asks, POST does it, whatever a mail program sends along."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from lib import unsubscription
from lib.unsubscription import Wish, address_hash, make_token
from tests.conftest import Inbox, Workspace
from tests.integration.conftest import Api, bearer, problem

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
# As RFC 8058 has it, section 8.
ONE_CLICK = {
    FORM: b"List-Unsubscribe=One-Click",
    MULTIPART: b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
}


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


def test_head_is_answered_as_get_and_changes_nothing(api: Api) -> None:
    params = {"token": token(api)}
    head, get = (api.http.request(method, "/api/unsubscribe", params=params) for method in ("HEAD", "GET"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert api.http.head("/api/unsubscribe", params={"token": "x"}).status_code == 404
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


@pytest.mark.parametrize("kind", ONE_CLICK)
def test_one_click_comes_as_a_form_in_either_encoding(api: Api, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = api.http.post("/api/unsubscribe", params={"token": token(api)}, content=ONE_CLICK[kind], headers=headers)
    assert (answer.status_code, answer.history, dict(answer.cookies)) == (200, [], {})
    assert len(suppressions(api)) == 1


@pytest.mark.parametrize(("kind", "body"), [("x", b"\xff"), (MULTIPART, b"--"), ("application/json", b"{")])
def test_no_body_keeps_anybody_subscribed(api: Api, kind: str, body: bytes) -> None:
    headers = {"Content-Type": kind}
    answer = api.http.post("/api/unsubscribe", params={"token": token(api)}, content=body, headers=headers)
    assert answer.status_code == 200
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


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", ["", "token=", "token=x", "confirm=x"])
def test_who_opens_a_wrong_link_in_a_browser_sees_a_page(api: Api, method: str, query: str) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = api.http.request(method, f"/api/unsubscribe?{query}", headers=browser)
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>This link does not work</h1>" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert api.http.head(f"/api/unsubscribe?{query}", headers=browser).headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("accepts", ["*/*", "application/json", "text/*", "text/html;q=0, application/json", ""])
def test_a_program_gets_the_problem(api: Api, accepts: str) -> None:
    problem(api.http.get("/api/unsubscribe?token=x", headers={"Accept": accepts}), "link_invalid")


def test_a_token_with_any_character_altered_is_refused(api: Api) -> None:
    right = token(api)
    for at, character in enumerate(right):
        wrong = right[:at] + ("B" if character == "A" else "A") + right[at + 1 :]
        problem(api.http.post("/api/unsubscribe", params={"token": wrong}), "link_invalid")
    assert suppressions(api) == []


def test_a_token_of_one_workspace_says_nothing_in_another(api: Api, new_workspace: Callable[[], Workspace]) -> None:
    other = Api(api.http, api.db, new_workspace())
    assert api.http.post("/api/unsubscribe", params={"token": token(other)}).status_code == 200
    assert (suppressions(api), len(suppressions(other))) == ([], 1)


def test_a_signature_of_one_workspace_is_none_in_another(api: Api, new_workspace: Callable[[], Workspace]) -> None:
    theirs = token(Api(api.http, api.db, new_workspace()))
    for cut in range(30, 60):
        forged = theirs[:cut] + token(api)[cut:]
        problem(api.http.post("/api/unsubscribe", params={"token": forged}), "link_invalid")


# The link in a mail


@pytest.fixture
def link(api: Api, http: httpx.Client, env: Mapping[str, str], inbox: Inbox) -> Callable[..., str]:
    """Sends u1 a marketing mail, some time ago. Returns the link in its header."""

    def of(address: str, **ago: float) -> str:
        sent = (datetime.now(UTC) - timedelta(**ago)).isoformat()
        message = queued(api)
        api.db.execute("update public.messages set send_at = %s where id = %s", (sent, message))
        http.get("/api/send-email", params={"now": sent}, headers=bearer(env["CRON_SECRET"])).raise_for_status()
        header: str = inbox.wait_for(address)[0]["headers"]["List-Unsubscribe"]
        return header.strip("<>")

    api.set(postal_address="1 Road, Town")
    return of


def queued(api: Api) -> str:
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "marketing"}
    answer = api.secret("/api/send-email", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["messageId"])


@pytest.mark.exclusive
def test_the_link_in_a_mail_of_61_days_ago_works(api: Api, link: Callable[..., str]) -> None:
    assert httpx.post(link(api.person(), days=61)).status_code == 200
    assert len(suppressions(api)) == 1


def test_a_link_works_when_the_contact_is_gone_and_holds_when_they_return(
    api: Api, link: Callable[..., str], drain: Callable[[], httpx.Response]
) -> None:
    address = api.person()
    wish = link(address)
    for table in ("identities", "contacts"):
        api.db.execute(f"delete from public.{table} where workspace_id = %s".encode(), (api.workspace.id,))
    assert httpx.post(wish).status_code == 200
    api.secret("/api/identify", {"userId": str(uuid4()), "email": address})
    body = {"to": {"email": address}, "subject": "Hi", "text": "x", "category": "marketing"}
    message = api.secret("/api/send-email", body).json()["messageId"]
    drain()
    assert api.finished(message)["reason"] == "suppressed"


# Changing one's mind


@pytest.fixture
def mailed(api: Api) -> Wish:
    """Ann's wish to stop, after a mail to her; it is done."""
    address = api.person()
    message = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional"}
    sent = api.secret("/api/send-email", message).json()["messageId"]
    wish = Wish(str(api.workspace.id), address_hash(str(api.workspace.id), address), "marketing")
    api.db.execute(
        "update public.messages set status = 'sent', address_hash = %s, counted_at = now() where id = %s",
        (wish.address_hash, sent),
    )
    api.http.post("/api/unsubscribe", params={"token": make_token(wish)})
    return wish


def confirmations(api: Api) -> list[str]:
    """The texts of the mails that ask."""
    statement = "select plain_text from public.messages where workspace_id = %s and idempotency_key like 'confirm:%%'"
    return [text for (text,) in api.db.execute(statement, (api.workspace.id,)).fetchall()]


def test_who_wants_to_hear_again_confirms_it_from_their_mailbox(api: Api, mailed: Wish) -> None:
    page = api.http.post("/api/unsubscribe", params={"again": make_token(mailed)})
    assert "Look at your inbox" in page.text and len(suppressions(api)) == 1
    [text] = confirmations(api)
    link = next(line for line in text.splitlines() if line.startswith("http"))
    assert "Get these emails again?" in api.http.get(link).text and len(suppressions(api)) == 1
    assert "Welcome back" in api.http.post(link).text
    assert suppressions(api) == []


def test_they_are_asked_once_a_day(api: Api, mailed: Wish) -> None:
    for _ in range(3):
        api.http.post("/api/unsubscribe", params={"again": make_token(mailed)})
    assert len(confirmations(api)) == 1


def test_nobody_is_asked_whose_address_is_not_known(api: Api) -> None:
    assert api.http.post("/api/unsubscribe", params={"again": token(api)}).status_code == 200
    assert confirmations(api) == []


@pytest.mark.parametrize("reason", ["bounced", "complained", "erased", "by_hand"])
def test_a_confirmation_lifts_nothing_but_an_unsubscription(api: Api, mailed: Wish, reason: str) -> None:
    statement = "insert into public.suppressions (workspace_id, address_hash, category, reason) values (%s, %s, %s, %s)"
    api.db.execute(statement, (mailed.workspace_id, mailed.address_hash, None, reason))
    api.http.post(unsubscription.confirmation_link(mailed, datetime.now(UTC)))
    assert [kept for _, _, kept in suppressions(api)] == [reason]


def test_a_confirmation_is_good_for_a_week(api: Api, mailed: Wish) -> None:
    long_ago = datetime.now(UTC) - unsubscription.CONFIRMATION_LIFE - timedelta(seconds=1)
    problem(api.http.post(unsubscription.confirmation_link(mailed, long_ago)), "link_invalid")


def test_the_link_that_stops_confirms_nothing(api: Api, mailed: Wish) -> None:
    for token_ in (make_token(mailed), "x", "A" * 200):
        problem(api.http.post("/api/unsubscribe", params={"confirm": token_}), "link_invalid")
    assert len(suppressions(api)) == 1
