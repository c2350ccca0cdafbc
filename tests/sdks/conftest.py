"""Published SDKs, unchanged but for host and write key, against our API."""

import os
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Connection, Workspace
from tests.integration.conftest import Api
from tests.sdks.wire import Wire, wire_to

# RudderStack's Python SDK reads any .env it finds, the checkout's included.
os.environ["PYTHON_DOTENV_DISABLED"] = "1"


@pytest.fixture
def wire(http: httpx.Client) -> Iterator[Wire]:
    with wire_to(http) as wire:
        yield wire


@pytest.fixture
def api(http: httpx.Client, db: Connection, workspace: Workspace) -> Api:
    return Api(http, db, workspace)
