"""Webhooks in any order, doubled, at once or lost: all end in what Lemon Squeezy says last."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integration.billing.conftest import DAY, GROWTH, SECOND, Store, fresh
from tests.lemonsqueezy import START, subscription, webhook, written
from tests.proofs import examples

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


@examples(40)
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
@examples(25)
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
