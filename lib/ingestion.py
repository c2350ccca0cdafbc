"""The checklist behind /api/track and /api/identify: what each step can answer stands beside it."""

from datetime import UTC, datetime
from typing import cast

from lib import callers, database, guard, limits, messages, ratelimit, signing
from lib.config import config
from lib.endpoint import Request, Response, json_response
from lib.errors import CODES, ApiError, refuse
from lib.keys import ApiKey
from lib.messages import Batch, Envelope
from lib.strict_json import Json


def ingest(request: Request, default_type: str | None) -> Response:
    received_at = datetime.now(UTC)
    body = request.json()  # 400 413 415
    key = callers.ingestion_key(request, body)  # 401 403
    raw = messages.unpack(body)  # 422
    allowance = ratelimit.admit(key, request.client_address, len(raw))  # 429
    batch = messages.read_batch(raw, _envelope(body, key, received_at, default_type))
    stored = _store(request, key, batch)  # 401 403 503
    if len(batch.rejected) == batch.size:
        raise _nothing_valid(body, batch)  # 422
    return json_response(stored, headers=allowance)


def _envelope(body: object, key: ApiKey, received_at: datetime, default_type: str | None) -> Envelope:
    max_age = limits.MAX_AGE_SECRET if key.kind == "secret" else limits.MAX_AGE_PUBLISHABLE
    return Envelope(received_at, max_age, cast(Json, body).get("sentAt"), default_type)


def _store(request: Request, key: ApiKey, batch: Batch) -> Json:
    """Commits the rows, and what was refused of them; adds what Postgres refused to the batch's rejections."""
    result = _track(request, key, batch)
    request.facts["workspaceId"] = result.pop("workspaceId")
    ratelimit.learn(key, cast(int, result.pop("rateMultiplier")))
    for refused in cast(list[Json], result["rejected"]):
        batch.rejected.append(refused | {"detail": CODES[cast(str, refused["code"])][1]})
    batch.rejected.sort(key=lambda rejection: cast(int, rejection["index"]))
    answer = {"success": True, **result, "rejected": batch.rejected}
    return answer | ({"generated": batch.generated} if batch.generated else {})


def _track(request: Request, key: ApiKey, batch: Batch) -> Json:
    rejected = guard.for_debugger(batch.rejected)
    arguments = {"p_origin": request.origin, "p_messages": batch.rows, "p_rejected": rejected}
    arguments["p_tombstone_key"] = signing.tombstone_key()
    try:
        return cast(Json, database.call("track", arguments | {"p_key_hash": key.hash}))
    except ApiError as error:
        if error.code != "unknown_key" or key.kind != "publishable" or not config.demo_key:
            raise
    return cast(Json, database.call("track", arguments | {"p_key_hash": callers.demo_key().hash}))


def _nothing_valid(body: object, batch: Batch) -> ApiError:
    in_batch = "batch" in cast(Json, body)
    errors = [
        {
            "pointer": (f"/batch/{rejection['index']}" if in_batch else "") + cast(str, rejection["pointer"]),
            "code": cast(str, rejection["code"]),
            "detail": cast(str, rejection["detail"]),
        }
        for rejection in batch.rejected
    ]
    return refuse(*errors, rejected=batch.rejected)
