"""What Resend tells of a mail by its webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

BOUNCE = {"bounce": {"type": "Permanent", "subType": "General", "message": "There is no such user."}}


def event(kind: str, mail: Mapping[str, Any], at: datetime) -> bytes:
    """`email.<kind>` of a mail from the inbox."""
    data = {
        "email_id": mail["id"],
        "created_at": at.isoformat(),
        **{name: mail[name] for name in ("from", "to", "subject")},
    }
    more = BOUNCE if kind == "bounced" else {}
    return json.dumps({"type": f"email.{kind}", "created_at": at.isoformat(), "data": data | more}).encode()


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The headers of a delivery, as Svix signs it."""
    name, stamp = f"msg_{uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"Content-Type": "application/json", "svix-id": name, "svix-timestamp": stamp, "svix-signature": signature}
