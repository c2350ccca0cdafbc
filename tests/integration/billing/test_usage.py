"""What a workspace uses, what it is warned of, and what stops when a quota is used up."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from tests.conftest import Faults, Inbox, Session
from tests.integration.billing.conftest import (
    DAY,
    MINUTE,
    SECOND,
    Store,
    fresh,
    seen,
)
from tests.integration.conftest import event
from tests.lemonsqueezy import START, written


def measured(store: Store, now: datetime) -> None:
    """Has this workspace measured, as the sweep does with each."""
    store.api.db.execute("select private.measure(%s, %s)", (store.api.workspace.id, now))


@pytest.mark.exclusive
def test_events_contacts_and_mails_are_measured(
    books: Store, bob: Session, drain: Callable[[], httpx.Response]
) -> None:
    api = books.api
    books.sweep()
    api.track(*[event() for _ in range(7)], event(userId="u2"), event(userId=None, anonymousId="a"))
    api.person("u1")
    api.secret("/api/send-email", {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "transactional"})
    drain()
    later = datetime.now(UTC) + timedelta(hours=2)
    swept = books.sweep(later).json()
    assert swept["measured"] >= 1
    shown = seen(bob, api.workspace)["usage"]
    # The address that u1 was given is an identity of u1.
    assert (shown["events"], shown["contacts"]["used"], shown["emails"]["used"]) == (10, 2, 1)
    is_latest = """select u.last_event_at = (
            select max(e.received_at) from public.events as e where e.workspace_id = u.workspace_id
        ) from public.usage as u where u.workspace_id = %s"""
    assert api.db.execute(is_latest, (api.workspace.id,)).fetchall() == [(True,)]
    books.sweep(later + SECOND)
    assert seen(bob, api.workspace)["usage"]["events"] == 10
    api.db.execute("update private.metering set counted_until = now()")


def test_what_a_running_drain_lets_through_is_counted(store: Store) -> None:
    now = datetime.now(UTC)
    measured(store, now + SECOND)
    mailed(store, 3, now + SECOND)
    counted = store.api.db.execute("select private.mails_of_month(%s, %s)", (store.api.workspace.id, now + SECOND))
    assert counted.fetchall() == [(3,)]


@pytest.mark.exclusive
def test_the_meter_makes_way_for_who_measures(books: Store, env: Mapping[str, str]) -> None:
    with psycopg.connect(env["DATABASE_URL"]) as measurer, psycopg.connect(env["DATABASE_URL"]) as meter:
        measurer.execute("select public.measure_usage()")
        later = datetime.now(UTC) + 10 * MINUTE
        assert meter.execute("select public.meter_events(%s)", (later,)).fetchall() == [(False,)]
        measurer.rollback()
        meter.rollback()


@pytest.mark.exclusive
def test_whatever_is_left_to_count_the_list_is_read(books: Store) -> None:
    db = books.api.db
    db.execute("update private.metering set counted_until = now() - interval '20 years'")
    try:
        answer = books.sweep().json()
        assert (answer["pages"], answer["left"]) == (1, False)
    finally:
        db.execute("update private.metering set counted_until = now()")


def test_a_new_month_begins_with_the_contacts_there_were(store: Store, bob: Session) -> None:
    statement = """insert into public.usage (workspace_id, month, contacts, measured_at)
        values (%s, private.month_of(now() - interval '1 month'), 4000, now() - interval '1 hour')"""
    store.api.db.execute(statement, (store.api.workspace.id,))
    shown = seen(bob, store.api.workspace)
    assert (shown["usage"]["contacts"]["used"], shown["marketingPaused"]) == (4000, True)


def test_a_banner_goes_with_the_status_though_no_webhook_tells_of_the_payment(store: Store, bob: Session) -> None:
    identifier = fresh()
    store.tell(identifier, status="past_due")
    store.pay(identifier, "subscription_payment_failed")
    assert seen(bob, store.api.workspace)["subscription"]["payment"] == "failed"
    store.tell(identifier, status="active", updated_at=written(START + DAY))
    assert seen(bob, store.api.workspace)["subscription"]["payment"] is None


def test_the_dashboard_sees_plan_subscription_and_quotas(store: Store, bob: Session) -> None:
    store.tell(fresh(), status="past_due")
    store.pay(store.known()[0]["id"], "subscription_payment_failed")
    shown = seen(bob, store.api.workspace)
    assert shown["plan"] == {"name": "starter", "messagesPerMinute": 480, "members": 5}
    assert shown["usage"]["emails"] == {"used": 0, "quota": 50_000}
    assert {name: shown["subscription"][name] for name in ("plan", "interval", "status", "served", "payment")} == {
        "plan": "starter", "interval": "month", "status": "past_due", "served": True, "payment": "failed",
    }  # fmt: skip
    assert (shown["marketingPaused"], shown["warnings"]) == (False, [])


@pytest.mark.exclusive
def test_owners_are_warned_once_at_80_and_once_at_100_percent(
    books: Store, alice: Session, bob: Session, drain: Callable[[], httpx.Response], inbox: Inbox
) -> None:
    api, now = books.api, datetime.now(UTC)

    def told() -> list[str]:
        drain()
        return sorted(mail["subject"] for mail in inbox.to(alice.email) if api_name in mail["subject"])

    api_name = f"Acme {fresh()}"
    api.set(name=api_name, monthly_emails=5)
    before = len(inbox.to(bob.email))
    for used, subjects in (
        (3, []),
        (4, [f"{api_name} has used 80 % of the emails of its plan"]),
        (5, [f"{api_name} has used 80 % of the emails of its plan", f"{api_name} has used all 5 emails of its plan"]),
    ):
        mailed(books, used, now)
        for _ in range(2):
            measured(books, now)
            assert told() == subjects
    assert len(inbox.to(bob.email)) == before
    warnings = [(each["meter"], each["percent"]) for each in seen(bob, api.workspace)["warnings"]]
    assert warnings == [("emails", 80), ("emails", 100)]
    assert seen(bob, api.workspace)["marketingPaused"] is True


def mailed(store: Store, count: int, now: datetime) -> None:
    """So many mails have been let through this month."""
    store.api.db.execute("delete from public.messages where workspace_id = %s", (store.api.workspace.id,))
    for _ in range(count):
        store.api.db.execute(
            """insert into public.messages (workspace_id, contact_id, category, status, send_at, counted_at)
               values (%s, gen_random_uuid(), 'transactional', 'sent', now(), %s)""",
            (store.api.workspace.id, now - SECOND),
        )


@pytest.mark.exclusive
def test_too_many_contacts_pause_marketing_and_nothing_else(
    books: Store, drain: Callable[[], httpx.Response], empty_outbox: None
) -> None:
    api = books.api
    api.set(postal_address="1 Road")
    api.person("u1")
    api.db.execute("update public.plans set contacts = 1 where name = 'free'")
    try:
        api.track(event(userId="u2"))
        measured(books, datetime.now(UTC))
        ids = [
            api.secret("/api/send-email", {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": category})
            for category in ("marketing", "transactional")
        ]
        drain()
        rows = [api.finished(answer.json()["messageId"]) for answer in ids]
        assert [(row["status"], row["reason"]) for row in rows] == [("skipped", "quota_exceeded"), ("sent", None)]
        assert api.track(event(userId="u3"))["accepted"] == 1
        books.tell(fresh())
        again = api.secret(
            "/api/send-email", {"to": {"userId": "u1"}, "subject": "x", "text": "x", "category": "marketing"}
        )
        drain()
        assert api.finished(again.json()["messageId"])["status"] == "sent"
    finally:
        api.db.execute("update public.plans set contacts = 2500 where name = 'free'")


@pytest.mark.exclusive
def test_a_drain_sends_all_notices_but_those_of_who_is_no_owner_any_more(
    books: Store, alice: Session, bob: Session, drain: Callable[[], httpx.Response], inbox: Inbox
) -> None:
    name = f"Acme {fresh()}"
    books.api.set(name=name)
    for owner, count in ((alice, 12), (bob, 1)):
        books.api.db.execute(
            """insert into private.notices (workspace_id, user_id, kind, variables, send_at)
               select %s, %s, 'usage', '{"meter": "emails", "percent": 80, "used": 4, "quota": 5}', now()
               from generate_series(1, %s)""",
            (books.api.workspace.id, owner.user_id, count),
        )
    assert drain().json()["notices"] == 12
    counts = [len([mail for mail in inbox.to(owner.email) if name in mail["subject"]]) for owner in (alice, bob)]
    assert counts == [12, 0]
    states = books.api.db.execute(
        "select status from private.notices where workspace_id = %s", (books.api.workspace.id,)
    )
    assert [status for (status,) in states] == ["sent"] * 12


@pytest.mark.exclusive
def test_a_notice_that_may_have_gone_out_goes_again_under_the_same_key(
    books: Store, alice: Session, faults: Faults, drain: Callable[[], httpx.Response], inbox: Inbox
) -> None:
    api, now = books.api, datetime.now(UTC)
    name = f"Acme {fresh()}"
    api.set(name=name, monthly_emails=1)
    mailed(books, 1, now)
    measured(books, now)
    faults.add("resend", dropAfterAccept=True, times=1)
    drain()
    api.db.execute("update private.notices set send_at = now() where workspace_id = %s", (api.workspace.id,))
    drain()
    assert len([mail for mail in inbox.to(alice.email) if name in mail["subject"]]) == 1
    states = api.db.execute("select status from private.notices where workspace_id = %s", (api.workspace.id,))
    assert set(states.fetchall()) == {("sent",)}
