"""What is left to remove of contacts that were erased: their events, in chunks."""

import time
from datetime import datetime

from lib import database

# Events that go in one transaction: some 20 ms.
CHUNK = 1000


def purge(now: datetime, deadline: float) -> bool:
    """Goes on until nothing is left or time.monotonic() says `deadline`. Returns whether something is left."""
    arguments = {"p_limit": CHUNK, "p_now": now.isoformat()}
    while time.monotonic() < deadline:
        if not database.call("purge_erased", arguments):
            return False
    return True
