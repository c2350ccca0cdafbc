"""The environment, read here and nowhere else."""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lib.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Storage:
    """A private bucket behind an S3-compatible endpoint."""

    endpoint_url: str
    region: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    bucket: str


@dataclass(frozen=True, slots=True)
class Config:
    app_url: str
    supabase_url: str
    supabase_secret_key: str
    supabase_publishable_key: str
    redis_url: str
    redis_token: str
    signing_secret: str
    cron_secret: str
    mail_domain: str
    resend_api_key: str
    resend_api_url: str
    resend_per_second: int
    # id → 32 bytes, the one that encrypts first; empty where no secrets of founders are kept.
    encryption_keys: Mapping[str, bytes] = field(repr=False)
    # (host, port) → whether TLS begins with the first byte: servers of the local network, in development.
    smtp_allowed_hosts: Mapping[tuple[str, int], bool]
    # Who vouches for SMTP servers instead of the system's authorities, in development.
    smtp_ca_file: str
    # Of the webhook; empty where none is set up.
    resend_webhook_secret: str
    # All empty where nothing is sold.
    lemonsqueezy_api_url: str
    lemonsqueezy_api_key: str
    lemonsqueezy_store_id: str
    lemonsqueezy_webhook_secret: str
    # None where nothing can be exported.
    storage: Storage | None
    cell: str
    # The key that unknown publishable keys stand for; empty everywhere but in development.
    demo_key: str
    on_vercel: bool
    # Where money is real: Lemon Squeezy's test mode counts for nothing.
    in_production: bool
    version: str


def read(environ: Mapping[str, str]) -> Config:
    """The settings that `environ` holds. Raises ConfigError, which names the variable."""
    on_vercel = environ.get("VERCEL") == "1"
    return Config(
        app_url=_required(environ, "APP_URL").rstrip("/"),
        supabase_url=_required(environ, "SUPABASE_URL").rstrip("/"),
        supabase_secret_key=_required(environ, "SUPABASE_SECRET_KEY"),
        supabase_publishable_key=_required(environ, "SUPABASE_PUBLISHABLE_KEY"),
        redis_url=_required(environ, "UPSTASH_REDIS_REST_URL"),
        redis_token=_required(environ, "UPSTASH_REDIS_REST_TOKEN"),
        signing_secret=_secret(environ, "SIGNING_SECRET"),
        # Without one every scheduled request is refused, which is safe, so it may be missing.
        cron_secret=environ.get("CRON_SECRET", ""),
        mail_domain=_required(environ, "MAIL_DOMAIN"),
        resend_api_key=_required(environ, "RESEND_API_KEY"),
        resend_api_url=environ.get("RESEND_API_URL", "https://api.resend.com"),
        resend_per_second=_whole(environ, "RESEND_PER_SECOND", 2, 1000),
        encryption_keys=_encryption_keys(environ),
        smtp_allowed_hosts=_allowed_hosts(environ),
        smtp_ca_file=_development(environ, "SMTP_CA_FILE"),
        # Without one every webhook is refused, which is safe, so it may be missing.
        resend_webhook_secret=_webhook_secret(environ),
        lemonsqueezy_api_url=environ.get("LEMONSQUEEZY_API_URL", "https://api.lemonsqueezy.com").rstrip("/"),
        lemonsqueezy_api_key=environ.get("LEMONSQUEEZY_API_KEY", ""),
        lemonsqueezy_store_id=environ.get("LEMONSQUEEZY_STORE_ID", ""),
        lemonsqueezy_webhook_secret=environ.get("LEMONSQUEEZY_WEBHOOK_SECRET", ""),
        storage=_storage(environ),
        cell=_cell(environ),
        demo_key=_demo_key(environ, on_vercel),
        on_vercel=on_vercel,
        in_production=on_vercel and environ.get("VERCEL_ENV", "production") == "production",
        version=environ.get("VERCEL_GIT_COMMIT_SHA", "development")[:12],
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name)
    if len(value) < 32:
        raise ConfigError(f"{name} must have 32 characters at least: openssl rand -hex 32")
    return value


def _whole(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
        raise ConfigError(f"{name} must be a whole number from 1 to {most}")
    return int(value)


def _webhook_secret(environ: Mapping[str, str]) -> str:
    """Checked here, because the library would take what it can't decode for a shorter key, even for none."""
    value = environ.get("RESEND_WEBHOOK_SECRET", "")
    if not value:
        return ""
    try:
        key = base64.b64decode(value.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not value.startswith("whsec_") or len(key) < 24:
        raise ConfigError(
            "RESEND_WEBHOOK_SECRET must be the webhook's signing secret: whsec_ and 24 bytes or more in base64"
        )
    return value


def _storage(environ: Mapping[str, str]) -> Storage | None:
    """Optional as a whole; half of it is a mistake."""
    names = ("S3_ENDPOINT_URL", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_BUCKET")
    if not any(environ.get(name) for name in names):
        return None
    endpoint_url, *others = (_required(environ, name) for name in names)
    return Storage(endpoint_url.rstrip("/"), *others)


def _cell(environ: Mapping[str, str]) -> str:
    cell = environ.get("CELL", "00")
    if len(cell) != 2 or not (cell.isascii() and cell.isalnum()):
        raise ConfigError("CELL must be two letters or digits")
    return cell


def _encryption_keys(environ: Mapping[str, str]) -> Mapping[str, bytes]:
    """Of "id:base64,id:base64". Optional: without one no SMTP password can be kept, and none is taken."""
    written = environ.get("ENCRYPTION_KEYS", "")
    pairs = [entry.partition(":") for entry in written.split(",")] if written else []
    keys = {key_id: _encryption_key(encoded) for key_id, _, encoded in pairs}
    if len(keys) != len(pairs) or not all(re.fullmatch("[A-Za-z0-9_-]{1,32}", key_id) for key_id in keys):
        raise ConfigError("ENCRYPTION_KEYS must be id:key, with commas between, each id once, of A-Z a-z 0-9 _ -")
    return MappingProxyType(keys)


def _encryption_key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigError("ENCRYPTION_KEYS must hold keys of 32 bytes in base64: openssl rand -base64 32")
    return key


def _allowed_hosts(environ: Mapping[str, str]) -> Mapping[tuple[str, int], bool]:
    """Of "localhost:1025,localhost:1465/tls"."""
    hosts = {}
    for entry in filter(None, _development(environ, "SMTP_ALLOWED_HOSTS").split(",")):
        parsed = re.fullmatch(r"([a-z0-9.-]+):(\d{1,5})(/tls)?", entry)
        if not parsed:
            raise ConfigError("SMTP_ALLOWED_HOSTS must be host:port or host:port/tls, with commas between")
        hosts[parsed[1], int(parsed[2])] = parsed[3] is not None
    return MappingProxyType(hosts)


def _development(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if value and environ.get("VERCEL") == "1":
        raise ConfigError(f"{name} is for development only: remove it from this deployment")
    return value


def _demo_key(environ: Mapping[str, str], on_vercel: bool) -> str:
    allowed = environ.get("ALLOW_UNKNOWN_KEYS", "0")
    if allowed not in ("0", "1"):
        raise ConfigError("ALLOW_UNKNOWN_KEYS must be 0 or 1")
    if allowed == "1" and on_vercel:
        raise ConfigError("ALLOW_UNKNOWN_KEYS is for development only: remove it from this deployment")
    return _required(environ, "DEMO_PUBLISHABLE_KEY") if allowed == "1" else ""


config = read(os.environ)
