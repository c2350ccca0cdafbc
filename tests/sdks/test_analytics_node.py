"""@segment/analytics-node: https://github.com/segmentio/analytics-next/tree/master/packages/node"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Faults
from tests.integration.conftest import Api
from tests.sdks.calls import (
    EVERY_KIND,
    FEW,
    MANY,
    Call,
    assert_every_kind_took_effect,
    assert_stored_once,
    use_up_the_minute,
)
from tests.sdks.wire import Wire

PROGRAM = Path(__file__).with_name("analytics_node.mjs")


def say(host: str, key: str, calls: list[Call]) -> list[str]:
    """Makes the calls and returns, once nothing of them waits to be sent, what the SDK gave up with."""
    told = json.dumps({"host": host, "writeKey": key, "calls": calls})
    ran = subprocess.run(["node", PROGRAM], input=told, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    failures: list[str] = json.loads(ran.stdout)
    return failures


# Its URL is made of both, so that a host may end in a slash.
@pytest.mark.parametrize("end", ["", "/"])
def test_every_kind_of_call_takes_effect(api: Api, wire: Wire, end: str) -> None:
    assert say(wire.url + end, api.workspace.secret_key, EVERY_KIND) == []
    assert_stored_once(api, wire, EVERY_KIND)
    assert_every_kind_took_effect(api)


def test_many_calls_come_in_batches(api: Api, wire: Wire) -> None:
    assert say(wire.url, api.workspace.secret_key, MANY) == []
    assert_stored_once(api, wire, MANY)
    assert len(wire.exchanges) > 1


def test_a_publishable_key_may_do_all_but_alias(api: Api, wire: Wire) -> None:
    assert say(wire.url, api.workspace.publishable_key, EVERY_KIND) == []
    assert wire.rejected == [("alias", "verification_required")]
    assert wire.accepted == len(EVERY_KIND) - 1


def test_a_refusal_is_not_repeated(api: Api, wire: Wire) -> None:
    failures = say(wire.url, api.workspace.publishable_key, [("alias", {"userId": "u1", "previousId": "a1"})])
    assert wire.statuses == [422]
    assert failures == ["[422] Unprocessable Entity"]


def test_a_lost_answer_stores_nothing_twice(api: Api, wire: Wire) -> None:
    wire.losing = 1
    assert say(wire.url, api.workspace.secret_key, FEW) == []
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[:2] == [200, 200]
    assert wire.duplicates == len(wire.exchanges[0].batch)


def test_it_waits_as_the_rate_limit_tells_it(api: Api, wire: Wire) -> None:
    wire.meanwhile = lambda: use_up_the_minute(api)
    assert say(wire.url, api.workspace.secret_key, FEW) == []
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[:2] == [429, 200]
    denied, admitted = wire.exchanges[:2]
    assert admitted.at - denied.at >= denied.retry_after


@pytest.mark.exclusive
def test_an_outage_loses_nothing(api: Api, wire: Wire, faults: Faults) -> None:
    faults.add("postgres", status=503, times=1)
    assert say(wire.url, api.workspace.secret_key, FEW) == []
    assert_stored_once(api, wire, FEW)
    assert wire.statuses[:2] == [503, 200]
