"""What a workspace's deletion does to its subscription: it ends in time, and goes on if the workspace is kept."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import leftovers
from tests.conftest import Faults, Session
from tests.integration.conftest import Api, bearer, instance
from tests.lemonsqueezy import subscription, written

pytestmark = pytest.mark.exclusive
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
Sweep = Callable[..., dict[str, Any]]


@pytest.fixture
def subscribed(env: Mapping[str, str], api: Api) -> Callable[..., str]:
    """Subscribes the workspace, here and there. Returns the subscription's id."""

    def make(renews_in: timedelta = 30 * DAY, status: str = "active") -> str:
        number, renews = str(uuid4().int % 10**9), NOW + renews_in
        known = subscription(status=status, renews_at=written(renews))
        httpx.put(f"{env['FAKES_URL']}/subscriptions", json={number: known}).raise_for_status()
        api.db.execute(
            """insert into public.subscriptions
                   (id, workspace_id, variant_id, status, renews_at, created_at, updated_at)
               values (%s, %s, '11', %s, %s, now(), now())""",
            (number, api.workspace.id, status, renews),
        )
        return number

    return make


@pytest.fixture
def told(env: Mapping[str, str]) -> Callable[[str], str]:
    """What Lemon Squeezy has a subscription for."""

    def status(number: str) -> str:
        there: dict[str, Any] = httpx.get(f"{env['FAKES_URL']}/subscriptions").json()["subscriptions"]
        return str(there[number]["status"])

    return status


def ask(api: Api, owner: Session, **body: object) -> None:
    name = api.db.execute("select name from public.workspaces where id = %s", (api.workspace.id,)).fetchall()[0][0]
    answer = api.member("/api/delete-workspace", body or {"name": name}, owner.access_token)
    assert answer.status_code in (200, 202), answer.text


def test_it_is_cancelled_at_the_next_sweep(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed()
    ask(api, olga)
    assert sweep()["ordered"] == 1
    assert told(number) == "cancelled"
    assert sweep()["ordered"] == 0


def test_kept_it_is_resumed(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed()
    ask(api, olga)
    sweep()
    ask(api, olga, cancel=True)
    sweep()
    assert told(number) == "active"


def test_kept_before_it_was_cancelled_nothing_is_told(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed()
    ask(api, olga)
    ask(api, olga, cancel=True)
    assert sweep()["ordered"] == 0
    assert told(number) == "active"


def test_what_renews_within_the_grace_waits_for_its_end_since_it_could_not_be_resumed(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed(renews_in=3 * DAY)
    ask(api, olga)
    sweep(NOW + 6 * DAY)
    assert told(number) == "active"
    sweep(NOW + 8 * DAY)
    assert told(number) == "cancelled"


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_what_has_ended_already_is_left_alone(
    api: Api, olga: Session, subscribed: Callable[..., str], sweep: Sweep, status: str
) -> None:
    subscribed(status=status)
    ask(api, olga)
    assert sweep()["ordered"] == 0


def test_the_purge_waits_for_lemon_squeezy_but_not_beyond_the_thirty_days(
    api: Api,
    olga: Session,
    subscribed: Callable[..., str],
    told: Callable[[str], str],
    faults: Faults,
    sweep: Sweep,
) -> None:
    number = subscribed()
    ask(api, olga)
    faults.add("lemonsqueezy", status=500)
    sweep(NOW + 9 * DAY)
    statement = "select purging_since is null from public.deletion_requests where workspace_id = %s"
    assert api.db.execute(statement, (api.workspace.id,)).fetchall() == [(True,)]
    sweep(NOW + 28 * DAY)
    assert api.db.execute(statement, (api.workspace.id,)).fetchall() == [(False,)]
    # Nobody goes on paying for what is gone.
    faults.heal()
    assert sweep(NOW + 29 * DAY)["ordered"] == 1
    assert told(number) == "cancelled"
    assert set(leftovers.tables_with(api.db, number, str(api.workspace.id))) == {"audit_log", "deletion_requests"}


def test_a_cancellation_that_was_on_its_way_when_the_workspace_was_kept_is_undone(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed()
    ask(api, olga)
    ask(api, olga, cancel=True)
    # As the sweep reports it that had the order in hand.
    api.db.execute("select public.subscription_order_done(%s, 'cancel')", (number,))
    assert sweep()["ordered"] == 1
    assert told(number) == "active"


def test_asked_for_again_before_it_was_resumed_it_ends_all_the_same(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    number = subscribed()
    ask(api, olga)
    sweep()
    # As Lemon Squeezy's webhook says.
    api.db.execute("update public.subscriptions set status = 'cancelled' where id = %s", (number,))
    ask(api, olga, cancel=True)
    ask(api, olga)
    sweep()
    assert told(number) == "cancelled"
    ask(api, olga, cancel=True)
    sweep()
    assert told(number) == "active"


def test_what_was_bought_during_the_grace_ends_before_the_purge(
    api: Api, olga: Session, subscribed: Callable[..., str], told: Callable[[str], str], sweep: Sweep
) -> None:
    ask(api, olga)
    sweep()
    number = subscribed()
    later = NOW + 8 * DAY
    sweep(later)
    sweep(later)
    assert told(number) == "cancelled"
    statement = "select finished_at is not null from public.deletion_requests where workspace_id = %s"
    assert api.db.execute(statement, (api.workspace.id,)).fetchall() == [(True,)]


@pytest.mark.parametrize("wish", ["cancel", "resume"])
def test_what_lemon_squeezy_does_not_know_is_done_and_holds_up_no_purge(
    env: Mapping[str, str], api: Api, olga: Session, subscribed: Callable[..., str], sweep: Sweep, wish: str
) -> None:
    number = subscribed()
    ask(api, olga)
    if wish == "resume":
        sweep()
        ask(api, olga, cancel=True)
    httpx.put(f"{env['FAKES_URL']}/subscriptions", json={}).raise_for_status()
    assert sweep()["ordered"] == 1
    assert sweep()["ordered"] == 0
    open_orders = "select from private.subscription_orders where subscription_id = %s and done_at is null"
    assert api.db.execute(open_orders, (number,)).fetchall() == []


def test_where_the_key_is_of_another_store_nothing_is_taken_for_ended(
    env: Mapping[str, str], olga: Session, api: Api, subscribed: Callable[..., str], sweep: Sweep, faults: Faults
) -> None:
    subscribed()
    ask(api, olga)
    httpx.put(f"{env['FAKES_URL']}/subscriptions", json={}).raise_for_status()
    faults.add("lemonsqueezy", status=404, times=2)
    assert sweep()["ordered"] == 0
    assert sweep()["ordered"] == 1


def test_where_our_store_is_not_set_nothing_is_taken_for_ended(
    env: Mapping[str, str], olga: Session, api: Api, subscribed: Callable[..., str], sweep: Sweep, tmp_path: Path
) -> None:
    subscribed()
    ask(api, olga)
    httpx.put(f"{env['FAKES_URL']}/subscriptions", json={}).raise_for_status()
    with instance(env, tmp_path / "log", LEMONSQUEEZY_STORE_ID="") as storeless:
        answer = storeless.http.get("/api/delete-workspace", headers=bearer(env["CRON_SECRET"]))
    assert (answer.status_code, answer.json()["ordered"]) == (200, 0)
    assert sweep()["ordered"] == 1
