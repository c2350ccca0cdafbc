"""Lemon Squeezy's webhooks: which are believed, what each says, whose it is, and what a status gives."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from lib import billing
from tests.conftest import Session, Workspace
from tests.integration.billing.conftest import (
    DAY,
    GROWTH,
    SECOND,
    STARTER,
    URL,
    Store,
    fresh,
    seen,
)
from tests.integration.conftest import event, instance, problem
from tests.lemonsqueezy import START, invoice, license_key, order, signature, subscription, webhook, written

# Signatures


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Signature": ""},
        {"X-Signature": "0" * 64},
        {"X-Signature": "ünicode"},
        {"X-Signature": signature("another secret", b"{}")},
        {"X-Signature": signature("", b"{}")},
    ],
)
def test_what_lemon_squeezy_has_not_signed_is_refused(store: Store, headers: dict[str, str]) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    answer = store.api.http.post(URL, content=b"{}", headers={b"Content-Type": b"application/json", **encoded})
    problem(answer, "signature_invalid")


def test_a_signature_is_of_these_very_bytes_and_in_small_letters(store: Store) -> None:
    body = json.dumps(webhook("subscription_created", "subscriptions", fresh(), subscription(), store.custom)).encode()
    right = signature(store.env["LEMONSQUEEZY_WEBHOOK_SECRET"], body)
    assert right != right.upper()
    problem(store.post(body, **{"X-Signature": right.upper()}), "signature_invalid")
    problem(store.post(body + b" ", **{"X-Signature": right}), "signature_invalid")
    assert store.known() == []
    assert store.post(body, **{"X-Signature": right}).json() == {"status": "applied"}


def test_nothing_is_parsed_before_it_is_known_to_be_signed(store: Store) -> None:
    problem(store.post(b"not json"), "signature_invalid")
    signed = signature(store.env["LEMONSQUEEZY_WEBHOOK_SECRET"], b"not json")
    problem(store.post(b"not json", **{"X-Signature": signed}), "json_malformed")


def test_a_large_body_is_refused_whoever_has_signed_it(store: Store) -> None:
    body = b" " * 600_000
    signed = {"X-Signature": signature(store.env["LEMONSQUEEZY_WEBHOOK_SECRET"], body)}
    problem(store.post(body, **signed), "body_too_large")
    # This much the platform itself refuses.
    assert store.post(body * 9, **signed).status_code == 413


def test_a_deployment_without_a_secret_believes_nobody(store: Store, env: Mapping[str, str], tmp_path: Path) -> None:
    with instance(env, tmp_path / "log", LEMONSQUEEZY_WEBHOOK_SECRET="") as alone:
        own = replace(store, api=replace(store.api, http=alone.http))
        problem(own.post(b"{}", **{"X-Signature": signature("", b"{}")}), "signature_invalid")


def test_nothing_of_who_pays_is_stored_or_logged(store: Store, env: Mapping[str, str], tmp_path: Path) -> None:
    with instance(env, tmp_path / "log") as alone:
        own = replace(store, api=replace(store.api, http=alone.http))
        own.tell(fresh(), user_email="payer@acme.example", user_name="Payer")
        own.send({"meta": {"event_name": "subscription_updated"}, "data": {"id": "1", "attributes": {"x": "payer@"}}})
        written = alone.output.read_text()
    assert "payer" not in (written + json.dumps(store.known())).lower()


# Events


@pytest.mark.parametrize("name", sorted(billing.SUBSCRIPTIONS))
def test_every_event_of_a_subscription_says_what_it_is(store: Store, name: str) -> None:
    identifier = fresh()
    assert store.tell(identifier, name) == "applied"
    [row] = store.known()
    assert (row["id"], row["variant_id"], row["status"]) == (identifier, str(STARTER), "active")
    assert store.plan() == "starter"


@pytest.mark.parametrize(
    ("name", "kind", "attributes"),
    [
        ("order_created", "orders", order()),
        ("order_refunded", "orders", order(refunded=True, refunded_amount=2900)),
        ("license_key_created", "license-keys", license_key()),
        ("license_key_updated", "license-keys", license_key()),
        ("affiliate_activated", "affiliates", {}),
        ("", "", {}),
    ],
)
def test_other_events_are_taken_and_change_nothing(
    store: Store, name: str, kind: str, attributes: dict[str, Any]
) -> None:
    assert store.send(webhook(name, kind, fresh(), attributes, store.custom)) == "ignored"
    assert store.known() == []


@pytest.mark.parametrize("document", [[], {}, None, {"meta": []}, {"meta": {"event_name": ["x"]}}, "x"])
def test_what_has_another_form_is_taken_and_changes_nothing(store: Store, document: object) -> None:
    assert store.send(document) == "ignored"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "frozen"},
        {"updated_at": "yesterday"},
        {"variant_id": None},
        {"pause": {"mode": "x"}},
        {"created_at": 1},
    ],
)
def test_what_cant_be_read_is_left_to_the_sweep(store: Store, change: dict[str, Any]) -> None:
    assert store.tell(fresh(), **change) == "ignored"
    assert store.known() == []


def test_optional_fields_may_be_missing_and_others_may_come(store: Store) -> None:
    whole = subscription(a_new_field={"x": 1})
    needed = ("variant_id", "status", "created_at", "updated_at")
    for attributes in (whole, {name: whole[name] for name in needed}):
        identifier = fresh()
        assert (
            store.send(webhook("subscription_created", "subscriptions", identifier, attributes, store.custom))
            == "applied"
        )


def test_a_payment_that_failed_reaches_the_right_subscription(store: Store) -> None:
    first, second = fresh(), fresh()
    for identifier in (first, second):
        store.tell(identifier)
    assert store.pay(second, "subscription_payment_failed", status="pending") == "applied"
    assert store.payments() == {second: "failed"}
    assert store.plan() == "starter"
    later = written(START + DAY)
    assert store.pay(second, "subscription_payment_recovered", updated_at=later) == "applied"
    assert store.pay(second, "subscription_payment_failed", updated_at=written(START + SECOND)) == "stale"
    assert store.payments() == {second: "paid"}


def test_a_payment_may_be_told_before_its_subscription(store: Store, bob: Session) -> None:
    identifier = fresh()
    assert store.pay(identifier, "subscription_payment_failed") == "applied"
    store.tell(identifier, status="past_due")
    assert seen(bob, store.api.workspace)["subscription"]["payment"] == "failed"


def test_a_payment_of_nobody_is_not_stored(store: Store) -> None:
    document = webhook("subscription_payment_failed", "subscription-invoices", "1", invoice(fresh()), None)
    assert store.send(document) == "unknown"
    assert store.payments() == {}


@pytest.mark.parametrize("amount", [100, 2900])
def test_a_refund_takes_no_access(store: Store, amount: int) -> None:
    identifier = fresh()
    store.tell(identifier)
    status = "refunded" if amount == 2900 else "partial_refund"
    assert store.pay(identifier, "subscription_payment_refunded", status=status, refunded_amount=amount) == "ignored"
    assert store.plan() == "starter"


@pytest.mark.parametrize(
    ("changed", "plan"),
    [
        ({"status": "on_trial", "trial_ends_at": "2026-11-15T00:00:00.000000Z"}, "starter"),
        ({"status": "active"}, "starter"),
        ({"status": "past_due"}, "starter"),
        ({"status": "paused", "pause": {"mode": "free", "resumes_at": None}}, "starter"),
        ({"status": "paused", "pause": {"mode": "void", "resumes_at": None}}, "free"),
        ({"status": "unpaid"}, "free"),
        ({"status": "expired", "ends_at": written(START)}, "free"),
        ({"status": "active", "variant_id": GROWTH}, "growth"),
        ({"status": "active", "variant_id": 404}, "free"),
    ],
)
def test_a_status_says_what_may_be_used(store: Store, changed: dict[str, Any], plan: str) -> None:
    store.tell(fresh(), **changed)
    assert store.plan() == plan


def test_what_is_cancelled_may_be_used_to_the_second(store: Store) -> None:
    ends = START + 20 * DAY
    store.tell(fresh(), "subscription_cancelled", status="cancelled", cancelled=True, ends_at=written(ends))
    assert [store.plan(at) for at in (ends - SECOND, ends, ends + SECOND)] == ["starter", "free", "free"]


def test_of_several_subscriptions_the_highest_counts(store: Store) -> None:
    ends = START + 20 * DAY
    store.tell(fresh(), status="cancelled", variant_id=GROWTH, ends_at=written(ends))
    store.tell(fresh())
    assert [store.plan(at) for at in (ends - SECOND, ends)] == ["growth", "starter"]


def test_the_plan_multiplies_the_rate_limit(store: Store) -> None:
    policies: list[str] = []
    identifier = fresh()
    for changed in ({"status": "active"}, {"variant_id": GROWTH, "updated_at": written(START + SECOND)}):
        store.tell(identifier, **changed)
        store.api.track(event())
        answer = store.api.secret("/api/track", event())
        policies.append(answer.headers["RateLimit-Policy"])
    assert policies == ['"messages";q=480;w=60', '"messages";q=1200;w=60']


# Whose it is


@pytest.mark.parametrize(
    "forge",
    [
        lambda custom: None,
        lambda custom: {"workspace_id": custom["workspace_id"]},
        lambda custom: {**custom, "signature": "0" * 64},
        lambda custom: {**custom, "workspace_id": str(uuid4())},
        lambda custom: {**custom, "workspace_id": custom["workspace_id"].upper()},
        lambda custom: {"workspace_id": "x", "signature": "x"},
        lambda custom: {"workspace_id": ["x"], "signature": {}},
    ],
)
def test_a_checkout_that_we_did_not_open_is_nobodys(store: Store, forge: Callable[[Any], Any]) -> None:
    document = webhook("subscription_created", "subscriptions", fresh(), subscription(), forge(store.custom))
    assert store.send(document) == "unknown"
    assert store.known() == []


def test_a_subscription_stays_where_it_is(store: Store, new_workspace: Callable[[], Workspace]) -> None:
    identifier, other = fresh(), replace(store, api=replace(store.api, workspace=new_workspace()))
    store.tell(identifier)
    assert other.tell(identifier, updated_at=written(START + SECOND), status="past_due") == "applied"
    assert other.known() == []
    assert [row["status"] for row in store.known()] == ["past_due"]


def test_of_a_workspace_that_is_gone_nothing_is_stored(store: Store) -> None:
    gone = replace(store, api=replace(store.api, workspace=replace(store.api.workspace, id=uuid4())))
    assert gone.tell(fresh()) == "unknown"
    assert gone.known() == []


def test_test_mode_counts_for_nothing_in_production(store: Store, env: Mapping[str, str], tmp_path: Path) -> None:
    development = {"SMTP_ALLOWED_HOSTS": "", "SMTP_CA_FILE": ""}
    with instance(env, tmp_path / "log", VERCEL="1", VERCEL_ENV="production", **development) as deployed:
        production = replace(store, api=replace(store.api, http=deployed.http))
        assert production.tell(fresh(), test_mode=True) == "ignored"
        assert production.pay(fresh(), "subscription_payment_failed", test_mode=True) == "ignored"
        assert store.known() == []
        assert production.tell(fresh()) == "applied"


def test_without_postgres_the_webhook_is_to_come_again(store: Store, env: Mapping[str, str], tmp_path: Path) -> None:
    with instance(env, tmp_path / "log", SUPABASE_URL="http://127.0.0.1:9") as alone:
        body = json.dumps(webhook("subscription_created", "subscriptions", "1", subscription(), store.custom)).encode()
        signed = {"X-Signature": signature(env["LEMONSQUEEZY_WEBHOOK_SECRET"], body)}
        answer = replace(store, api=replace(store.api, http=alone.http)).post(body, **signed)
    problem(answer, "unavailable")
