"""Checkout and portal: who gets which, and when none."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from lib import limits
from tests.conftest import Faults, Session, joined
from tests.integration.billing.conftest import DAY, GROWTH, SECOND, STARTER, URL, Store, fresh, opened
from tests.integration.conftest import bearer, errors, instance, problem
from tests.lemonsqueezy import START, subscription, written


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
