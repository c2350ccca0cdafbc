"""/api/send-email: POST queues one message, GET sends what is due, each once."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest

from lib.unsubscription import Wish, address_hash, make_token
from tests.conftest import Inbox, Session, Workspace
from tests.integration.conftest import Api, bearer, errors, event, problem

Drain = Callable[[], httpx.Response]
MESSAGE = {"subject": "Hi {{ contact.name }}", "html": "<p>Dear {{ contact.name }}</p>", "category": "transactional"}


def queued(api: Api, **fields: object) -> str:
    """Queues a message to u1. Returns its id."""
    answer = api.secret("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE, **fields})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["messageId"])


def outcome(api: Api, message_id: str) -> tuple[str, str | None]:
    row = api.finished(message_id)
    return row["status"], row["reason"]


def test_a_message_is_queued_and_sent(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person(name="Ann")
    message = queued(api)
    assert drain().status_code == 200
    [mail] = inbox.wait_for(address)
    assert (mail["to"], mail["subject"]) == ([address], "Hi Ann")
    assert "<p>Dear Ann</p>" in mail["html"]
    assert (mail["text"], mail["provider"]) == ("Dear Ann", "resend")
    row = api.finished(message)
    assert (row["status"], row["provider_message_id"], row["attempts"]) == ("sent", mail["id"], 1)


def test_a_second_drain_sends_nothing_more(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person()
    queued(api)
    drain()
    inbox.wait_for(address)
    drain()
    assert len(inbox.to(address)) == 1


def test_mail_comes_from_the_workspace_at_our_domain(
    api: Api, drain: Drain, inbox: Inbox, env: Mapping[str, str]
) -> None:
    address = api.person()
    api.set(name='Acme" <ceo@bank.com>', reply_to="founder@acme.example")
    queued(api)
    drain()
    [mail] = inbox.wait_for(address)
    assert mail["from"].startswith('"Acme <ceo@bank.com>" <test-')
    assert mail["from"].endswith(f"@{env['MAIL_DOMAIN']}>")
    assert mail["headers"] == {"Reply-To": "founder@acme.example"}


def test_a_person_is_found_by_any_name(api: Api) -> None:
    address = api.person()
    contact = api.score(userId="u1")["contactId"]
    for lookup in ({"email": address.upper()}, {"contactId": contact}):
        assert queued(api, to=lookup)


def test_marketing_mail_by_template_can_be_stopped(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person(name="Ann")
    api.set(postal_address="1 Road, Town", name="Acme")
    body = {"to": {"userId": "u1"}, "template": "Ready to upgrade", "category": "marketing"}
    assert api.secret("/api/send-email", body).status_code == 202
    drain()
    [mail] = inbox.wait_for(address)
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "1 Road, Town" in mail["html"]
    link = mail["headers"]["List-Unsubscribe"].strip("<>")
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    message = queued(api, category="marketing")
    drain()
    assert outcome(api, message) == ("skipped", "suppressed")


def test_a_templates_button_leads_to_the_workspaces_website(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person()
    api.set(postal_address="1 Road, Town", website="https://acme.example/app")
    assert api.secret(
        "/api/send-email", {"to": {"userId": "u1"}, "template": "Welcome", "category": "marketing"}
    ).is_success
    drain()
    [mail] = inbox.wait_for(address)
    assert '<a class="button" href="https://acme.example/app"' in mail["html"]


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "acme.example", 'https://a.b/"x', "https://a b", "https://a\nb"]
)
def test_a_website_is_an_address_of_the_web(api: Api, website: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        api.set(website=website)


def test_who_stopped_marketing_still_gets_transactional_mail(api: Api, drain: Drain, inbox: Inbox) -> None:
    address, workspace = api.person(), str(api.workspace.id)
    token = make_token(Wish(workspace, address_hash(workspace, address), "marketing"))
    api.http.post("/api/unsubscribe", params={"token": token})
    queued(api)
    drain()
    assert len(inbox.wait_for(address)) == 1


def test_marketing_mail_needs_a_postal_address(api: Api, drain: Drain) -> None:
    api.person()
    message = queued(api, category="marketing")
    drain()
    assert outcome(api, message) == ("skipped", "postal_address_missing")


def test_who_is_suppressed_after_queueing_gets_nothing(api: Api, drain: Drain, inbox: Inbox) -> None:
    address, workspace = api.person(), str(api.workspace.id)
    message = queued(api)
    statement = "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, %s, 'bounced')"
    api.db.execute(statement, (workspace, address_hash(workspace, address)))
    drain()
    assert outcome(api, message) == ("skipped", "suppressed")
    assert inbox.to(address) == []


def test_who_changed_the_address_after_queueing_gets_nothing_at_the_old_one(
    api: Api, drain: Drain, inbox: Inbox
) -> None:
    old = api.person()
    message = queued(api)
    api.person()
    drain()
    assert outcome(api, message) == ("skipped", "not_mailable")
    assert inbox.to(old) == []


def test_a_template_that_fails_stops_no_other_mail(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person()
    broken = [queued(api, html=html) for html in ("{% if %}", "<div>" * 5000, "{{ 'x' | base64_decode }}", "{{")]
    queued(api)
    assert drain().status_code == 200
    assert len(inbox.wait_for(address)) == 1
    assert {outcome(api, message)[0] for message in broken} == {"failed"}
    assert outcome(api, broken[0])[1] == "template_LiquidSyntaxError"


def test_a_message_waits_for_its_time(api: Api, drain: Drain, env: Mapping[str, str], inbox: Inbox) -> None:
    address = api.person()
    queued(api, sendAt=(datetime.now(UTC) + timedelta(seconds=50)).isoformat())
    drain()
    assert inbox.to(address) == []
    now = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    assert api.http.get("/api/send-email", params={"now": now}, headers=bearer(env["CRON_SECRET"])).status_code == 200
    assert len(inbox.wait_for(address)) == 1


# Queueing


def test_the_same_idempotency_key_queues_once(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person()
    ids = {queued(api, idempotencyKey="welcome") for _ in range(3)}
    drain()
    assert [outcome(api, message) for message in ids] == [("sent", None)]
    again = api.secret("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE, "idempotencyKey": "welcome"})
    assert (again.status_code, again.json()) == (202, {"messageId": ids.pop(), "status": "sent"})
    assert len(inbox.to(address)) == 1


def test_without_a_key_each_request_is_a_message(api: Api) -> None:
    api.person()
    assert queued(api) != queued(api)


def test_idempotency_keys_belong_to_a_workspace(api: Api, new_workspace: Callable[[], Workspace]) -> None:
    other = Api(api.http, api.db, new_workspace())
    ids = set()
    for each in (api, other):
        each.person()
        ids.add(queued(each, idempotencyKey="welcome"))
    assert len(ids) == 2


def test_a_claimed_address_is_not_mailable(api: Api) -> None:
    api.public("/api/identify", {"userId": "u1", "email": "ann@example.com"})
    for lookup in ({"userId": "u1"}, {"email": "ann@example.com"}):
        problem(api.secret("/api/send-email", {"to": lookup, **MESSAGE}), "not_mailable")


def test_a_contact_without_an_address_is_not_mailable(api: Api) -> None:
    api.track(event())
    problem(api.secret("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE}), "not_mailable")


@pytest.mark.parametrize("lookup", [{"userId": "u2"}, {"email": "x@example.com"}, {"contactId": str(uuid4())}])
def test_an_unknown_contact_is_not_found(api: Api, lookup: dict[str, object]) -> None:
    problem(api.secret("/api/send-email", {"to": lookup, **MESSAGE}), "contact_unknown")


def test_an_email_that_users_share_is_ambiguous(api: Api) -> None:
    for user in ("u1", "u2"):
        api.secret("/api/identify", {"userId": user, "email": "team@example.com"})
    document = problem(api.secret("/api/send-email", {"to": {"email": "team@example.com"}, **MESSAGE}), "ambiguous")
    assert set(document["contactIds"]) == {api.score(userId=user)["contactId"] for user in ("u1", "u2")}


def test_an_unknown_template_is_not_found(api: Api) -> None:
    api.person()
    body = {"to": {"userId": "u1"}, "template": "None such", "category": "marketing"}
    problem(api.secret("/api/send-email", body), "template_unknown")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": None}, "/to"),
        ({"to": {}}, "/to"),
        ({"to": {"email": "ann"}}, "/to/email"),
        ({"category": None}, "/category"),
        ({"category": "spam"}, "/category"),
        ({"subject": None}, ""),
        ({"subject": ""}, "/subject"),
        ({"subject": "x" * 501}, "/subject"),
        ({"html": None}, ""),
        ({"html": "x" * 200_001}, "/html"),
        ({"template": "Ready to upgrade"}, ""),
        ({"idempotencyKey": "x" * 257}, "/idempotencyKey"),
        ({"sendAt": "2026-11-24T12:00:00"}, "/sendAt"),
        ({"variables": []}, "/variables"),
        ({"from": "ceo@bank.com"}, "/from"),
    ],
)
def test_a_fault_is_named_with_its_place(api: Api, change: dict[str, object], pointer: str) -> None:
    body = {name: value for name, value in {"to": {"userId": "u1"}, **MESSAGE, **change}.items() if value is not None}
    assert [place for place, _ in errors(api.secret("/api/send-email", body))] == [pointer]


@pytest.mark.parametrize("role", ["owner", "admin", "viewer", None])
def test_owners_and_admins_may_queue_and_others_may_not(
    api: Api, cast: Mapping[str, Session], role: str | None
) -> None:
    api.person()
    alice = cast["alice"]
    if role:
        statement = "insert into public.members (workspace_id, user_id, role) values (%s, %s, %s)"
        api.db.execute(statement, (api.workspace.id, alice.user_id, role))
    answer = api.member("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE}, alice.access_token)
    if role in ("owner", "admin"):
        assert answer.status_code == 202
        assert api.message(answer.json()["messageId"])["subject"] == MESSAGE["subject"]
    else:
        problem(answer, "not_allowed" if role else "contact_unknown")


@pytest.mark.parametrize("template", [{}, {"template": "Ready to upgrade", "subject": None, "html": None}])
def test_a_member_names_the_workspace(api: Api, alice: Session, template: dict[str, object]) -> None:
    body = {name: v for name, v in {"to": {"userId": "u1"}, **MESSAGE, **template}.items() if v is not None}
    answer = api.http.post("/api/send-email", json=body, headers=bearer(alice.access_token))
    assert errors(answer) == [("/workspaceId", "missing")]


def test_a_forged_token_is_refused(api: Api) -> None:
    problem(api.member("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE}, "a.b.c"), "token_invalid")


# The scheduler


def test_only_the_scheduler_may_drain(api: Api, env: Mapping[str, str]) -> None:
    for secret in ("", "x", env["CRON_SECRET"][:-1], env["CRON_SECRET"] + "x", "é", api.workspace.secret_key):
        authorization = f"Bearer {secret}".strip().encode()
        answer = api.http.get("/api/send-email", headers={b"Authorization": authorization})
        problem(answer, "cron_secret_required")


@pytest.mark.parametrize("now", ["soon", "", "2026-13-01"])
def test_a_time_that_is_none_is_refused(api: Api, env: Mapping[str, str], now: str) -> None:
    answer = api.http.get("/api/send-email", params={"now": now}, headers=bearer(env["CRON_SECRET"]))
    assert answer.status_code == (200 if not now else 422)


@pytest.mark.parametrize(
    ("variables", "code"),
    [({"a": {"b": "\0"}}, "character_not_storable"), ({"a": {"b": [[[[[[[[1]]]]]]]]}}, "too_deep")],
)
def test_variables_must_be_storable(api: Api, variables: object, code: str) -> None:
    answer = api.secret("/api/send-email", {"to": {"userId": "u1"}, **MESSAGE, "variables": variables})
    assert [found for _, found in errors(answer)] == [code]


def test_entering_ready_mails_once(api: Api, drain: Drain, inbox: Inbox) -> None:
    address = api.person(name="Ann")
    api.set(postal_address="1 Road, Town", name="Acme")
    api.track(*(event(event=name) for name in ("Upgrade Clicked", "Upgrade Clicked", "Pricing Viewed", "Feature Used")))
    assert (api.score(userId="u1")["score"], api.score(userId="u1")["stage"]) == (70, "ready")
    drain()
    [mail] = inbox.wait_for(address)
    assert mail["subject"] == "You are getting a lot out of Acme"
    api.track(event(event="Feature Used"))
    drain()
    assert len(inbox.to(address)) == 1
