"""At most so many messages in any minute, all or nothing by weight, and free when denied.

A sliding window in buckets of a second: the current one and the 60 before it cover every 60-second
window that ends now, so no such window ever admits more than the ceiling. The limit itself holds over 57
buckets, so that a steady 230 a minute in batches of up to 20 always fits: 57 s of it and one batch are 238.5.
Redis counts; while it does not answer, this instance counts for itself.

A key may have a multiple of the limit, which Postgres knows and tells with each answer. An instance remembers it and
tells Redis, where the script reads it for the instances that have not heard yet.
"""

import hashlib
import hmac
import ipaddress
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

# KEYS: where the key's multiplier is kept, then counters, the key's first. ARGV: weight, the multiplier if it is known
# (else 0), then each counter's limit and ceiling; the key's are multiplied.
# Returns {admitted 0|1, left in the tightest counter, milliseconds until the weight would fit, multiplier}.
SCRIPT = f"""#!lua flags=allow-key-locking
local clock = redis.call('TIME')
local second, millisecond = tonumber(clock[1]), math.floor(tonumber(clock[2]) / 1000)
local weight, left, wait = tonumber(ARGV[1]), math.huge, 0
local multiplier = tonumber(ARGV[2])
if multiplier > 1 then
  redis.call('SET', KEYS[1], multiplier, 'EX', 120)
elseif multiplier == 0 then
  multiplier = tonumber(redis.call('GET', KEYS[1]) or 1)
end

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

for i = 2, #KEYS do
  local key, counted, times = KEYS[i], {{}}, i == 2 and multiplier or 1
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
  look(counted, {LIMIT_BUCKETS}, tonumber(ARGV[2 * i - 1]) * times)
  look(counted, {CEILING_BUCKETS}, tonumber(ARGV[2 * i]) * times)
end
if wait > 0 then return {{0, left, wait, multiplier}} end
for i = 2, #KEYS do
  redis.call('HINCRBY', KEYS[i], second, weight)
  redis.call('EXPIRE', KEYS[i], 62)
end
return {{1, left - weight, 0, multiplier}}
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
    multiplier: int = 1


# Multiples other than 1, by key; only keys that Postgres knows get here.
_multipliers: dict[str, int] = {}


def learn(key: ApiKey, multiplier: int) -> None:
    """Remembers how many times the limit a key may have, as Postgres just said."""
    if multiplier > 1:
        _multipliers[key.hash] = multiplier
    else:
        _multipliers.pop(key.hash, None)


def admit(key: ApiKey, client_address: str, weight: int) -> dict[str, str]:
    """Charges `weight` messages and returns the RateLimit headers. Raises 429 with Retry-After."""
    verdict = _charge(_counters(key, client_address), weight, _multipliers.get(key.hash, 0))
    headers = {
        "RateLimit-Policy": f'"messages";q={limits.MESSAGES_PER_MINUTE * verdict.multiplier};w={WINDOW_SECONDS}',
        "RateLimit": f'"messages";r={max(0, verdict.left)};t={round(verdict.wait_seconds + 0.5)}',
    }
    _refuse_beyond(verdict, headers)
    return headers


def admit_contact(credentials: str) -> None:
    """Charges one call about a contact to a key or an access token. Raises 429 with Retry-After."""
    _admit_one("contact", credentials, limits.CONTACT_CALLS_PER_MINUTE)


def admit_test_mail(workspace_id: str) -> None:
    """Charges one test mail to the workspace. Raises 429 with Retry-After."""
    _admit_one("test", workspace_id, limits.TEST_MAILS_PER_MINUTE)


def admit_billing_link(workspace_id: str) -> None:
    """Charges one link to the workspace. Raises 429 with Retry-After."""
    _admit_one("link", workspace_id, limits.BILLING_LINKS_PER_MINUTE)


def admit_deletion(workspace_id: str) -> None:
    """Charges one request or its cancellation, each of which mails all owners. Raises 429 with Retry-After."""
    _admit_one("deletion", workspace_id, limits.DELETIONS_PER_MINUTE)


def admit_export(workspace_id: str) -> None:
    """Charges one request for an export, or look at it, to the workspace. Raises 429 with Retry-After."""
    _admit_one("export", workspace_id, limits.EXPORT_CALLS_PER_MINUTE)


def _admit_one(what: str, of: str, most: int) -> None:
    name = hmac.new(config.signing_secret.encode(), of.encode(), hashlib.sha256).hexdigest()
    _refuse_beyond(_charge({f"limit:{what}:{name[:32]}": Quota(most, most)}, 1, 1), {})


def _charge(counters: Mapping[str, Quota], weight: int, multiplier: int) -> Verdict:
    """A multiplier of 0 is one that this instance does not know."""
    return _ask_redis(counters, weight, multiplier) or _ask_this_instance(counters, weight, multiplier or 1)


def _refuse_beyond(verdict: Verdict, headers: Mapping[str, str]) -> None:
    if not verdict.admitted:
        # Jitter, so that those who were denied together do not come back together.
        retry_after = int(verdict.wait_seconds) + 1 + random.randint(0, 2)
        raise ApiError("rate_limited", headers={**headers, "Retry-After": str(retry_after)})


def _counters(key: ApiKey, client_address: str) -> dict[str, Quota]:
    """Counter names and their quotas, the key's first. Neither a key nor an address can be read off a name."""
    counters = {f"limit:key:{key.hash[:32]}": Quota(limits.MESSAGES_PER_MINUTE, limits.MESSAGES_IN_ANY_MINUTE)}
    if key.kind == "publishable":
        network = _network(client_address).encode()
        address = hmac.new(config.signing_secret.encode(), network, hashlib.sha256).hexdigest()
        most = limits.MESSAGES_PER_MINUTE_AND_ADDRESS
        counters[f"limit:ip:{key.hash[:16]}:{address[:32]}"] = Quota(most, most)
    return counters


def _network(client_address: str) -> str:
    """An IPv6 address counts by its /64, of which one customer has as many addresses as they like."""
    try:
        address = ipaddress.ip_address(client_address)
    except ValueError:
        return client_address
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


_redis_rests_until = 0.0


def _ask_redis(counters: Mapping[str, Quota], weight: int, multiplier: int) -> Verdict | None:
    """The verdict of the counters shared by all instances; None while Redis does not answer."""
    global _redis_rests_until
    if time.monotonic() < _redis_rests_until:
        return None
    try:
        keys = [next(iter(counters)) + ":multiplier", *counters]
        quotas = chain.from_iterable(counters.values())
        result = redis.command("EVAL", SCRIPT, len(keys), *keys, weight, multiplier, *quotas)
        admitted, left, wait, multiplier = cast(list[int], result)
    except (Unavailable, TypeError, ValueError):
        _redis_rests_until = time.monotonic() + REST_SECONDS
        log(event="redis_unavailable", warning="this instance counts for itself")
        return None
    return Verdict(admitted == 1, left, wait / 1000, multiplier)


def _ask_this_instance(counters: Mapping[str, Quota], weight: int, multiplier: int) -> Verdict:
    quotas = dict(counters)
    name = next(iter(quotas))
    quotas[name] = Quota(quotas[name].limit * multiplier, quotas[name].ceiling * multiplier)
    return replace(local.admit(quotas, weight, time.time()), multiplier=multiplier)


@dataclass(slots=True)
class LocalWindow:
    """SCRIPT's counters, in memory."""

    buckets: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def admit(self, counters: Mapping[str, Quota], weight: int, now: float) -> Verdict:
        second, left, wait = int(now), min(quota.limit for quota in counters.values()), 0.0
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
