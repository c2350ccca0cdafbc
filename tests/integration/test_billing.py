"""Billing: Lemon Squeezy's webhooks in every order, its list where they were lost, and what follows for a workspace."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib import billing, checkouts, limits
from tests.conftest import Connection, Faults, Inbox, Session, Workspace, joined
from tests.integration.conftest import Api, bearer, errors, event, instance, problem
from tests.lemonsqueezy import START, invoice, license_key, order, signature, subscription, webhook, written

URL = "/api/lemonsqueezy-webhook"
STARTER, GROWTH = 11, 22
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Store:
    """Lemon Squeezy's side: what it sends, and what its API says."""

    api: Api
    env: Mapping[str, str]

    def post(self, body: bytes, **headers: str) -> httpx.Response:
        return self.api.http.post(URL, content=body, headers={"Content-Type": "application/json", **headers})

    def send(self, document: object) -> str:
        """Signs and delivers an event. Returns the answer's status."""
        body = json.dumps(document).encode()
        answer = self.post(body, **{"X-Signature": signature(self.env["LEMONSQUEEZY_WEBHOOK_SECRET"], body)})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["status"])

    @property
    def custom(self) -> dict[str, str]:
        """As our checkouts carry it."""
        return checkouts.custom_data(str(self.api.workspace.id))

    def tell(self, identifier: str, name: str = "subscription_updated", **changed: Any) -> str:
        """A webhook of a subscription of the workspace."""
        return self.send(webhook(name, "subscriptions", identifier, subscription(**changed), self.custom))

    def pay(self, identifier: str, name: str, **changed: Any) -> str:
        """A webhook of an invoice, whose own id is not the subscription's."""
        return self.send(webhook(name, "subscription-invoices", fresh(), invoice(identifier, **changed), self.custom))

    def known(self) -> list[dict[str, Any]]:
        """The workspace's subscriptions as stored."""
        statement = "select to_jsonb(s) from public.subscriptions as s where workspace_id = %s order by created_at, id"
        return [row for (row,) in self.api.db.execute(statement, (self.api.workspace.id,))]

    def payments(self) -> dict[str, str]:
        statement = "select subscription_id, status from public.payments where workspace_id = %s"
        return dict(self.api.db.execute(statement, (self.api.workspace.id,)).fetchall())

    def plan(self, at: datetime = START) -> str:
        found = self.api.db.execute("select (private.entitlements(%s, %s)).name", (self.api.workspace.id, at))
        return str(found.fetchall()[0][0])

    def has(self, subscriptions: Mapping[str, Any]) -> None:
        """What the API says from now on."""
        httpx.put(f"{self.env['FAKES_URL']}/subscriptions", json=subscriptions).raise_for_status()

    def sweep(self, now: datetime | None = None) -> httpx.Response:
        query = {"now": now.isoformat()} if now else {}
        return self.api.http.get(URL, params=query, headers=bearer(self.env["CRON_SECRET"]))


@pytest.fixture
def store(api: Api, env: Mapping[str, str]) -> Store:
    for_sale(api.db)
    return Store(api, env)


@pytest.fixture
def books(store: Store, faults: Faults) -> Iterator[Store]:
    """The store with all of its side to itself, list, sweep and checkouts: for tests that run alone."""
    store.has({})
    store.api.db.execute("delete from private.checkouts")
    store.api.db.execute("update private.reconciliation set page = 1, claimed_until = null, rests_until = null")
    yield store
    store.has({})


def for_sale(db: Connection) -> None:
    for variant, plan in ((STARTER, "starter"), (GROWTH, "growth")):
        statement = "insert into public.plan_variants values (%s, %s, 'month') on conflict do nothing"
        db.execute(statement, (str(variant), plan))


def fresh() -> str:
    """An id that no other test uses."""
    return str(uuid4().int % 10**12)


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


# Any order


STATES: list[dict[str, Any]] = [
    {"status": "on_trial"},
    {"status": "active"},
    {"status": "active", "variant_id": GROWTH},
    {"status": "past_due"},
    {"status": "unpaid"},
    {"status": "paused", "pause": {"mode": "void", "resumes_at": None}},
    {"status": "cancelled", "cancelled": True, "ends_at": written(START + 30 * DAY)},
    {"status": "expired", "ends_at": written(START + 40 * DAY)},
]
LIVES = st.lists(st.sampled_from(STATES), min_size=1, max_size=6)


def life(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Attributes after each change, a minute apart."""
    return [subscription(**state, updated_at=written(START + n * 60 * SECOND)) for n, state in enumerate(states)]


def shown(attributes: Mapping[str, Any]) -> tuple[object, ...]:
    pause = attributes["pause"]["mode"] if attributes["pause"] else None
    moment = datetime.fromisoformat(attributes["updated_at"])
    return (str(attributes["variant_id"]), attributes["status"], pause, moment)


def stored(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (row["variant_id"], row["status"], row["pause_mode"], datetime.fromisoformat(row["updated_at"]))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(states=LIVES, data=st.data())
def test_webhooks_in_any_order_and_doubled_end_in_the_latest_state(
    store: Store, states: list[dict[str, Any]], data: st.DataObject
) -> None:
    identifier, changes = fresh(), life(states)
    again = data.draw(st.lists(st.sampled_from(changes), max_size=4))
    for attributes in data.draw(st.permutations([*changes, *again])):
        store.send(webhook("subscription_updated", "subscriptions", identifier, attributes, store.custom))
    [row] = [row for row in store.known() if row["id"] == identifier]
    assert stored(row) == shown(changes[-1])


def test_webhooks_at_once_end_in_the_latest_state(store: Store) -> None:
    identifier, changes = fresh(), life(STATES)
    with ThreadPoolExecutor(8) as pool:
        documents = [
            webhook("subscription_updated", "subscriptions", identifier, each, store.custom) for each in changes * 2
        ]
        assert set(pool.map(store.send, documents)) <= {"applied", "stale"}
    [row] = store.known()
    assert stored(row) == shown(changes[-1])


@pytest.mark.exclusive
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(lives=st.lists(LIVES, min_size=1, max_size=3), data=st.data())
def test_whatever_was_lost_one_sweep_ends_in_what_the_api_says(
    books: Store, lives: list[list[dict[str, Any]]], data: st.DataObject
) -> None:
    truth, webhooks = {}, []
    for states in lives:
        identifier, changes = fresh(), life(states)
        truth[identifier] = changes[-1]
        # The first is kept: what no webhook has ever told of is the next test's.
        webhooks += [(identifier, each) for each in [changes[0], *data.draw(st.lists(st.sampled_from(changes)))]]
    books.has(truth)
    for identifier, attributes in data.draw(st.permutations(webhooks)):
        books.send(webhook("subscription_updated", "subscriptions", identifier, attributes, books.custom))
    assert books.sweep().status_code == 200
    assert {row["id"]: stored(row) for row in books.known() if row["id"] in truth} == {
        identifier: shown(attributes) for identifier, attributes in truth.items()
    }


# The sweep


def opened(store: Store, owner: Session, plan: str = "starter") -> httpx.Response:
    return store.api.member("/api/settings", {"checkout": {"plan": plan}}, owner.access_token)


@pytest.mark.exclusive
def test_a_subscription_that_no_webhook_told_of_finds_the_workspace_whose_owner_was_about_to_pay(
    books: Store, alice: Session, new_workspace: Callable[[], Workspace]
) -> None:
    assert opened(books, alice).status_code == 200
    now = datetime.now(UTC)
    theirs = subscription(user_email=alice.email.upper(), created_at=written(now), updated_at=written(now))
    books.has({
        "1001": theirs,
        "1002": {**theirs, "variant_id": GROWTH},
        "1003": {**theirs, "user_email": "somebody@else.example"},
        "1004": {**theirs, "created_at": written(now - DAY)},
    })  # fmt: skip
    answer = books.sweep().json()
    assert [row["id"] for row in books.known()] == ["1001"]
    assert (answer["applied"], answer["unknown"]) == (1, 3)


@pytest.mark.exclusive
def test_a_subscription_that_could_be_two_workspaces_is_neithers(
    books: Store, alice: Session, new_workspace: Callable[[], Workspace]
) -> None:
    other = replace(books, api=replace(books.api, workspace=new_workspace()))
    joined(books.api.db, alice, other.api.workspace, "owner")
    assert {opened(each, alice).status_code for each in (books, other)} == {200}
    now = written(datetime.now(UTC))
    books.has({"2001": subscription(user_email=alice.email, created_at=now, updated_at=now)})
    assert books.sweep().json()["unknown"] == 1
    assert books.known() == other.known() == []


def open_at(store: Store, owner: Session, moment: datetime) -> None:
    """The owner has looked at the checkout of a starter plan then."""
    arguments = (store.api.workspace.id, str(STARTER), checkouts.address_hash(owner.email), moment)
    store.api.db.execute("select public.open_checkout(%s, %s, %s, %s)", arguments)


@pytest.mark.exclusive
def test_who_looks_at_the_checkout_again_is_found_by_the_first_look(books: Store, alice: Session) -> None:
    now = datetime.now(UTC)
    open_at(books, alice, now - 30 * MINUTE)
    paid = written(now - 25 * MINUTE)
    identifier = fresh()
    books.has({identifier: subscription(user_email=alice.email, created_at=paid, updated_at=paid)})
    assert opened(books, alice).status_code == 200
    assert books.sweep().json()["applied"] == 1
    assert [row["id"] for row in books.known()] == [identifier]


@pytest.mark.exclusive
def test_a_signed_webhook_corrects_what_the_sweep_has_guessed(
    books: Store, alice: Session, new_workspace: Callable[[], Workspace]
) -> None:
    payer = replace(books, api=replace(books.api, workspace=new_workspace()))
    now, identifier = datetime.now(UTC), fresh()
    open_at(books, alice, now - DAY)
    paid = subscription(user_email=alice.email, created_at=written(now), updated_at=written(now))
    books.has({identifier: paid})
    books.sweep()
    assert [row["is_guessed"] for row in books.known()] == [True]
    payer.send(webhook("subscription_created", "subscriptions", identifier, paid, payer.custom))
    assert (books.known(), [row["is_guessed"] for row in payer.known()]) == ([], [False])
    books.send(webhook("subscription_created", "subscriptions", identifier, paid, books.custom))
    assert (books.known(), len(payer.known())) == ([], 1)


@pytest.mark.exclusive
def test_a_page_that_was_asked_for_before_a_webhook_of_the_same_second_does_not_win(books: Store) -> None:
    db, identifier, second = books.api.db, fresh(), written(START + SECOND)
    books.tell(identifier)
    page = json.dumps([billing._row({"id": identifier, "attributes": subscription(updated_at=second)})])
    statement = "select public.reconcile_page(%s, %s, null, %s)"
    for asked, status in (("before", "expired"), ("after", "active")):
        claim = db.execute("select public.claim_reconciliation()").fetchall()[0][0]
        if asked == "before":
            books.tell(identifier, status="expired", updated_at=second)
        db.execute(statement, (claim["claim"], page, claim["askedAt"]))
        assert [row["status"] for row in books.known()] == [status]


@pytest.mark.exclusive
def test_the_sweep_reads_every_page(books: Store) -> None:
    identifiers = [fresh() for _ in range(250)]
    for identifier in identifiers[::50]:
        books.tell(identifier)
    books.has({each: subscription(status="past_due", updated_at=written(START + SECOND)) for each in identifiers})
    answer = books.sweep().json()
    assert (answer["pages"], answer["applied"], answer["unknown"], answer["left"]) == (3, 5, 245, False)
    assert {row["status"] for row in books.known()} == {"past_due"}


@pytest.mark.exclusive
def test_the_sweep_rests_as_it_is_told_and_goes_on_where_it_stopped(books: Store, faults: Faults) -> None:
    identifiers = [fresh() for _ in range(150)]
    # The list begins with the newest.
    books.tell(identifiers[0], created_at=written(START - DAY))
    listed = {each: subscription(updated_at=written(START + SECOND)) for each in identifiers}
    listed[identifiers[0]] |= {"created_at": written(START - DAY), "status": "unpaid"}
    books.has(listed)
    faults.tune("lemonsqueezy", ratePerMinute=1, retryAfterSeconds=30)
    now = datetime.now(UTC)
    answer = books.sweep(now).json()
    assert (answer["pages"], answer["left"]) == (1, True)
    faults.tune("lemonsqueezy", ratePerMinute=300)
    faults.counts()
    assert books.sweep(now + 29 * SECOND).json()["pages"] == 0
    assert "lemonsqueezy" not in faults.counts()
    assert books.sweep(now + 40 * SECOND).json()["pages"] == 1
    assert [row["status"] for row in books.known()] == ["unpaid"]


@pytest.mark.exclusive
def test_a_sweep_that_was_cut_off_is_gone_on_with(books: Store, faults: Faults) -> None:
    identifier = fresh()
    books.tell(identifier)
    books.has({identifier: subscription(status="unpaid", updated_at=written(START + SECOND))})
    now = datetime.now(UTC)
    books.api.db.execute("select public.claim_reconciliation(%s)", (now,))  # and then it died
    assert books.sweep(now + 59 * SECOND).json()["pages"] == 0
    assert books.sweep(now + 61 * SECOND).json()["pages"] == 1
    assert [row["status"] for row in books.known()] == ["unpaid"]


@pytest.mark.exclusive
@pytest.mark.parametrize("status", [401, 500, 503])
def test_while_the_api_does_not_answer_the_sweep_says_so_and_nothing_changes(
    books: Store, faults: Faults, status: int
) -> None:
    identifier = fresh()
    books.tell(identifier)
    books.has({identifier: subscription(status="expired", updated_at=written(START + SECOND))})
    faults.add("lemonsqueezy", status=status, times=1)
    problem(books.sweep(), "unavailable")
    assert [row["status"] for row in books.known()] == ["active"]
    assert books.sweep().json()["applied"] == 1


@pytest.mark.exclusive
def test_two_sweeps_at_once_do_the_work_once(books: Store, faults: Faults) -> None:
    identifiers = [fresh() for _ in range(150)]
    books.has({each: subscription() for each in identifiers})
    for identifier in identifiers[:3]:
        books.tell(identifier)
    faults.counts()
    with ThreadPoolExecutor(2) as pool:
        answers = [done.json() for done in pool.map(lambda _: books.sweep(), range(2))]
    assert sum(answer["pages"] for answer in answers) in (2, 4)
    assert faults.counts()["lemonsqueezy"] == sum(answer["pages"] for answer in answers)
    assert {row["status"] for row in books.known()} == {"active"}


def test_only_the_scheduler_sweeps(store: Store) -> None:
    for headers in ({}, bearer("wrong"), bearer(store.api.workspace.secret_key)):
        problem(store.api.http.get(URL, headers=headers), "cron_secret_required")


# Links


def test_an_owner_gets_a_checkout_that_says_whose_it_is(store: Store, alice: Session) -> None:
    answer = opened(store, alice, "growth")
    url = answer.json()["checkout"]["url"]
    made = httpx.get(f"{store.env['FAKES_URL']}/subscriptions").json()["checkouts"]
    [checkout] = [each for each in made if each["attributes"]["url"] == url]
    assert checkout["variant"] == str(GROWTH)
    assert checkout["attributes"]["checkout_data"] == {"email": alice.email, "custom": store.custom}


def test_who_has_a_subscription_gets_the_portal_and_no_second_checkout(store: Store, alice: Session) -> None:
    portal = {"portal": True}
    problem(store.api.member("/api/settings", portal, alice.access_token), "not_subscribed")
    store.tell(fresh(), status="unpaid")
    problem(opened(store, alice), "already_subscribed")


@pytest.mark.exclusive
def test_an_owner_gets_the_portals_address(books: Store, alice: Session, faults: Faults) -> None:
    identifier = fresh()
    books.tell(identifier)
    books.has({identifier: subscription(urls={"customer_portal": "https://store.example/portal"})})
    answer = books.api.member("/api/settings", {"portal": True}, alice.access_token)
    assert answer.json() == {"portal": {"url": "https://store.example/portal"}}
    for status in (429, 500):
        faults.add("lemonsqueezy", status=status, times=1)
        problem(books.api.member("/api/settings", {"portal": True}, alice.access_token), "unavailable")
    books.tell(identifier, status="expired", updated_at=written(START + SECOND))
    faults.add("lemonsqueezy", status=429, times=1)
    problem(opened(books, alice), "unavailable")


@pytest.mark.parametrize("role", ["admin", "viewer", None])
@pytest.mark.parametrize("body", [{"checkout": {"plan": "starter"}}, {"portal": True}])
def test_only_owners_pay(store: Store, cast: Mapping[str, Session], role: str | None, body: dict[str, object]) -> None:
    alice = cast["alice"]
    if role:
        joined(store.api.db, alice, store.api.workspace, role)
    problem(store.api.member("/api/settings", body, alice.access_token), "not_allowed")
    problem(store.api.secret("/api/settings", body), "token_required")


def test_what_is_not_for_sale_is_said_to_be_so(store: Store, alice: Session) -> None:
    yearly = {"checkout": {"plan": "starter", "interval": "year"}}
    problem(store.api.member("/api/settings", yearly, alice.access_token), "plan_not_sold")
    answer = store.api.member("/api/settings", {"checkout": {"plan": "free"}}, alice.access_token)
    assert [place for place, _ in errors(answer)] == ["/checkout/plan"]


def test_a_deployment_without_a_store_sells_nothing(
    store: Store, alice: Session, env: Mapping[str, str], tmp_path: Path
) -> None:
    with instance(env, tmp_path / "log", LEMONSQUEEZY_API_KEY="") as alone:
        own = replace(store.api, http=alone.http)
        for body in ({"checkout": {"plan": "starter"}}, {"portal": True}):
            problem(own.member("/api/settings", body, alice.access_token), "billing_not_offered")
        swept = alone.http.get(URL, headers=bearer(env["CRON_SECRET"]))
    assert (swept.status_code, swept.json()["pages"]) == (200, 0)


def test_another_price_takes_nobodys_plan(store: Store, alice: Session) -> None:
    db = store.api.db
    db.execute("update public.plan_variants set is_sold = false where variant_id = %s", (str(STARTER),))
    try:
        store.tell(fresh(), status="cancelled", ends_at=written(START + DAY))
        assert store.plan() == "starter"
        problem(opened(store, alice), "plan_not_sold")
    finally:
        db.execute("update public.plan_variants set is_sold = true where variant_id = %s", (str(STARTER),))


def test_who_had_a_subscription_may_buy_again_without_a_trial(store: Store, alice: Session) -> None:
    skips = []
    for ended in (False, True):
        if ended:
            store.tell(fresh(), status="cancelled", ends_at=written(START))
        url = opened(store, alice).json()["checkout"]["url"]
        made = httpx.get(f"{store.env['FAKES_URL']}/subscriptions").json()["checkouts"]
        [options] = [each["attributes"]["checkout_options"] for each in made if each["attributes"]["url"] == url]
        skips.append(options["skip_trial"])
    assert skips == [False, True]


@pytest.mark.exclusive
def test_only_the_payer_gets_the_portal_signed(books: Store, alice: Session) -> None:
    identifier, urls = fresh(), {"customer_portal": "https://store.example/billing?user=1&signature=x"}
    books.tell(identifier)
    seen = []
    for payer in (alice.email.upper(), "somebody@else.example"):
        books.has({identifier: subscription(user_email=payer, urls=urls)})
        answer = books.api.member("/api/settings", {"portal": True}, alice.access_token)
        seen.append(answer.json()["portal"]["url"])
    assert seen == [urls["customer_portal"], "https://store.example/billing"]


def test_a_workspace_gets_five_links_a_minute(store: Store, alice: Session) -> None:
    for _ in range(limits.BILLING_LINKS_PER_MINUTE):
        problem(store.api.member("/api/settings", {"portal": True}, alice.access_token), "not_subscribed")
    for body in ({"portal": True}, {"checkout": {"plan": "starter"}}):
        problem(store.api.member("/api/settings", body, alice.access_token), "rate_limited")


# Usage


def measured(store: Store, now: datetime) -> None:
    """Has this workspace measured, as the sweep does with each."""
    store.api.db.execute("select private.measure(%s, %s)", (store.api.workspace.id, now))


def seen(who: Session, workspace: Workspace) -> dict[str, Any]:
    """Billing as a member sees it."""
    answer = who.rest.post("/rpc/billing", json={"p_workspace": str(workspace.id)})
    shown: dict[str, Any] = answer.raise_for_status().json()
    return shown


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
