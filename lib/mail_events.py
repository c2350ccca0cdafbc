"""Resend's webhook: whether it is Resend's, and what an event of it says of a message.

Events: https://resend.com/docs/webhooks/event-types
Signature: https://docs.svix.com/receiving/verifying-payloads/how-manual
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

import resend

from lib import database
from lib.config import config
from lib.errors import ApiError
from lib.signing import address_key
from lib.storable import storable
from lib.strict_json import as_object

# What is not named here (scheduled, received, of contacts or domains) says nothing of a message of ours.
KINDS: Mapping[str, str] = {
    "email.sent": "sent",
    "email.delivery_delayed": "delayed",
    "email.delivered": "delivered",
    "email.opened": "opened",
    "email.clicked": "clicked",
    "email.failed": "failed",
    "email.suppressed": "failed",  # Resend knows the address from an earlier bounce or complaint, and has not tried
    "email.bounced": "bounced",
    "email.complained": "complained",
}
# Resend's codes. Its sentences are not kept: they quote addresses.
_CODE = re.compile(r"[\w .-]{1,100}", re.ASCII)
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
LINK_LENGTH = 2000


def verified(raw: bytes, header: Callable[[str], str]) -> object:
    """The event that the body holds. Raises 401 unless Resend has signed these very bytes within 5 minutes."""
    if not config.resend_webhook_secret:
        raise ApiError("signature_invalid")
    names: tuple[str, ...] = ("id", "timestamp", "signature")
    headers = cast(resend.WebhookHeaders, {name: header(f"svix-{name}") for name in names})
    try:
        # Any other bytes than these would be another text; it is parsed once the signature is found right.
        payload, secret = raw.decode(), config.resend_webhook_secret
        return resend.Webhooks.verify({"payload": payload, "headers": headers, "webhook_secret": secret})
    except (ValueError, RecursionError) as error:
        raise ApiError("signature_invalid") from error


def record(svix_id: str, event: object) -> str:
    """Stores what the event says: recorded, duplicate, or ignored when it is of no message of ours."""
    read = read_event(event)
    if read is None:
        return "ignored"
    arguments = {"p_event": {"svixId": svix_id, **read}, "p_address_key": address_key()}
    return cast(str, database.call("record_mail_event", arguments))


def read_event(event: object) -> dict[str, Any] | None:
    """What is kept of an event, as record_mail_event() takes it; None if it is of none of KINDS."""
    parts = as_object(event)
    kind = KINDS.get(str(parts.get("type")))
    if kind is None:
        return None
    data = as_object(parts.get("data"))
    return {
        "kind": kind,
        "occurredAt": _time(parts.get("created_at")),
        "messageId": _uuid(as_object(data.get("tags")).get("message_id")),
        "emailId": _code(data.get("email_id")),
        "detail": {name: value for name, value in _detail(kind, data).items() if value is not None},
    }


def _detail(kind: str, data: Mapping[str, Any]) -> dict[str, str | None]:
    if kind == "bounced":
        bounce = as_object(data.get("bounce"))
        status = _STATUS.search(str(bounce.get("diagnosticCode", "")))
        return {
            "type": _code(bounce.get("type")),
            "subType": _code(bounce.get("subType")),
            "status": status[0] if status else None,
        }
    if kind == "clicked":
        return {"link": _link(as_object(data.get("click")).get("link"))}
    if kind == "failed" and "suppressed" in data:
        return {"reason": "suppressed_by_resend"}
    return {"reason": _code(as_object(data.get("failed")).get("reason"))} if kind == "failed" else {}


def _link(value: object) -> str | None:
    """Scheme, host and path: what comes after may say who clicked."""
    try:
        parts = urlsplit(str(value))
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return storable(f"{parts.scheme}://{parts.hostname}{port}{parts.path}")[:LINK_LENGTH]


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and _CODE.fullmatch(value) else None


def _uuid(value: object) -> str | None:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None


def _time(value: object) -> str | None:
    """As Postgres takes it; None lets it be the time of receipt."""
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC).isoformat() if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
