"""Resend's webhook as Resend sends it: documented payloads, signed as Svix documents it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

CLICK = {
    "ipAddress": "122.115.53.11",
    "link": "https://shop.example:8443/plans?token=t0ken#pro",
    "timestamp": "2026-11-24T05:00:57.163Z",
    "userAgent": "Mozilla/5.0 (Macintosh)",
}
BOUNCE = {
    "message": "The recipient ann@example.com does not exist.",
    "subType": "General",
    "type": "Permanent",
    "diagnosticCode": "smtp; 550 5.1.1 <ann@example.com> user unknown",
}


def signature(secret: str, svix_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{svix_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed(secret: str, body: bytes, svix_id: str | None = None, age: float = 0) -> dict[str, str]:
    """The headers of a delivery that was signed `age` seconds ago."""
    svix_id, timestamp = svix_id or f"msg_{uuid4().hex}", str(int(time.time() - age))
    return {
        "Content-Type": "application/json",
        "svix-id": svix_id,
        "svix-timestamp": timestamp,
        "svix-signature": signature(secret, svix_id, timestamp, body),
    }


def resend_event(kind: str, mail: Mapping[str, Any], at: datetime | None = None, **more: object) -> dict[str, Any]:
    """`email.<kind>` of a mail from the inbox, with the members that this kind has."""
    moment = (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    data = {
        "broadcast_id": "8b146471-e88e-4322-86af-016cd36fd216",
        "created_at": moment,
        "email_id": mail["id"],
        "from": mail["from"],
        "to": mail["to"],
        "subject": mail["subject"],
        "tags": mail["tags"],
    }
    data |= {"bounce": BOUNCE} if kind == "bounced" else {"click": CLICK} if kind == "clicked" else {}
    return {"type": f"email.{kind}", "created_at": moment, "data": data | more}
