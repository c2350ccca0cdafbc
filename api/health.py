"""GET /api/health: 200 when everything we depend on answers, 503 when not. No secrets."""

from typing import cast

from lib import database, redis
from lib.config import config
from lib.endpoint import Request, Response, endpoint, json_response
from lib.errors import Unavailable
from lib.strict_json import Json


def health(_: Request) -> Response:
    facts: Json = {"overdueDeletions": None, "outboxOldestSeconds": None}
    postgres = redis_state = "ok"
    try:
        facts = cast(Json, database.call("health", {}))
    except Unavailable:
        postgres = "down"
    try:
        redis.command("PING")
    except Unavailable:
        redis_state = "down"
    healthy = postgres == redis_state == "ok"
    status = {"status": "ok" if healthy else "degraded", "postgres": postgres, "redis": redis_state}
    return json_response(status | {"version": config.version} | facts, status=200 if healthy else 503)


app = endpoint(GET=health, cors="app")
