"""segment-analytics-python and rudder-sdk-python.

https://github.com/segmentio/analytics-python, https://github.com/rudderlabs/rudder-sdk-python
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rudderstack.analytics.client import Client as Rudder
from segment.analytics.client import Client as Segment

from tests.conftest import Faults
from tests.integration.conftest import Api
from tests.sdks.calls import (
    EVERY_KIND,
    FEW,
    MANY,
    assert_every_kind_took_effect,
    assert_stored_once,
    use_up_the_minute,
)
from tests.sdks.python_client import say
from tests.sdks.wire import Wire

Connect = Callable[..., Any]


@pytest.fixture
def errors() -> list[Exception]:
    """What the SDK gave up with."""
    return []


@pytest.fixture(params=[Segment, Rudder], ids=["segment", "rudder"])
def sdk(request: pytest.FixtureRequest) -> type:
    client: type = request.param
    return client


@pytest.fixture
def connect(sdk: type, wire: Wire, errors: list[Exception]) -> Iterator[Connect]:
    clients = []

    def connect(key: str, **settings: object) -> Any:
        # The interval is how long flush waits for more.
        client: Any = sdk(
            key, host=wire.url, upload_interval=0.1, on_error=lambda error, _: errors.append(error), **settings
        )
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.shutdown()


@pytest.mark.parametrize("compressed", [False, True])
def test_every_kind_of_call_takes_effect(api: Api, wire: Wire, connect: Connect, compressed: bool) -> None:
    say(connect(api.workspace.secret_key, gzip=compressed), EVERY_KIND)
    assert_stored_once(api, wire, EVERY_KIND)
    assert_every_kind_took_effect(api)
    assert {exchange.headers.get("Content-Encoding") == "gzip" for exchange in wire.exchanges} == {compressed}


def test_many_calls_come_in_batches(api: Api, wire: Wire, connect: Connect) -> None:
    say(connect(api.workspace.secret_key), MANY)
    assert_stored_once(api, wire, MANY)
    assert len(wire.exchanges) > 1


def test_a_publishable_key_may_do_all_but_alias(api: Api, wire: Wire, connect: Connect) -> None:
    say(connect(api.workspace.publishable_key), EVERY_KIND)
    assert wire.rejected == [("alias", "verification_required")]
    assert wire.accepted == len(EVERY_KIND) - 1


def test_a_refusal_is_not_repeated(api: Api, wire: Wire, connect: Connect, errors: list[Exception]) -> None:
    say(connect(api.workspace.publishable_key), [("alias", {"userId": "u1", "previousId": "a1"})])
    assert wire.statuses == [422]
    assert [getattr(error, "code", None) for error in errors] == ["validation_failed"]


def test_a_lost_answer_stores_nothing_twice(api: Api, wire: Wire, connect: Connect) -> None:
    wire.losing = 1
    say(connect(api.workspace.secret_key), FEW)
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[:2] == [200, 200]
    assert wire.duplicates == len(wire.exchanges[0].batch)


def test_it_gets_through_the_rate_limit(api: Api, wire: Wire, sdk: type, connect: Connect) -> None:
    wire.meanwhile = lambda: use_up_the_minute(api)
    say(connect(api.workspace.secret_key), FEW)
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[0] == 429
    # RudderStack's asks again when it pleases, which costs it nothing; Segment's waits as it is told.
    denied, admitted = wire.exchanges[:2]
    assert sdk is Rudder or admitted.at - denied.at >= denied.retry_after


@pytest.mark.exclusive
@pytest.mark.parametrize("fault", [{"status": 503, "times": 1}, {"dropAfterAccept": True, "times": 2}])
def test_an_outage_loses_nothing_and_stores_nothing_twice(
    api: Api, wire: Wire, connect: Connect, faults: Faults, fault: dict[str, object]
) -> None:
    faults.add("postgres", **fault)
    say(connect(api.workspace.secret_key), FEW)
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[:2] == [503, 200]
