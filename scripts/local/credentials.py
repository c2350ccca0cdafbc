"""The stack's own keys and passwords: made up at the first start, the same ever after."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def load(file: Path, generate: Callable[[], dict[str, str]]) -> dict[str, str]:
    """The remembered ones, completed where a newer version of the stack needs more."""
    known = json.loads(file.read_text()) if file.exists() else {}
    complete = {**generate(), **known}
    if complete != known:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
            json.dump(complete, handle, indent=1)
    return complete


def stack_credentials() -> dict[str, str]:
    return {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(18),
        "SUPABASE_JWT_SECRET": secrets.token_hex(32),
        "SUPABASE_PUBLISHABLE_KEY": f"sb_publishable_{secrets.token_urlsafe(16)}",
        "SUPABASE_SECRET_KEY": f"sb_secret_{secrets.token_urlsafe(24)}",
        "UPSTASH_REDIS_REST_TOKEN": secrets.token_urlsafe(24),
        "CRON_SECRET": secrets.token_hex(32),
        "SIGNING_SECRET": secrets.token_hex(32),
        "ENCRYPTION_KEYS": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "RESEND_API_KEY": f"re_{secrets.token_urlsafe(18)}",
        "RESEND_WEBHOOK_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}",
        "LEMONSQUEEZY_API_KEY": secrets.token_urlsafe(32),
        "LEMONSQUEEZY_WEBHOOK_SECRET": secrets.token_hex(20),
        "SMTP_PASSWORD": secrets.token_urlsafe(12),
        "DEMO_OWNER_PASSWORD": secrets.token_urlsafe(9),
        "DEMO_IDENTITY_SECRET": secrets.token_hex(32),
    }
