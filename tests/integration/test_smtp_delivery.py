"""The founder's SMTP server fails while mail goes out: nothing is sent twice, and nobody is suppressed by mistake."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from lib.encryption import encrypt
from lib.signing import address_key
from lib.unsubscription import address_hash
from tests.conftest import Connection, Faults, Inbox, Workspace
from tests.integration.conftest import Api, Instance, bearer
from tests.integration.smtp_servers import PASSWORD, USER, World

# The stack's own functions would claim this mail in another test's drain, and may not connect to these servers.
pytestmark = pytest.mark.exclusive

Drain = Callable[..., dict[str, int]]
Queue = Callable[[], str]


@pytest.fixture
def drain(functions: Instance, env: Mapping[str, str]) -> Drain:
    """Sends what is due some time from now."""

    def at(**later: float) -> dict[str, int]:
        params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()}
        answer = functions.http.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]))
        told: dict[str, int] = answer.json() if answer.status_code == 200 else {"status": answer.status_code}
        return told

    at(hours=1)  # what other tests have left must not meet this test's faults
    return at


Verified = Callable[..., None]


@pytest.fixture
def verified(db: Connection, workspace: Workspace, world: World) -> Verified:
    """Gives a workspace a server of the world, as if a test had gone through it."""

    def give(server: str = "starttls", password: str = PASSWORD, to: Workspace = workspace) -> None:
        row = (
            f'{{"host": "localhost", "port": {world.ports[server]}, "username": "{USER}", "from": "news@acme.example"}}'
        )
        sealed = encrypt(password, "smtp", str(to.id))
        db.execute("select public.save_smtp(%s, %s::jsonb, %s)", (to.id, row, sealed))
        db.execute("update public.smtp_settings set verified_at = now() where workspace_id = %s", (to.id,))

    return give


def queued(api: Api, **fields: object) -> str:
    """Queues a message to u1. Returns its id."""
    body = {"to": {"userId": "u1"}, "subject": "Hi", "text": "x", "category": "transactional", **fields}
    answer = api.secret("/api/send-email", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["messageId"])


def row(api: Api, message: str) -> tuple[str, str | None, str | None]:
    found = api.message(message)
    return found["status"], found["reason"], found["provider"]


def suppressed(api: Api, address: str) -> list[str]:
    statement = "select reason from public.suppressions where workspace_id = %s and address_hash = %s"
    hashed = address_hash(str(api.workspace.id), address)
    return [reason for (reason,) in api.db.execute(statement, (api.workspace.id, hashed)).fetchall()]


@pytest.mark.parametrize("server", ["starttls", "tls"])
def test_a_message_is_sent_once_with_all_its_headers(
    api: Api, world: World, verified: Verified, drain: Drain, server: str
) -> None:
    verified(server)
    address = api.person(name="Zoë")
    api.set(postal_address="1 Road, Town", name="Café", reply_to="founder@acme.example")
    message = queued(api, subject="Hi {{ contact.name }}", category="marketing")
    assert [drain(), drain()] == [{"sent": 1}, {}]
    [mail] = world.handler.to(address)
    assert (mail.sender, mail.subject) == ("Café <news@acme.example>", "Hi Zoë")
    assert (mail.headers["Reply-To"], mail.headers["To"]) == ("founder@acme.example", address)
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.headers["List-Unsubscribe"].strip("<>") in mail.html.replace("&amp;", "&")
    assert row(api, message) == ("sent", None, "smtp")


@pytest.mark.parametrize(
    ("command", "reply", "reason"),
    [
        ("MAIL", "451 4.3.0 disk", "smtp_try_later"),
        ("RCPT", "450 4.2.0 greylisted", "smtp_try_later"),
        ("DATA", "452 4.3.1 full", "smtp_try_later"),
        ("BEFORE DATA", "cut", "smtp_unreachable"),
    ],
)
def test_what_was_surely_not_sent_goes_again(
    api: Api, world: World, verified: Verified, drain: Drain, command: str, reply: str, reason: str
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer(command, reply)
    assert drain() == {"retry": 1}
    assert row(api, message) == ("sending", reason, "smtp")
    assert [drain(), drain(minutes=2), drain(minutes=9)] == [{}, {"sent": 1}, {}]
    assert row(api, message) == ("sent", None, "smtp")
    assert len(world.handler.to(address)) == 1


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "550 no such user"),
        ("RCPT", "553 5.1.3 bad address"),
        ("RCPT", "551 gone"),
        ("RCPT", "550 5.2.1 disabled"),
        ("RCPT", "554 5.1.10 null MX"),
        ("DATA", "550 5.1.1 no such user"),
    ],
)
def test_an_address_that_does_not_exist_is_never_mailed_again(
    api: Api, world: World, verified: Verified, drain: Drain, command: str, reply: str
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer(command, reply)
    assert drain() == {"failed": 1}
    assert row(api, message) == ("failed", "smtp_recipient_refused", "smtp")
    assert suppressed(api, address) == ["bounced"]
    again = queued(api)
    assert drain() == {}
    assert row(api, again)[:2] == ("skipped", "suppressed")
    assert world.handler.to(address) == []


@pytest.mark.parametrize(
    ("command", "reply", "reason"),
    [
        ("MAIL", "550 5.1.8 no such sender", "smtp_sender_refused"),
        ("MAIL", "553 not yours", "smtp_sender_refused"),
        ("RCPT", "550 5.7.1 relaying denied", "smtp_message_refused"),
        ("RCPT", "550 5.1.8 bad sender domain", "smtp_message_refused"),
        ("RCPT", "552 5.2.2 mailbox full", "smtp_message_refused"),
        ("DATA", "554 5.7.1 spam", "smtp_message_refused"),
        ("DATA", "550 we take this for spam", "smtp_message_refused"),
    ],
)
def test_another_refusal_is_recorded_and_suppresses_nobody(
    api: Api, world: World, verified: Verified, drain: Drain, command: str, reply: str, reason: str
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer(command, reply)
    assert [drain(), drain(hours=2)] == [{"failed": 1}, {}]
    assert row(api, message) == ("failed", reason, "smtp")
    assert suppressed(api, address) == []
    assert world.handler.to(address) == []


@pytest.mark.parametrize(("ending", "arrived"), [("cut", 0), ("take and cut", 1), ("354 what?", 0)])
def test_what_may_have_gone_out_is_not_sent_again(
    api: Api, world: World, verified: Verified, drain: Drain, ending: str, arrived: int
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer("DATA", ending)
    assert [drain(), drain(minutes=5), drain(hours=30)] == [{"unknown": 1}, {}, {}]
    assert row(api, message) == ("unknown", "smtp_outcome_unknown", "smtp")
    assert len(world.handler.to(address)) == arrived
    assert suppressed(api, address) == []


def test_a_crash_after_sending_sends_nothing_twice(
    api: Api, faults: Faults, world: World, verified: Verified, drain: Drain
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.meanwhile = lambda: faults.add("postgres", status=503, times=2)
    assert drain() == {"status": 503}
    faults.heal()
    assert row(api, message) == ("sending", None, "smtp")
    assert [drain(minutes=1), drain(minutes=3), drain(hours=3)] == [{}, {}, {}]
    assert row(api, message) == ("unknown", "outcome_unknown", "smtp")
    assert len(world.handler.to(address)) == 1


def test_a_crash_before_sending_delays_the_message(api: Api, world: World, verified: Verified, drain: Drain) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer("RCPT", "450 4.2.0 greylisted")
    drain()
    # A claim that its drain did not live to use, of a message that had been tried before.
    later = datetime.now(UTC) + timedelta(minutes=2)
    api.db.execute("select public.claim_messages(10, %s, %s)", (address_key(), later))
    assert row(api, message)[0] == "claimed"
    assert [drain(minutes=3), drain(minutes=5)] == [{}, {"sent": 1}]
    assert len(world.handler.to(address)) == 1


def test_a_server_that_stays_away_fails_its_mail_in_the_end(api: Api, verified: Verified, drain: Drain) -> None:
    verified("closed")
    api.person()
    message = queued(api)
    assert drain() == {"retry": 1}
    assert row(api, message) == ("sending", "smtp_unreachable", "smtp")
    assert drain(hours=24, minutes=1) == {}
    assert row(api, message) == ("failed", "smtp_unreachable", "smtp")


def test_a_server_in_trouble_holds_up_no_other_workspace(
    api: Api, world: World, verified: Verified, drain: Drain, inbox: Inbox, new_workspace: Callable[[], Workspace]
) -> None:
    verified(password="no longer right")
    api.person()
    first, second = queued(api), queued(api)
    other = Api(api.http, api.db, new_workspace())
    address = other.person()
    queued(other)
    assert drain() == {"failed": 1, "retry": 1, "sent": 1}
    assert row(api, first) == ("failed", "smtp_login_refused", "smtp")
    assert row(api, second) == ("queued", "smtp_login_refused", None)
    assert len(inbox.to(address)) == 1
    statement = "select last_error from public.smtp_settings where workspace_id = %s"
    assert api.db.execute(statement, (api.workspace.id,)).fetchall() == [("smtp_login_refused",)]
    verified()
    assert drain(minutes=2) == {"sent": 1}


def test_who_says_stop_while_mail_waits_untried_for_a_server_is_skipped(
    api: Api, world: World, verified: Verified, drain: Drain
) -> None:
    verified("closed")
    address = api.person()
    tried, waiting = queued(api), queued(api)
    assert drain() == {"retry": 2}
    statement = "insert into public.suppressions (workspace_id, address_hash, reason) values (%s, %s, 'by_hand')"
    api.db.execute(statement, (api.workspace.id, address_hash(str(api.workspace.id), address)))
    assert drain(minutes=5) == {}
    assert [row(api, message)[:2] for message in (tried, waiting)] == [("skipped", "suppressed")] * 2


# Which provider


def test_settings_that_were_not_tested_send_nothing(
    api: Api, world: World, verified: Verified, drain: Drain, inbox: Inbox, env: Mapping[str, str]
) -> None:
    verified()
    api.db.execute("update public.smtp_settings set verified_at = null where workspace_id = %s", (api.workspace.id,))
    address = api.person()
    message = queued(api)
    assert drain() == {"sent": 1}
    [mail] = inbox.to(address)
    assert mail["from"].endswith(f"@{env['MAIL_DOMAIN']}>")
    assert row(api, message) == ("sent", None, "resend")


def test_what_was_begun_with_resend_stays_with_resend(
    api: Api, faults: Faults, world: World, verified: Verified, drain: Drain, inbox: Inbox
) -> None:
    address = api.person()
    message = queued(api)
    faults.add("resend", dropAfterAccept=True, times=1)
    assert drain() == {"retry": 1}
    verified()
    assert drain(minutes=2) == {"sent": 1}
    assert row(api, message) == ("sent", None, "resend")
    assert (len(inbox.to(address)), world.handler.to(address)) == (1, [])


def test_what_was_begun_by_smtp_waits_for_its_server(
    api: Api, world: World, verified: Verified, drain: Drain, inbox: Inbox
) -> None:
    verified()
    address = api.person()
    message = queued(api)
    world.handler.will_answer("RCPT", "450 4.2.0 greylisted")
    drain()
    api.db.execute("select public.remove_smtp(%s)", (api.workspace.id,))
    assert drain(minutes=2) == {"retry": 1}
    assert row(api, message) == ("sending", "smtp_not_verified", "smtp")
    verified()
    assert drain(minutes=9) == {"sent": 1}
    assert (len(world.handler.to(address)), inbox.to(address)) == (1, [])


def test_an_address_that_few_servers_take_fails_alone(api: Api, world: World, verified: Verified, drain: Drain) -> None:
    verified()
    api.secret("/api/identify", {"userId": "u1", "email": "zoë@bücher.example"})
    odd = queued(api)
    address = api.person("u2")
    queued(api, to={"userId": "u2"})
    assert drain() == {"failed": 1, "sent": 1}
    assert row(api, odd) == ("failed", "smtp_address_unsupported", "smtp")
    assert len(world.handler.to(address)) == 1


def test_two_drains_at_once_send_each_message_once(
    api: Api, world: World, verified: Verified, drain: Drain, functions: Instance, env: Mapping[str, str]
) -> None:
    verified()
    address = api.person()
    for _ in range(15):
        queued(api)
    with ThreadPoolExecutor(3) as schedulers:
        told = list(schedulers.map(lambda _: drain().get("sent", 0), range(3)))
    assert (sum(told), len(world.handler.to(address))) == (15, 15)
