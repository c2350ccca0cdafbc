"""Stopping mail to an address by hand: at once, by whom it says, and lifted only where it was by hand."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lib.unsubscription import Wish, address_hash, make_token
from tests.conftest import Connection, Faults, Inbox, Session, Workspace, joined
from tests.integration.conftest import Api, Instance, bearer, errors, event, instance, problem
from tests.integration.gate import Gate, standing

Drain = Callable[[], httpx.Response]


@pytest.fixture
def address() -> str:
    return f"grace.{uuid4().hex}@example.com"


def ask(api: Api, deed: str, token: str | None = None, **lookup: object) -> httpx.Response:
    """By secret key, unless it is by a member."""
    body = {deed: lookup}
    return api.member("/api/contact", body, token) if token else api.secret("/api/contact", body)


def reasons(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["reason"] for one in answer.json()["suppressions"]]


def by_itself(api: Api, address: str, reason: str, category: str | None = None) -> None:
    """As a recipient or their server has it suppressed."""
    digest = address_hash(str(api.workspace.id), address)
    statement = "insert into public.suppressions (workspace_id, address_hash, category, reason) values (%s, %s, %s, %s)"
    api.db.execute(statement, (api.workspace.id, digest, category, reason))


def logged(api: Api) -> list[tuple[str, str, Any]]:
    statement = """select action, actor, contact_id from public.audit_log
                   where workspace_id = %s and action like 'suppressions.%%' order by at"""
    return api.db.execute(statement, (api.workspace.id,)).fetchall()


def queued(api: Api, **to: str) -> str:
    body = {"to": to, "subject": "Hi", "text": "x", "category": "transactional"}
    return str(api.secret("/api/send-email", body).json()["messageId"])


def test_nothing_goes_there_until_it_is_lifted(api: Api, drain: Drain, inbox: Inbox) -> None:
    mail = api.person()
    assert reasons(ask(api, "suppress", userId="u1")) == ["by_hand"]
    message = queued(api, userId="u1")
    drain()
    assert (api.finished(message)["reason"], inbox.to(mail)) == ("suppressed", [])
    assert reasons(ask(api, "lift", email=mail)) == []
    message = queued(api, userId="u1")
    drain()
    assert api.finished(message)["status"] == "sent"


def test_an_address_need_not_be_a_contacts_and_is_held_as_a_hash(api: Api, address: str) -> None:
    assert reasons(ask(api, "suppress", email=address.upper())) == ["by_hand"]
    assert reasons(ask(api, "suppressions", email=address)) == ["by_hand"]
    rows = api.db.execute("select s::text from public.suppressions as s where workspace_id = %s", (api.workspace.id,))
    assert [row for (row,) in rows if "@" in row] == []


def test_twice_is_once_and_logged_once(api: Api, alice: Session, address: str) -> None:
    for _ in range(2):
        answer = ask(api, "suppress", alice.access_token, email=address)
        assert reasons(answer) == ["by_hand"]
    assert answer.json()["suppressions"][0]["by"] == f"member:{alice.user_id}"
    for _ in range(2):
        assert reasons(ask(api, "lift", alice.access_token, email=address)) == []
    actor = f"member:{alice.user_id}"
    assert logged(api) == [("suppressions.insert", actor, None), ("suppressions.delete", actor, None)]


def test_it_says_who_did_it_and_of_which_contact(api: Api, alice: Session, bob: Session) -> None:
    api.person()
    ask(api, "suppress", userId="u1")
    [one] = ask(api, "suppressions", bob.access_token, userId="u1").json()["suppressions"]
    assert (one["category"], one["reason"], one["by"][:4], one["who"][:3]) == (None, "by_hand", "key:", "sk_")
    [(action, actor, contact)] = logged(api)
    assert (action, actor, str(contact)) == ("suppressions.insert", one["by"], api.score(userId="u1")["contactId"])
    ask(api, "lift", userId="u1")
    ask(api, "suppress", alice.access_token, userId="u1")
    page = bob.rest.post("/rpc/list_suppressions", json={"p_workspace": str(api.workspace.id)}).json()
    assert [(row["reason"], row["who"]) for row in page["suppressions"]] == [("by_hand", alice.email)]


@pytest.mark.parametrize(
    ("reason", "category"),
    [("unsubscribed", "marketing"), ("bounced", None), ("complained", None), ("erased", None)],
)
def test_nothing_is_lifted_but_what_was_by_hand(
    api: Api, alice: Session, address: str, reason: str, category: str | None
) -> None:
    by_itself(api, address, reason, category)
    assert reason in reasons(ask(api, "suppress", email=address))
    assert reasons(ask(api, "lift", email=address)) == [reason]
    mine = {"workspace_id": f"eq.{api.workspace.id}"}
    told = {"Prefer": "return=representation"}
    assert alice.rest.delete("/suppressions", params=mine, headers=told).json() == []
    assert reasons(ask(api, "suppressions", email=address)) == [reason]


def test_a_graver_reason_that_comes_later_can_not_be_lifted(api: Api, address: str) -> None:
    ask(api, "suppress", email=address)
    digest = address_hash(str(api.workspace.id), address)
    api.db.execute("select private.suppress(%s, %s, 'bounced', now())", (api.workspace.id, digest))
    assert reasons(ask(api, "lift", email=address)) == ["bounced"]


def test_who_unsubscribes_while_suppressed_by_hand_stays_unsubscribed(api: Api, address: str) -> None:
    ask(api, "suppress", email=address)
    wish = Wish(str(api.workspace.id), address_hash(str(api.workspace.id), address), "marketing")
    api.http.post("/api/unsubscribe", params={"token": make_token(wish)})
    assert reasons(ask(api, "lift", email=address)) == ["unsubscribed"]


def test_owners_and_admins_lift_from_the_list_and_it_is_logged(
    db: Connection, api: Api, alice: Session, bob: Session, address: str
) -> None:
    ask(api, "suppress", email=address)
    one = {
        "workspace_id": f"eq.{api.workspace.id}",
        "address_hash": f"eq.{address_hash(str(api.workspace.id), address)}",
    }
    bob.rest.delete("/suppressions", params=one)
    assert reasons(ask(api, "suppressions", email=address)) == ["by_hand"]
    alice.rest.delete("/suppressions", params=one)
    assert reasons(ask(api, "suppressions", email=address)) == []
    assert logged(api)[-1][:2] == ("suppressions.delete", f"member:{alice.user_id}")


@pytest.mark.parametrize("deed", ["suppress", "lift"])
def test_viewers_ask_and_change_nothing(api: Api, bob: Session, charlie: Session, address: str, deed: str) -> None:
    ask(api, "suppress", email=address)
    problem(ask(api, deed, bob.access_token, email=address), "not_allowed")
    assert reasons(ask(api, "suppressions", bob.access_token, email=address)) == ["by_hand"]
    for question in (deed, "suppressions"):
        problem(ask(api, question, charlie.access_token, email=address), "not_allowed")


def test_a_workspace_suppresses_for_itself_alone(
    api: Api, new_workspace: Callable[[], Workspace], alice: Session, address: str
) -> None:
    other = Api(api.http, api.db, new_workspace())
    joined(api.db, alice, other.workspace, "admin")
    ask(api, "suppress", email=address)
    assert reasons(ask(other, "suppressions", email=address)) == []
    assert reasons(ask(other, "lift", alice.access_token, email=address)) == []
    assert reasons(ask(api, "suppressions", email=address)) == ["by_hand"]


def test_a_contact_without_an_address_has_none_to_suppress(api: Api) -> None:
    api.track(event())
    for deed in ("suppressions", "suppress", "lift"):
        problem(ask(api, deed, userId="u1"), "not_mailable")
        problem(ask(api, deed, userId="nobody"), "contact_unknown")
        assert errors(ask(api, deed, email="none")) == [(f"/{deed}/email", "value_error")]


def test_a_publishable_key_may_not(api: Api, address: str) -> None:
    problem(api.public("/api/contact", {"suppress": {"email": address}}), "secret_key_required")


# The last look


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


@pytest.fixture
def drainer(env: Mapping[str, str], gate: Gate, tmp_path: Path) -> Iterator[Instance]:
    with instance(env, tmp_path / "log", **gate.settings()) as drainer:
        yield drainer


@pytest.mark.exclusive
def test_what_is_claimed_already_does_not_go(
    env: Mapping[str, str], api: Api, empty_outbox: None, faults: Faults, gate: Gate, drainer: Instance, inbox: Inbox
) -> None:
    mail = api.person()
    message = queued(api, userId="u1")
    here = gate.stop_at("start_message", "before")
    with ThreadPoolExecutor(1) as scheduler:
        draining = scheduler.submit(drainer.http.get, "/api/send-email", headers=bearer(env["CRON_SECRET"]))
        here.wait()
        assert reasons(ask(api, "suppress", email=mail)) == ["by_hand"]
        here.go_on()
        draining.result()
    assert (api.message(message)["reason"], inbox.to(mail)) == ("suppressed", [])
