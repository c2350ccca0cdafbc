"""/api/resend-webhook: what Resend says of a mail, believed when signed, logged once, in whatever order it comes."""

import base64
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.signing import address_key
from lib.unsubscription import Wish, address_hash, make_token
from tests.conftest import Faults, Inbox, Session, Workspace
from tests.integration.conftest import Api, instance, problem
from tests.proofs import examples
from tests.webhooks import BOUNCE, resend_event, signature, signed

Drain = Callable[[], httpx.Response]
URL = "/api/resend-webhook"
SOFT = {**BOUNCE, "type": "Transient", "subType": "MailboxFull"}


@dataclass(frozen=True)
class Hook:
    """Resend's side: a mail that went to the person u1, and its events."""

    api: Api
    secret: str
    mail: dict[str, Any]

    @property
    def message(self) -> str:
        return str(self.mail["tags"]["message_id"])

    def send(self, event: object, svix_id: str | None = None, age: float = 0) -> httpx.Response:
        body = json.dumps(event).encode()
        return self.api.http.post(URL, content=body, headers=signed(self.secret, body, svix_id, age))

    def tell(self, kind: str, at: datetime | None = None, **more: object) -> str:
        answer = self.send(resend_event(kind, self.mail, at, **more))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])

    def log(self) -> list[tuple[str, dict[str, Any]]]:
        statement = "select kind, detail from public.message_events where message_id = %s order by occurred_at, svix_id"
        return self.api.db.execute(statement, (self.message,)).fetchall()

    def delivery(self) -> str | None:
        found: str | None = self.api.message(self.message)["delivery"]
        return found


@pytest.fixture
def hook(api: Api, drain: Drain, inbox: Inbox, env: Mapping[str, str]) -> Hook:
    address = api.person()
    queued(api)
    drain()
    [mail] = inbox.wait_for(address)
    api.finished(mail["tags"]["message_id"])
    return Hook(api, env["RESEND_WEBHOOK_SECRET"], mail)


def queued(api: Api, category: str = "transactional", **more: object) -> str:
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": category, **more}
    return str(api.secret("/api/send-email", body).json()["messageId"])


def waiting(api: Api, category: str = "transactional") -> str:
    """Queues a message that no test's drain sends before it is due()."""
    return queued(api, category, sendAt=(datetime.now(UTC) + timedelta(hours=1)).isoformat())


def due(api: Api, *messages: str) -> None:
    api.db.execute("update public.messages set send_at = now() where id = any (%s::uuid[])", (list(messages),))


def suppressions(api: Api) -> list[tuple[str, str | None, str]]:
    statement = "select address_hash, category, reason from public.suppressions where workspace_id = %s"
    return api.db.execute(statement, (api.workspace.id,)).fetchall()


def outcome(api: Api, message: str) -> tuple[str, str | None]:
    row = api.finished(message)
    return row["status"], row["reason"]


# What is kept


@pytest.mark.parametrize("kind", ["sent", "delivered", "opened", "complained"])
def test_an_event_is_logged_with_its_message(hook: Hook, kind: str) -> None:
    at = datetime(2026, 11, 24, 12, 0, 0, 126000, UTC)
    assert hook.tell(kind, at=at) == "recorded"
    assert (hook.log(), hook.delivery()) == ([(kind, {})], kind)
    statement = "select workspace_id, occurred_at from public.message_events where message_id = %s"
    assert hook.api.db.execute(statement, (hook.message,)).fetchall() == [(hook.api.workspace.id, at)]


@pytest.mark.parametrize(
    ("kind", "more", "logged"),
    [
        ("bounced", {}, ("bounced", {"type": "Permanent", "subType": "General", "status": "5.1.1"})),
        ("bounced", {"bounce": SOFT}, ("bounced", {"type": "Transient", "subType": "MailboxFull", "status": "5.1.1"})),
        ("clicked", {}, ("clicked", {"link": "https://shop.example:8443/plans"})),
        (
            "clicked",
            {"click": {"link": "https://ann:pw@x.example/a\0b"}},
            ("clicked", {"link": "https://x.example/a�b"}),
        ),
        ("clicked", {"click": {"link": "mailto:ann@example.com"}}, ("clicked", {})),
        ("clicked", {"click": {"link": "https://["}}, ("clicked", {})),
        ("failed", {"failed": {"reason": "reached_daily_quota"}}, ("failed", {"reason": "reached_daily_quota"})),
        ("failed", {"failed": {"reason": "to ann@example.com"}}, ("failed", {})),
        ("suppressed", {"suppressed": {"message": "x", "type": "y"}}, ("failed", {"reason": "suppressed_by_resend"})),
        ("delivery_delayed", {}, ("delayed", {})),
        ("bounced", {"bounce": None}, ("bounced", {})),
        ("opened", {"tags": None, "created_at": 7}, ("opened", {})),
    ],
)
def test_only_codes_and_bare_links_are_kept(hook: Hook, kind: str, more: dict[str, Any], logged: object) -> None:
    assert hook.tell(kind, **more) == "recorded"
    assert hook.log() == [logged]


def test_neither_address_nor_browser_is_stored_of_who_clicked(hook: Hook) -> None:
    for kind in ("clicked", "opened", "bounced"):
        hook.tell(kind)
    rows = hook.api.db.execute("select e::text from public.message_events as e where message_id = %s", (hook.message,))
    stored = " ".join(row for (row,) in rows)
    assert not [word for word in ("122.115", "Mozilla", "t0ken", "example.com", "does not exist") if word in stored]


@pytest.mark.parametrize("at", [None, 7, "soon", "2026-11-24T12:00:00", "9999-12-31T23:59:59-23:59"])
def test_an_event_without_a_time_happened_when_it_came(hook: Hook, at: object) -> None:
    assert hook.send({**resend_event("delivered", hook.mail), "created_at": at}).json() == {"status": "recorded"}
    statement = "select occurred_at > now() - interval '1 minute' from public.message_events where message_id = %s"
    assert hook.api.db.execute(statement, (hook.message,)).fetchall() == [(True,)]


def test_members_read_the_log_and_do_not_write_it(hook: Hook, bob: Session, charlie: Session) -> None:
    hook.tell("delivered")
    mine = {"message_id": f"eq.{hook.message}"}
    assert [row["kind"] for row in bob.rest.get("/message_events", params=mine).json()] == ["delivered"]
    assert charlie.rest.get("/message_events", params=mine).json() == []
    assert bob.rest.delete("/message_events", params=mine).status_code == 403


def test_the_log_is_append_only_even_for_the_server(hook: Hook) -> None:
    granted = hook.api.db.execute(
        """select privilege_type from information_schema.role_table_grants
           where table_name = 'message_events' and grantee = 'service_role'"""
    )
    assert {name for (name,) in granted.fetchall()} == {"SELECT", "INSERT", "DELETE"}


# Which message


def test_an_event_without_tags_is_found_by_resends_id(hook: Hook) -> None:
    assert hook.tell("delivered", tags={}) == "recorded"
    assert hook.delivery() == "delivered"


def unrecorded(hook: Hook, status: str) -> str:
    """As if the message's outcome were not recorded, or wrongly. Returns the claim that somebody holds on it."""
    claim = str(uuid4())
    statement = """update public.messages set status = %s, reason = 'x', claim = %s, sent_at = null, provider = null,
                   provider_message_id = null, claimed_until = now() + interval '1 hour' where id = %s"""
    hook.api.db.execute(statement, (status, claim, hook.message))
    return claim


@pytest.mark.parametrize("status", ["sending", "unknown", "failed", "skipped"])
def test_an_event_before_our_own_record_finds_its_message_and_settles_it(hook: Hook, status: str) -> None:
    unrecorded(hook, status)
    assert hook.tell("delivered") == "recorded"
    row = hook.api.message(hook.message)
    assert (row["status"], row["reason"], row["delivery"]) == ("sent", None, "delivered")
    assert (row["provider"], row["provider_message_id"]) == ("resend", hook.mail["id"])
    assert row["sent_at"] == row["first_attempt_at"]


def test_a_drain_that_was_at_work_can_not_undo_what_the_event_said(hook: Hook) -> None:
    claim = unrecorded(hook, "sending")
    hook.tell("delivered")
    start, finish = "select public.start_message(%s, %s, '{}', 'x')", "select public.finish_message(%s, %s, 'sending')"
    for statement in (start, finish):
        assert hook.api.db.execute(statement, (hook.message, claim)).fetchall() == [(None,)]
    assert outcome(hook.api, hook.message) == ("sent", None)


@pytest.mark.parametrize("kind", ["scheduled", "received", "invented"])
def test_an_event_of_no_use_is_ignored(hook: Hook, kind: str) -> None:
    assert hook.tell(kind) == "ignored"
    assert (hook.log(), hook.delivery()) == ([], None)


@pytest.mark.parametrize("event", [{}, [], 7, None, {"type": "contact.created"}, {"type": "email.opened", "data": []}])
def test_what_is_signed_and_unknown_is_ignored(hook: Hook, event: object) -> None:
    assert (hook.send(event).status_code, hook.send(event).json()) == (200, {"status": "ignored"})


@pytest.mark.parametrize("tags", [{}, {"message_id": str(uuid4())}, {"message_id": "7"}, {"message_id": None}])
def test_an_event_of_an_unknown_message_is_ignored(hook: Hook, tags: object) -> None:
    assert hook.tell("bounced", tags=tags, email_id=str(uuid4())) == "ignored"
    assert suppressions(hook.api) == []


def test_an_event_of_a_workspace_that_is_gone_is_ignored(hook: Hook) -> None:
    hook.api.db.execute("update public.messages set workspace_id = %s where id = %s", (uuid4(), hook.message))
    assert hook.tell("bounced") == "ignored"
    assert hook.log() == []


# Order


def test_a_doubled_delivery_is_one_row(hook: Hook) -> None:
    event = resend_event("delivered", hook.mail)
    answers = [hook.send(event, "msg_twice_" + hook.message).json()["status"] for _ in range(3)]
    assert answers == ["recorded", "duplicate", "duplicate"]
    assert len(hook.log()) == 1


RANKED = ["complained", "bounced", "failed", "clicked", "opened", "delivered", "delivery_delayed", "sent"]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[str], list[int]]:
    """Kinds of events as they happened, and the places of these in the order in which they come, some of them again."""
    kinds = draw(st.lists(st.sampled_from(RANKED), min_size=1, max_size=6))
    places = st.sampled_from(range(len(kinds)))
    return kinds, draw(st.permutations([*range(len(kinds)), *draw(st.lists(places, max_size=4))]))


def another(hook: Hook) -> Hook:
    """Another mail of the workspace, to an address of its own."""
    address = f"{uuid4().hex}@example.com"
    statement = """insert into public.messages (workspace_id, contact_id, category, to_address, status)
                   select workspace_id, contact_id, category, %s, status from public.messages where id = %s
                   returning id"""
    message = hook.api.db.execute(statement, (address, hook.message)).fetchall()[0][0]
    mail = hook.mail | {"id": str(uuid4()), "to": [address], "tags": {"message_id": str(message)}}
    return replace(hook, mail=mail)


@examples(25)
@given(history=histories())
def test_any_order_and_repetition_of_events_gives_the_same_log(
    hook: Hook, history: tuple[list[str], list[int]]
) -> None:
    (kinds, order), told, start = history, another(hook), datetime(2026, 11, 24, tzinfo=UTC)
    events = [resend_event(kind, told.mail, start + timedelta(minutes=i)) for i, kind in enumerate(kinds)]
    for place in order:
        assert told.send(events[place], f"{told.message}-{place}").status_code == 200
    assert [kind for kind, _ in told.log()] == [kind.removeprefix("delivery_") for kind in kinds]
    assert told.delivery() == next(kind.removeprefix("delivery_") for kind in RANKED if kind in kinds)
    stopped = {digest: reason for digest, _, reason in suppressions(hook.api)}
    graver = next((kind for kind in RANKED[:2] if kind in kinds), None)
    assert stopped.get(address_hash(str(hook.api.workspace.id), told.mail["to"][0])) == graver


def test_events_that_come_at_once_all_count(hook: Hook) -> None:
    with ThreadPoolExecutor(4) as resend:
        told = list(resend.map(hook.tell, ["sent", "delivered", "opened", "complained"]))
    assert told == ["recorded"] * 4
    assert (len(hook.log()), hook.delivery()) == (4, "complained")


# What follows


@pytest.mark.parametrize("kind", ["bounced", "complained"])
def test_who_bounced_or_complained_gets_nothing_more(hook: Hook, drain: Drain, inbox: Inbox, kind: str) -> None:
    hook.api.set(postal_address="1 Road, Town")
    messages = [waiting(hook.api, category) for category in ("transactional", "marketing")]
    hook.tell(kind)
    due(hook.api, *messages)
    [address] = hook.mail["to"]
    assert suppressions(hook.api) == [(address_hash(str(hook.api.workspace.id), address), None, kind)]
    drain()
    assert {outcome(hook.api, message) for message in messages} == {("skipped", "suppressed")}
    assert len(inbox.to(address)) == 1


def test_a_bounce_stops_a_message_that_is_claimed_already(hook: Hook) -> None:
    message, claim = waiting(hook.api), str(uuid4())
    hook.api.db.execute("update public.messages set status = 'claimed', claim = %s where id = %s", (claim, message))
    hook.tell("bounced")
    rendered = json.dumps({"to": hook.mail["to"][0]})
    start = "select public.start_message(%s, %s, %s, %s)"
    assert hook.api.db.execute(start, (message, claim, rendered, address_key())).fetchall() == [(False,)]
    assert outcome(hook.api, message) == ("skipped", "suppressed")


@pytest.mark.parametrize("kind", ["Transient", "Undetermined", None, ""])
def test_a_bounce_that_may_pass_suppresses_nobody(hook: Hook, drain: Drain, inbox: Inbox, kind: object) -> None:
    hook.tell("bounced", bounce={**BOUNCE, "type": kind})
    assert (hook.delivery(), suppressions(hook.api)) == ("bounced", [])
    queued(hook.api)
    drain()
    assert len(inbox.wait_for(hook.mail["to"][0], 2)) == 2


def test_it_is_the_address_the_message_went_to_that_is_suppressed(hook: Hook) -> None:
    new = hook.api.person()
    hook.tell("bounced", to=[new])
    [(suppressed, _, _)] = suppressions(hook.api)
    assert suppressed == address_hash(str(hook.api.workspace.id), hook.mail["to"][0])


def test_other_workspaces_still_mail_the_address(
    hook: Hook, new_workspace: Callable[[], Workspace], drain: Drain, inbox: Inbox
) -> None:
    [address] = hook.mail["to"]
    other = Api(hook.api.http, hook.api.db, new_workspace())
    other.secret("/api/identify", {"userId": "u1", "email": address})
    message = waiting(other)
    hook.tell("complained")
    due(other, message)
    drain()
    assert outcome(other, message) == ("sent", None)
    assert suppressions(other) == []


def test_a_complaint_weighs_more_than_an_unsubscription_of_everything(hook: Hook) -> None:
    [address], workspace = hook.mail["to"], str(hook.api.workspace.id)
    token = make_token(Wish(workspace, address_hash(workspace, address), "marketing"))
    hook.api.http.post("/api/unsubscribe", params={"token": token})
    statement = "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, %s, 'by_hand')"
    hook.api.db.execute(statement, (workspace, address_hash(workspace, address)))
    for kind in ("complained", "bounced"):
        hook.tell(kind)
    assert {row[1:] for row in suppressions(hook.api)} == {("marketing", "unsubscribed"), (None, "complained")}


# Who is believed


def test_one_of_several_signatures_is_enough(hook: Hook) -> None:
    body = json.dumps(resend_event("opened", hook.mail)).encode()
    headers = signed(hook.secret, body)
    other = signature("whsec_" + base64.b64encode(bytes(24)).decode(), headers["svix-id"], "1", body)
    headers["svix-signature"] = f"v1a,x v1 {other} {headers['svix-signature']}"
    assert hook.api.http.post(URL, content=body, headers=headers).json() == {"status": "recorded"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("svix-signature", None),
        ("svix-signature", ""),
        ("svix-signature", "v1,"),
        ("svix-signature", "v1,AAAA v1,é"),
        ("svix-id", None),
        ("svix-id", "msg_another"),
        ("svix-timestamp", None),
        ("svix-timestamp", "now"),
        ("svix-timestamp", "1e9"),
    ],
)
def test_what_is_not_signed_so_is_refused(hook: Hook, name: str, value: str | None) -> None:
    body = json.dumps(resend_event("bounced", hook.mail)).encode()
    headers: dict[str, str | None] = {**signed(hook.secret, body), name: value}
    given = [(key.encode(), text.encode()) for key, text in headers.items() if text is not None]
    problem(hook.api.http.post(URL, content=body, headers=given), "signature_invalid")
    assert (hook.log(), suppressions(hook.api)) == ([], [])


@pytest.mark.parametrize("change", [b" ", b"\xff", b"\0"])
def test_one_byte_more_is_another_body(hook: Hook, change: bytes) -> None:
    body = json.dumps(resend_event("bounced", hook.mail)).encode()
    headers = signed(hook.secret, body)
    for altered in (body + change, change + body):
        problem(hook.api.http.post(URL, content=altered, headers=headers), "signature_invalid")


def test_another_secret_signs_nothing(hook: Hook) -> None:
    body = json.dumps(resend_event("bounced", hook.mail)).encode()
    for key in (b"", bytes(24), hook.secret.encode()):
        headers = signed("whsec_" + base64.b64encode(key).decode(), body)
        problem(hook.api.http.post(URL, content=body, headers=headers), "signature_invalid")


@pytest.mark.parametrize(("age", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
def test_a_signature_holds_for_five_minutes(hook: Hook, age: float, status: int) -> None:
    assert hook.send(resend_event("opened", hook.mail), age=age).status_code == status


def test_a_replay_within_the_five_minutes_changes_nothing(hook: Hook) -> None:
    body = json.dumps(resend_event("bounced", hook.mail)).encode()
    headers = signed(hook.secret, body)
    answers = [hook.api.http.post(URL, content=body, headers=headers).json() for _ in range(2)]
    assert answers == [{"status": "recorded"}, {"status": "duplicate"}]


def test_without_a_secret_nothing_is_believed(env: Mapping[str, str], tmp_path: Path) -> None:
    with instance(env, tmp_path / "log", RESEND_WEBHOOK_SECRET="") as alone:
        for secret in (env["RESEND_WEBHOOK_SECRET"], "whsec_"):
            answer = alone.http.post(URL, content=b"{}", headers=signed(secret, b"{}"))
            problem(answer, "signature_invalid")


# Other answers


@pytest.mark.parametrize("content_type", ["", "text/html", "application/x-www-form-urlencoded"])
def test_another_content_type_is_refused(http: httpx.Client, content_type: str) -> None:
    answer = http.post(URL, content=b"{}", headers={"Content-Type": content_type})
    problem(answer, "content_type_unsupported")


def test_a_large_body_is_refused_unread(http: httpx.Client, env: Mapping[str, str]) -> None:
    body = b" " * (512 * 1024 + 1)
    problem(http.post(URL, content=body, headers=signed(env["RESEND_WEBHOOK_SECRET"], body)), "body_too_large")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000])
def test_what_is_signed_and_no_json_is_refused(http: httpx.Client, env: Mapping[str, str], body: bytes) -> None:
    problem(http.post(URL, content=body, headers=signed(env["RESEND_WEBHOOK_SECRET"], body)), "signature_invalid")


@pytest.mark.exclusive
def test_resend_sends_again_what_came_while_postgres_was_down(hook: Hook, faults: Faults) -> None:
    event, svix_id = resend_event("bounced", hook.mail), f"msg_{hook.message}"
    faults.add("postgres", status=503)
    refused = hook.send(event, svix_id)
    assert int(refused.headers["Retry-After"]) > 0
    problem(refused, "unavailable")
    faults.heal()
    assert hook.send(event, svix_id).json() == {"status": "recorded"}
    assert hook.log() != [] and suppressions(hook.api) != []
