"""The rate at which Resend lets our team send, shared by all instances through Redis.

Each mail takes the next free moment and waits for it. Without Redis it goes at once: Resend's 429 is obeyed anyway.
"""

import time
from typing import cast

from lib import redis
from lib.config import config
from lib.errors import Unavailable

# KEYS: the next free moment, in milliseconds. ARGV: milliseconds between two mails. Returns how long to wait for it.
SCRIPT = """#!lua flags=allow-key-locking
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local mine = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
redis.call('SET', KEYS[1], mine + tonumber(ARGV[1]), 'PX', mine - now + 60000)
return mine - now
"""


def wait_for_turn() -> None:
    """Returns when a mail may go."""
    try:
        milliseconds = cast(int, redis.command("EVAL", SCRIPT, 1, "resend:next", 1000 // config.resend_per_second))
    except Unavailable:
        return
    time.sleep(milliseconds / 1000)
