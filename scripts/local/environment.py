"""The variables of `.local/env`: the product's own, and those by which tests and people reach the stack."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from scripts.local.layout import Layout
from scripts.local.lemonsqueezy_fake import STORE_ID
from scripts.local.smtp import USER
from scripts.local.storage import BUCKET

MAIL_DOMAIN = "mail.example.com"
DEMO_OWNER_EMAIL = "owner@example.com"

# What a deployment's functions get; nothing else reaches them.
PRODUCT = (
    "APP_URL", "SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY", "UPSTASH_REDIS_REST_URL",
    "UPSTASH_REDIS_REST_TOKEN", "CRON_SECRET", "RESEND_API_KEY", "RESEND_API_URL", "RESEND_PER_SECOND",
    "RESEND_WEBHOOK_SECRET", "MAIL_DOMAIN", "SIGNING_SECRET", "CELL", "LEMONSQUEEZY_API_URL", "LEMONSQUEEZY_API_KEY",
    "LEMONSQUEEZY_WEBHOOK_SECRET", "LEMONSQUEEZY_STORE_ID", "S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY_ID",
    "S3_SECRET_ACCESS_KEY", "S3_BUCKET", "ENCRYPTION_KEYS", "SMTP_ALLOWED_HOSTS", "SMTP_CA_FILE",
)  # fmt: skip


def variables(ports: Mapping[str, int], credentials: Mapping[str, str], layout: Layout) -> dict[str, str]:
    """Everything but the demo workspace, which the seed adds."""
    url = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    return {
        "APP_URL": url["api"],
        "API_URL": url["api"],
        "SUPABASE_URL": url["supabase"],
        "UPSTASH_REDIS_REST_URL": url["upstash"],
        "S3_ENDPOINT_URL": url["s3"],
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "local",
        "S3_SECRET_ACCESS_KEY": "local",
        "S3_BUCKET": BUCKET,
        "MAIL_URL": url["mail"],
        "MAIL_DOMAIN": MAIL_DOMAIN,
        "FAKES_URL": url["fakes"],
        "RESEND_API_URL": f"{url['fakes']}/resend",
        "RESEND_PER_SECOND": os.environ.get("RESEND_RATE", "5"),
        "LEMONSQUEEZY_API_URL": f"{url['fakes']}/lemonsqueezy",
        "LEMONSQUEEZY_STORE_ID": STORE_ID,
        "DEMO_URL": url["demo"],
        "DEMO_OWNER_EMAIL": DEMO_OWNER_EMAIL,
        "CELL": "00",
        "DATABASE_URL": f"postgresql://postgres:{credentials['POSTGRES_PASSWORD']}@127.0.0.1:{ports['postgres']}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}",
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(ports["smtp"]),
        "SMTP_USER": USER,
        # The inbox is no public server: only where this names it may functions connect to it.
        "SMTP_ALLOWED_HOSTS": f"localhost:{ports['smtp']}",
        "SMTP_CA_FILE": str(layout.folder / "smtp.pem"),
        **{name: value for name, value in credentials.items() if name != "POSTGRES_PASSWORD"},
    }


def product(env: Mapping[str, str]) -> dict[str, str]:
    return {name: env[name] for name in PRODUCT}


def write(env: Mapping[str, str], file: Path) -> None:
    """Lines that a shell can source. Only their owner can read them, and never half of them."""
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(env.items())))
    draft.replace(file)
