"""At most so many messages in any minute, all or nothing by weight, and free when denied.

A sliding window in buckets of a second: the current one and the 60 before it cover every 60-second
window that ends now, so no such window ever admits more than the ceiling. The limit itself holds over 57
buckets, so that a steady 230 a minute in batches of up to 20 always fits: 57 s of it and one batch are 238.5.
Redis counts; while it does not answer, this instance counts for itself.
"""

import hashlib
import hmac
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, cast

from lib import limits, redis
from lib.config import config
from lib.errors import ApiError, Unavailable
from lib.keys import ApiKey
from lib.log import log

WINDOW_SECONDS = 60
# How long Redis is left alone after it failed; otherwise each request would wait for its timeout.
REST_SECONDS = 5.0

LIMIT_BUCKETS, CEILING_BUCKETS = 57, 61

# KEYS: counters. ARGV: weight, then each counter's limit and ceiling.
# Returns {admitted 0|1, left in the tightest counter, milliseconds until the weight would fit}.
SCRIPT = f"""#!lua flags=allow-key-locking
local clock = redis.call('TIME')
local second, millisecond = tonumber(clock[1]), math.floor(tonumber(clock[2]) / 1000)
local weight, left, wait = tonumber(ARGV[1]), math.huge, 0

local function look(counted, seconds, limit)
  local over = weight - limit
  for _, bucket in ipairs(counted) do
    if bucket[1] + seconds > second then over = over + bucket[2] end
  end
  left = math.min(left, weight - over)
  for _, bucket in ipairs(counted) do
    if over <= 0 then break end
    if bucket[1] + seconds > second then
      over = over - bucket[2]
      wait = math.max(wait, (bucket[1] + seconds - second) * 1000 - millisecond)
    end
  end
end

for i, key in ipairs(KEYS) do
  local counted = {{}}
  local fields = redis.call('HGETALL', key)
  for j = 1, #fields, 2 do
    local at, count = tonumber(fields[j]), tonumber(fields[j + 1])
    if at + {CEILING_BUCKETS} <= second then
      redis.call('HDEL', key, fields[j])
    else
      counted[#counted + 1] = {{at, count}}
    end
  end
  table.sort(counted, function(a, b) return a[1] < b[1] end)
  look(counted, {LIMIT_BUCKETS}, tonumber(ARGV[2 * i]))
  look(counted, {CEILING_BUCKETS}, tonumber(ARGV[2 * i + 1]))
end
if wait > 0 then return {{0, left, wait}} end
for _, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, second, weight)
  redis.call('EXPIRE', key, 62)
end
return {{1, left - weight, 0}}
"""


class Quota(NamedTuple):
    """At most `limit` messages at a time, and at most `ceiling` in any 60 seconds."""

    limit: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class Verdict:
    admitted: bool
    left: int
    wait_seconds: float


def admit(key: ApiKey, client_address: str, weight: int) -> dict[str, str]:
    """Charges `weight` messages and returns the RateLimit headers. Raises 429 with Retry-After."""
    counters = _counters(key, client_address)
    verdict = _ask_redis(counters, weight) or local.admit(counters, weight, time.time())
    headers = {
        "RateLimit-Policy": f'"messages";q={limits.MESSAGES_PER_MINUTE};w={WINDOW_SECONDS}',
        "RateLimit": f'"messages";r={max(0, verdict.left)};t={round(verdict.wait_seconds + 0.5)}',
    }
    if not verdict.admitted:
        # Jitter, so that those who were denied together do not come back together.
        retry_after = int(verdict.wait_seconds) + 1 + random.randint(0, 2)
        raise ApiError("rate_limited", headers=headers | {"Retry-After": str(retry_after)})
    return headers


def _counters(key: ApiKey, client_address: str) -> dict[str, Quota]:
    """Counter names and their quotas. Neither a key nor an address can be read off a name."""
    counters = {f"limit:key:{key.hash[:32]}": Quota(limits.MESSAGES_PER_MINUTE, limits.MESSAGES_IN_ANY_MINUTE)}
    if key.kind == "publishable":
        address = hmac.new(config.signing_secret.encode(), client_address.encode(), hashlib.sha256).hexdigest()
        most = limits.MESSAGES_PER_MINUTE_AND_ADDRESS
        counters[f"limit:ip:{key.hash[:16]}:{address[:32]}"] = Quota(most, most)
    return counters


_redis_rests_until = 0.0


def _ask_redis(counters: Mapping[str, Quota], weight: int) -> Verdict | None:
    global _redis_rests_until
    if time.monotonic() < _redis_rests_until:
        return None
    try:
        quotas = chain.from_iterable(counters.values())
        result = redis.command("EVAL", SCRIPT, len(counters), *counters, weight, *quotas)
        admitted, left, wait = cast(list[int], result)
    except (Unavailable, TypeError, ValueError):
        _redis_rests_until = time.monotonic() + REST_SECONDS
        log(event="redis_unavailable", warning="this instance counts for itself")
        return None
    return Verdict(admitted == 1, left, wait / 1000)


@dataclass(slots=True)
class LocalWindow:
    """SCRIPT's counters, in memory."""

    buckets: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def admit(self, counters: Mapping[str, Quota], weight: int, now: float) -> Verdict:
        second, left, wait = int(now), limits.MESSAGES_PER_MINUTE, 0.0
        self._forget(second)
        for name, quota in counters.items():
            for seconds, limit in zip((LIMIT_BUCKETS, CEILING_BUCKETS), quota, strict=True):
                counted = {at: count for at, count in self.buckets[name].items() if at + seconds > second}
                over = sum(counted.values()) + weight - limit
                left = min(left, weight - over)
                for at in sorted(counted):
                    if over <= 0:
                        break
                    over -= counted[at]
                    wait = max(wait, at + seconds - now)
        if wait > 0:
            return Verdict(False, left, wait)
        for name in counters:
            self.buckets[name][second] = self.buckets[name].get(second, 0) + weight
        return Verdict(True, left - weight, 0.0)

    def _forget(self, second: int) -> None:
        for name in list(self.buckets):
            kept = {at: count for at, count in self.buckets[name].items() if at + CEILING_BUCKETS > second}
            if kept:
                self.buckets[name] = kept
            else:
                del self.buckets[name]


local = LocalWindow()
