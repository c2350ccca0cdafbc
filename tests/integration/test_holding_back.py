"""Marketing mail waits for its reader, and nobody's mail waits for another workspace's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import Inbox, Workspace
from tests.integration.conftest import Api, bearer

# The drain takes what is due in any workspace, at a time that is not other tests'.
pytestmark = pytest.mark.exclusive

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
Drain = Callable[..., dict[str, int]]


@pytest.fixture
def drain(http: httpx.Client, env: Mapping[str, str], empty_outbox: None) -> Drain:
    """Sends what is due some time after tomorrow's noon."""

    def at(**later: float) -> dict[str, int]:
        params = {"now": (NOON + timedelta(**later)).isoformat()}
        answer = http.get("/api/send-email", params=params, headers=bearer(env["CRON_SECRET"]))
        assert answer.status_code == 200, answer.text
        told: dict[str, int] = answer.json()
        return told

    return at


def queue(api: Api, category: str = "marketing", user_id: str = "u1") -> str:
    body = {"to": {"userId": user_id}, "subject": "Hi", "text": "x", "category": category, "sendAt": NOON.isoformat()}
    answer = api.secret("/api/send-email", body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["messageId"])


def row(api: Api, message: str) -> tuple[Any, ...]:
    found = api.message(message)
    return found["status"], found["reason"]


@pytest.fixture
def address(api: Api) -> str:
    """Of u1, in a workspace that may send marketing mail."""
    api.set(postal_address="1 Road, Town", name="Acme")
    return api.person()


def test_one_marketing_mail_a_day_and_the_next_one_a_day_later(
    api: Api, drain: Drain, inbox: Inbox, address: str
) -> None:
    first, second = queue(api), queue(api)
    assert drain() == {"sent": 1}
    assert (row(api, first), row(api, second)) == (("sent", None), ("queued", "frequency_cap"))
    assert drain(hours=23) == {}
    assert drain(hours=24) == {"sent": 1}
    assert (row(api, second), len(inbox.to(address))) == (("sent", None), 2)


def test_a_cap_is_the_addresss_and_not_the_contacts(api: Api, drain: Drain, inbox: Inbox, address: str) -> None:
    api.secret("/api/identify", {"userId": "u2", "traits": {"email": address}})
    queue(api)
    queue(api, user_id="u2")
    drain()
    assert len(inbox.to(address)) == 1


def test_a_founder_may_allow_more(api: Api, drain: Drain, inbox: Inbox, address: str) -> None:
    api.set(marketing_cap=3)
    for _ in range(4):
        queue(api)
    drain()
    assert len(inbox.to(address)) == 3


def test_transactional_mail_is_neither_capped_nor_counted(api: Api, drain: Drain, inbox: Inbox, address: str) -> None:
    for category in ("transactional", "marketing", "transactional"):
        queue(api, category)
    drain()
    assert len(inbox.to(address)) == 3


def test_what_waited_for_three_days_is_skipped_with_its_reason(api: Api, drain: Drain, address: str) -> None:
    messages = [queue(api) for _ in range(6)]
    for day in range(6):
        drain(days=day)
    assert [row(api, message)[0] for message in messages].count("sent") == 4
    assert {row(api, message) for message in messages} == {("sent", None), ("skipped", "frequency_cap")}


@pytest.mark.parametrize(
    ("zone", "trait", "waits"),
    [
        # It is noon in UTC, 21:00 in Tokyo, 07:00 in New York.
        ("UTC", None, 0), ("Asia/Tokyo", None, 10), ("UTC", "Asia/Tokyo", 10), ("Asia/Tokyo", "America/New_York", 1),
        ("UTC", "Atlantis/Nowhere", 0),
    ],
)  # fmt: skip
def test_quiet_hours_go_by_the_contacts_clock_then_the_workspaces(
    api: Api, drain: Drain, address: str, zone: str, trait: str | None, waits: int
) -> None:
    api.set(quiet_from="20:30", quiet_to="07:00" if waits != 1 else "08:00", time_zone=zone)
    if trait:
        api.secret("/api/identify", {"userId": "u1", "traits": {"timezone": trait}})
    message = queue(api)
    drain()
    assert row(api, message) == (("queued", "quiet_hours") if waits else ("sent", None))
    if waits:
        assert drain(hours=waits, minutes=-1) == {}
        assert drain(hours=waits) == {"sent": 1}


def test_transactional_mail_goes_at_night_too(api: Api, drain: Drain, address: str) -> None:
    api.set(quiet_from="00:00", quiet_to="23:59")
    assert row(api, queue(api, "transactional"))[0] == "queued"
    assert drain() == {"sent": 1}


def test_over_the_plans_mails_marketing_is_skipped_and_the_rest_goes(
    api: Api, drain: Drain, inbox: Inbox, address: str
) -> None:
    api.set(monthly_emails=2, marketing_cap=9)
    messages = [queue(api, category) for category in ("marketing", "transactional", "marketing", "transactional")]
    drain()
    assert [row(api, message) for message in messages] == [
        ("sent", None), ("sent", None), ("skipped", "quota_exceeded"), ("sent", None)
    ]  # fmt: skip


def test_a_message_that_waits_is_not_an_attempt(api: Api, drain: Drain, address: str) -> None:
    queue(api)
    second = queue(api)
    drain()
    assert api.message(second)["attempts"] == 0


def test_one_workspaces_flood_delays_anothers_mail_by_one_claim_at_most(
    api: Api, drain: Drain, env: Mapping[str, str], address: str, new_workspace: Callable[[], Workspace]
) -> None:
    flood = [queue(api, "transactional") for _ in range(40)]
    other = Api(api.http, api.db, new_workspace())
    other.person()
    one = queue(other, "transactional")
    statement = "select public.claim_messages(10, 'key', %s) -> 'messages'"
    claimed = [message["id"] for message in api.db.execute(statement, (NOON,)).fetchall()[0][0]]
    assert one in claimed and set(claimed) - {one} <= set(flood)
    assert drain(minutes=3) == {"sent": 41}  # leaves nothing to other tests


def test_what_is_skipped_or_postponed_does_not_end_a_drain(api: Api, drain: Drain, address: str) -> None:
    for _ in range(25):
        queue(api)
    last = queue(api, "transactional")
    drain()
    assert row(api, last) == ("sent", None)


# Claimed addresses


def claim(api: Api, user_id: str, address: str) -> None:
    answer = api.public("/api/identify", {"userId": user_id, "email": address})
    assert answer.status_code == 200, answer.text


def claimed(api: Api, number: int) -> list[str]:
    """As many new contacts with an address that a visitor claimed."""
    addresses = [f"{api.workspace.id.hex}-{n}@example.com" for n in range(number)]
    for n, address in enumerate(addresses):
        claim(api, f"c{n}", address)
    return addresses


def test_a_claimed_address_gets_mail_only_where_the_founder_chose_so(api: Api, drain: Drain, inbox: Inbox) -> None:
    [address] = claimed(api, 1)
    body = {"to": {"userId": "c0"}, "subject": "Hi", "text": "x", "category": "transactional"}
    assert api.secret("/api/send-email", body).status_code == 422
    api.set(mail_claimed=True)
    queue(api, "transactional", "c0")
    drain()
    assert len(inbox.to(address)) == 1


def test_no_more_claimed_addresses_than_the_ceiling_get_their_first_mail_on_a_day(
    api: Api, drain: Drain, inbox: Inbox
) -> None:
    addresses = claimed(api, 5)
    api.set(mail_claimed=True, claimed_a_day=2)
    messages = [queue(api, "transactional", f"c{n}") for n in range(5)]
    drain()
    assert sum(len(inbox.to(address)) for address in addresses) == 2
    assert [row(api, message) for message in messages].count(("queued", "claimed_ceiling")) == 3
    drain(hours=12)
    assert sum(len(inbox.to(address)) for address in addresses) == 4


def test_who_has_had_a_mail_does_not_count_towards_the_ceiling(api: Api, drain: Drain, inbox: Inbox) -> None:
    addresses = claimed(api, 1)
    api.set(mail_claimed=True, claimed_a_day=1)
    for _ in range(3):
        queue(api, "transactional", "c0")
    drain()
    assert len(inbox.to(addresses[0])) == 3


def test_only_the_first_address_that_was_claimed_gets_mail(api: Api, drain: Drain, inbox: Inbox) -> None:
    [address] = claimed(api, 1)
    claim(api, "c0", f"attacker-{address}")
    api.set(mail_claimed=True)
    queue(api, "transactional", "c0")
    drain()
    assert (len(inbox.to(address)), inbox.to(f"attacker-{address}")) == (1, [])


def test_an_address_that_a_server_removed_is_not_claimed_back(api: Api) -> None:
    [address] = claimed(api, 1)
    api.set(mail_claimed=True)
    api.secret("/api/identify", {"userId": "c0", "traits": {"email": None}})
    claim(api, "c0", address)
    body = {"to": {"userId": "c0"}, "subject": "Hi", "text": "x", "category": "transactional"}
    assert api.secret("/api/send-email", body).status_code == 422
