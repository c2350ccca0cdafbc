"""Sending no faster than the key's limit allows, so that hardly a request is denied."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Mapping

from lib import limits

# With less than this left, waiting for more is better than a request for a few messages.
FEWEST = 20


class Pace:
    """What the limit leaves, by the `RateLimit` headers of the answers and by what was sent when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.quota, self.window = limits.MESSAGES_PER_MINUTE, 60
        self.left: int | None = None
        self.sent: deque[tuple[float, int]] = deque()

    @property
    def per_minute(self) -> float:
        return self.quota * 60 / self.period

    @property
    def period(self) -> int:
        """How long a message counts: the limit's window, which the API keeps in whole seconds."""
        return self.window + 1

    def most(self) -> int:
        """How many messages the next batch may have."""
        self._release()
        whole = min(limits.BATCH_MESSAGES, self.quota)
        return whole if self.left is None or self.left < min(FEWEST, whole) else min(whole, self.left)

    def wait_seconds(self, count: int) -> float:
        """How long until that many messages fit; 0 also when nothing is known, since a denied request costs nothing."""
        self._release()
        room = self.quota if self.left is None else self.left
        for when, counted in self.sent:
            if room >= count:
                break
            room += counted
            if room >= count:
                return max(0.0, when + self.period - self.clock())
        return 0.0

    def note(self, headers: Mapping[str, str], charged: int) -> None:
        """Learns from an answer to a request that was charged so many messages."""
        if charged:
            self.sent.append((self.clock(), charged))
        policy = headers.get("RateLimit-Policy", "")
        self.quota = max(1, _number(policy, "q", self.quota))
        self.window = _number(policy, "w", self.window)
        if "RateLimit" in headers:
            self.left = _number(headers["RateLimit"], "r", 0)

    def _release(self) -> None:
        while self.sent and self.sent[0][0] + self.period <= self.clock():
            _, count = self.sent.popleft()
            if self.left is not None:
                self.left = min(self.quota, self.left + count)


def _number(header: str, name: str, default: int) -> int:
    found = re.search(rf";\s*{name}=(\d+)", header)
    return int(found[1]) if found else default
