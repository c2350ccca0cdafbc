"""The environment, read here and nowhere else."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class ConfigError(Exception):
    """A variable is missing or holds what can't be used; the message names it."""


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
    cell: str
    # The key that unknown publishable keys stand for; empty everywhere but in development.
    demo_key: str
    on_vercel: bool
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
        cell=_cell(environ),
        demo_key=_demo_key(environ, on_vercel),
        on_vercel=on_vercel,
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


def _cell(environ: Mapping[str, str]) -> str:
    cell = environ.get("CELL", "00")
    if len(cell) != 2 or not (cell.isascii() and cell.isalnum()):
        raise ConfigError("CELL must be two letters or digits")
    return cell


def _demo_key(environ: Mapping[str, str], on_vercel: bool) -> str:
    allowed = environ.get("ALLOW_UNKNOWN_KEYS", "0")
    if allowed not in ("0", "1"):
        raise ConfigError("ALLOW_UNKNOWN_KEYS must be 0 or 1")
    if allowed == "1" and on_vercel:
        raise ConfigError("ALLOW_UNKNOWN_KEYS is for development only: remove it from this deployment")
    return _required(environ, "DEMO_PUBLISHABLE_KEY") if allowed == "1" else ""


config = read(os.environ)
