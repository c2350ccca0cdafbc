"""Upstash Redis over its REST protocol.

Not upstash-redis: that has no timeout, and repeats a command whose answer was lost, which charges twice.
"""

from urllib3.exceptions import HTTPError

from lib.config import config
from lib.errors import Unavailable
from lib.outbound import pool

TIMEOUT_SECONDS = 1.0


def command(*parts: str | int) -> object:
    """The command's result, asked once. Raises Unavailable when Redis is down, slow or refuses."""
    try:
        answer = pool.request(
            "POST",
            config.redis_url,
            json=[str(part) for part in parts],
            headers={"Authorization": f"Bearer {config.redis_token}"},
            timeout=TIMEOUT_SECONDS,
        )
        result: object = answer.json()["result"]
    except (HTTPError, ValueError, KeyError, TypeError) as error:
        raise Unavailable from error
    return result
