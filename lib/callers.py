"""Who is calling: an API key, a member's access token, or the scheduler."""

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from lib import database, keys
from lib.config import config
from lib.endpoint import Request
from lib.errors import ApiError, refuse
from lib.log import log

JWT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}")


def ingestion_key(request: Request, body: object) -> keys.ApiKey:
    """The key of a track or identify request. Raises 401 and 403 for what needs no look-up."""
    key = request.bearer
    if not key and isinstance(body, dict) and isinstance(body.get("writeKey"), str):
        key = body["writeKey"]
        if keys.kind_of(key) == "secret":
            raise ApiError("secret_key_in_body")
    if not key:
        raise ApiError("key_missing")
    parsed = keys.parse(key)
    if parsed is None and config.demo_key and keys.kind_of(key) == "publishable":
        return demo_key()
    if parsed is None:
        raise ApiError("unknown_key")
    _refuse_in_browser(request, parsed)
    return parsed


def demo_key() -> keys.ApiKey:
    """The demo workspace's key, which stands for unknown ones in development."""
    log(event="unknown_key_accepted", warning="ALLOW_UNKNOWN_KEYS=1: stored in the demo workspace")
    return keys.ApiKey("publishable", keys.key_hash(config.demo_key))


def secret_key(request: Request) -> keys.ApiKey | None:
    """The secret key of a server's request; None when the credentials are a member's access token."""
    if not request.bearer:
        raise ApiError("key_missing")
    kind = keys.kind_of(request.bearer)
    if kind is None:
        _refuse_no_token(request.bearer)
        return None
    if kind == "publishable":
        raise ApiError("secret_key_required")
    parsed = keys.parse(request.bearer)
    if parsed is None:
        raise ApiError("unknown_key")
    _refuse_in_browser(request, parsed)
    return parsed


def refuse_keys(request: Request) -> None:
    """Raises 401 and 403 for a request that carries no access token of a member."""
    if not request.bearer:
        raise ApiError("key_missing")
    if keys.kind_of(request.bearer):
        raise ApiError("token_required")
    _refuse_no_token(request.bearer)


def scheduled_at(request: Request) -> datetime:
    """The time a scheduled request works with. Raises 401 for anyone but the scheduler.

    `?now=` sets it, so that a test need not wait; refused on Vercel.
    """
    if not config.cron_secret or not hmac.compare_digest(request.bearer.encode(), config.cron_secret.encode()):
        raise ApiError("cron_secret_required")
    stated = request.query("now")
    if stated is None:
        return datetime.now(UTC)
    if config.on_vercel:
        raise ApiError("now_refused")
    try:
        return datetime.fromisoformat(stated).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ApiError("timestamp_invalid") from error


def call(
    request: Request, key: keys.ApiKey | None, workspace_id: UUID | None, function: str, arguments: Mapping[str, object]
) -> object:
    """The SQL function for whom secret_key() found: by key (`…_by_key`), or under the rights of the token's member.

    Raises 401, 403 and 503, and 422 when a member names no workspace: a token, unlike a key, does not say it.
    """
    if key:
        return database.call(f"{function}_by_key", {**arguments, "p_key_hash": key.hash})
    if workspace_id is None:
        raise refuse(
            {"pointer": "/workspaceId", "code": "missing", "detail": "With an access token, name the workspace."}
        )
    return database.call(function, {**arguments, "p_workspace": str(workspace_id)}, token=request.bearer)


class Ask(Protocol):
    """Calls an SQL function for whoever is asking."""

    def __call__(self, function: str, arguments: Mapping[str, object]) -> object: ...


def acting(workspace_id: str, actor: str) -> Ask:
    """Calls by our own rights for an actor of the audit log's, once it is decided that they may."""

    def act(function: str, arguments: Mapping[str, object]) -> object:
        return database.call(function, {**arguments, "p_workspace": workspace_id, "p_actor": actor})

    return act


def _refuse_no_token(token: str) -> None:
    """Raises 401 for what is no JWT: the user name of Basic may hold what no header can hand on."""
    if not JWT.fullmatch(token):
        raise ApiError("token_invalid")


def _refuse_in_browser(request: Request, key: keys.ApiKey) -> None:
    if key.kind == "secret" and request.origin is not None:
        raise ApiError("secret_key_in_browser")
