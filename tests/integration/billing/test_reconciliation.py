"""The sweep through Lemon Squeezy's list, where webhooks were lost."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lib import billing, checkouts
from tests.conftest import Faults, Session, Workspace, joined
from tests.integration.billing.conftest import DAY, GROWTH, MINUTE, SECOND, STARTER, URL, Store, fresh, opened
from tests.integration.conftest import bearer, problem
from tests.lemonsqueezy import START, subscription, webhook, written


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
