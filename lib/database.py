"""Calls of SQL functions through Supabase's Data API: one call is one request and one transaction."""

import json
from collections.abc import Mapping

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError, ProtocolError

from lib.config import config
from lib.errors import ApiError, Unavailable
from lib.log import log
from lib.outbound import pool

# Our own SQLSTATEs (supabase/migrations) and what a refused or unknown caller gets from Postgres itself.
SQLSTATES: Mapping[str, str] = {
    "PT401": "unknown_key",
    "PT403": "origin_not_allowed",
    "PT404": "contact_unknown",
    "PT410": "template_unknown",
    "PT409": "ambiguous",
    "PT422": "not_mailable",
    "PT423": "workspace_deletion_pending",
    "PT451": "too_many_traits",
    "PT452": "too_many_identities",
    "PT453": "not_stored",
    "PT454": "sensitive_data",
    "PT455": "name_mismatch",
    "PT456": "deletion_unknown",
    "PT457": "deletion_grace_over",
    "PT458": "workspace_unknown",
    "PT459": "last_owner",
    "42501": "not_allowed",
    "PGRST301": "token_invalid",
    "PGRST302": "token_invalid",
    "PGRST303": "token_invalid",
}
# Deadlock and serialization failure: the transaction left nothing behind and may simply run again.
REPEATABLE = frozenset({"40001", "40P01"})

TIMEOUT = Timeout(connect=2.0, read=10.0)


def call(function: str, arguments: Mapping[str, object], *, token: str | None = None) -> object:
    """What the function returns. With a member's `token` it runs under that member's rights.

    Every function we call may run twice without harm, so a deadlock, or a kept connection that was
    closed while this instance slept, is tried once more. Raises ApiError for the refusals of SQLSTATES,
    Unavailable when Postgres can't be reached.
    """
    answer = _post(function, arguments, token)
    if answer is None or _member(answer, "code") in REPEATABLE:
        answer = _post(function, arguments, token)
    if answer is None:
        raise Unavailable
    if answer.status >= 300:
        raise _error(answer)
    result: object = answer.json() if answer.data else None
    return result


def _post(function: str, arguments: Mapping[str, object], token: str | None) -> BaseHTTPResponse | None:
    """The answer, or None when the connection broke before one came."""
    if token is None:
        headers = {"apikey": config.supabase_secret_key}
    else:
        headers = {"apikey": config.supabase_publishable_key, "Authorization": f"Bearer {token}"}
    url = f"{config.supabase_url}/rest/v1/rpc/{function}"
    try:
        return pool.request("POST", url, json=arguments, headers=headers, timeout=TIMEOUT)
    except ProtocolError:
        return None
    except HTTPError as error:
        raise Unavailable from error


def _member(answer: BaseHTTPResponse, name: str) -> str:
    """A member of PostgREST's error document; empty for any other answer."""
    if answer.status < 300:
        return ""
    try:
        document = answer.json()
    except ValueError:
        return ""
    return str(document.get(name, "")) if isinstance(document, dict) else ""


def _error(answer: BaseHTTPResponse) -> ApiError:
    sqlstate = _member(answer, "code")
    if sqlstate == "PT409":
        return ApiError("ambiguous", contactIds=json.loads(_member(answer, "details")))
    if sqlstate in SQLSTATES:
        return ApiError(SQLSTATES[sqlstate])
    log(event="database_error", status=answer.status, sqlstate=sqlstate)
    if answer.status in (401, 403):
        return ApiError("token_invalid")
    if answer.status >= 500:
        return Unavailable()
    return ApiError("internal_error")
