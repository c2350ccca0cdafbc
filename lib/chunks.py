"""What is removed chunk by chunk, each in a transaction of its own that holds no lock for long."""

import time
from datetime import datetime

from lib import database

# Rows that go in one transaction: some 20 ms.
ROWS = 1000


def remove(function: str, now: datetime, deadline: float, *, rests: bool = False) -> bool:
    """Calls the SQL function until nothing is left or time.monotonic() says `deadline`. Returns whether something is.

    rests: as long after each chunk as it took, for work that would go on for minutes beside everybody else's.
    """
    arguments = {"p_limit": ROWS, "p_now": now.isoformat()}
    while (began := time.monotonic()) < deadline:
        if not database.call(function, arguments):
            return False
        if rests:
            time.sleep(min(1.0, time.monotonic() - began))
    return True
