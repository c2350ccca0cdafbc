"""Lemon Squeezy's side, as tests of billing see it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Connection, Faults, Session, Workspace
from tests.integration.conftest import Api, bearer
from tests.lemonsqueezy import START, invoice, signature, subscription, webhook

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
        from lib import checkouts  # reads the environment at import, which is complete only now

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


def for_sale(db: Connection) -> None:
    for variant, plan in ((STARTER, "starter"), (GROWTH, "growth")):
        statement = "insert into public.plan_variants values (%s, %s, 'month') on conflict do nothing"
        db.execute(statement, (str(variant), plan))


def fresh() -> str:
    """An id that no other test uses."""
    return str(uuid4().int % 10**12)


def opened(store: Store, owner: Session, plan: str = "starter") -> httpx.Response:
    return store.api.member("/api/settings", {"checkout": {"plan": plan}}, owner.access_token)


def seen(who: Session, workspace: Workspace) -> dict[str, Any]:
    """Billing as a member sees it."""
    answer = who.rest.post("/rpc/billing", json={"p_workspace": str(workspace.id)})
    shown: dict[str, Any] = answer.raise_for_status().json()
    return shown


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
