"""The environment: each value that can't be used is refused by the name of its variable."""

import base64

import pytest

from lib.config import read
from lib.errors import ConfigError

GOOD = {
    "APP_URL": "https://app.example.com/",
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_SECRET_KEY": "sb_secret_x",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_x",
    "UPSTASH_REDIS_REST_URL": "https://abc.upstash.io",
    "UPSTASH_REDIS_REST_TOKEN": "token",
    "SIGNING_SECRET": "5" * 32,
    "MAIL_DOMAIN": "mail.example.com",
    "RESEND_API_KEY": "re_x",
}


def test_it_reads_a_deployments_environment() -> None:
    settings = read({**GOOD, "CELL": "7x", "CRON_SECRET": "cron"})
    assert (settings.app_url, settings.cell) == ("https://app.example.com", "7x")
    assert (settings.cron_secret, settings.mail_domain) == ("cron", "mail.example.com")


def test_what_may_be_missing_has_a_safe_default() -> None:
    settings = read(GOOD)
    assert (settings.cell, settings.resend_api_url) == ("00", "https://api.resend.com")
    assert (settings.cron_secret, settings.demo_key, settings.on_vercel) == ("", "", False)
    assert settings.resend_webhook_secret == ""


@pytest.mark.parametrize("value", ["0", "1001", "two", "-1", "1.5", ""])
def test_a_rate_is_a_whole_number(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^RESEND_PER_SECOND "):
        read({**GOOD, "RESEND_PER_SECOND": value})


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, ""])
def test_a_required_variable_that_is_missing_or_empty_is_named(name: str, value: str | None) -> None:
    environ = {**GOOD, name: value or ""}
    if value is None:
        del environ[name]
    with pytest.raises(ConfigError, match=f"^{name} "):
        read(environ)


STORAGE = {
    "S3_ENDPOINT_URL": "https://abc.storage.supabase.co/storage/v1/s3",
    "S3_REGION": "us-east-1",
    "S3_ACCESS_KEY_ID": "id",
    "S3_SECRET_ACCESS_KEY": "hidden",
    "S3_BUCKET": "exports",
}


def test_storage_is_optional_as_a_whole() -> None:
    storage = read({**GOOD, **STORAGE}).storage
    assert storage is not None
    assert (storage.region, storage.bucket) == ("us-east-1", "exports")
    assert "hidden" not in repr(storage)
    assert read(GOOD).storage is read({**GOOD, **dict.fromkeys(STORAGE, "")}).storage is None


@pytest.mark.parametrize("name", STORAGE)
def test_half_of_storage_is_refused_by_what_is_missing(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} "):
        read({**GOOD, **STORAGE, name: ""})


def test_a_signing_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^SIGNING_SECRET "):
        read({**GOOD, "SIGNING_SECRET": "5" * 31})


@pytest.mark.parametrize("cell", ["", "0", "000", "é0", "0-"])
def test_a_cell_that_fits_no_key_is_refused(cell: str) -> None:
    with pytest.raises(ConfigError, match=r"^CELL "):
        read({**GOOD, "CELL": cell})


@pytest.mark.parametrize("value", ["yes", "true", "", " 1"])
def test_allow_unknown_keys_is_0_or_1(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^ALLOW_UNKNOWN_KEYS "):
        read({**GOOD, "ALLOW_UNKNOWN_KEYS": value})


def test_unknown_keys_are_never_allowed_on_vercel() -> None:
    allowed = {**GOOD, "ALLOW_UNKNOWN_KEYS": "1", "DEMO_PUBLISHABLE_KEY": "pk_demo"}
    assert read(allowed).demo_key == "pk_demo"
    with pytest.raises(ConfigError, match=r"^ALLOW_UNKNOWN_KEYS "):
        read({**allowed, "VERCEL": "1"})


def test_unknown_keys_need_a_workspace_to_land_in() -> None:
    with pytest.raises(ConfigError, match=r"^DEMO_PUBLISHABLE_KEY "):
        read({**GOOD, "ALLOW_UNKNOWN_KEYS": "1"})


def test_a_demo_key_alone_lets_nobody_in() -> None:
    assert read({**GOOD, "DEMO_PUBLISHABLE_KEY": "pk_demo"}).demo_key == ""


WEBHOOK_SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_webhook_secret_is_taken_as_resend_shows_it() -> None:
    assert read({**GOOD, "RESEND_WEBHOOK_SECRET": WEBHOOK_SECRET}).resend_webhook_secret == WEBHOOK_SECRET


@pytest.mark.parametrize("value", ["whsec_", "whsec_é", "whsec_AAAA", WEBHOOK_SECRET[6:], WEBHOOK_SECRET + "-", " "])
def test_a_webhook_secret_that_would_be_a_weaker_key_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match=r"^RESEND_WEBHOOK_SECRET "):
        read({**GOOD, "RESEND_WEBHOOK_SECRET": value})


# Encryption


K1, K2 = (base64.b64encode(letter * 32).decode() for letter in (b"1", b"2"))


def test_the_first_encryption_key_is_the_one_that_encrypts() -> None:
    assert dict(read({**GOOD, "ENCRYPTION_KEYS": f"b:{K1}"}).encryption_keys) == {"b": b"1" * 32}
    assert list(read({**GOOD, "ENCRYPTION_KEYS": f"b:{K1},a:{K2}"}).encryption_keys) == ["b", "a"]


@pytest.mark.parametrize("written", [{}, {"ENCRYPTION_KEYS": ""}])
def test_encryption_keys_may_be_missing(written: dict[str, str]) -> None:
    assert dict(read({**GOOD, **written}).encryption_keys) == {}


@pytest.mark.parametrize(
    "written",
    [
        "x", ":", f":{K1}", f"{K1}", f"a b:{K1}", f"é:{K1}", f"{'x' * 33}:{K1}", "a:", "a:AAAA", f"a:{K1}A",
        f"a:{K1[:-1]}", f"a:{K1},", f",a:{K1}", f"a:{K1},a:{K2}", f"a:{K1} ,b:{K2}", f"a:{K1};b:{K2}", f"a:!{K1}",
    ],
)  # fmt: skip
def test_encryption_keys_that_are_none_are_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"^ENCRYPTION_KEYS ") as raised:
        read({**GOOD, "ENCRYPTION_KEYS": written})
    assert K1 not in str(raised.value)


def test_keys_and_their_like_are_not_shown_with_the_settings() -> None:
    assert str(b"1" * 32) not in repr(read({**GOOD, "ENCRYPTION_KEYS": f"a:{K1}"}))


# SMTP servers of the local network


def test_development_names_servers_of_its_own() -> None:
    settings = read({**GOOD, "SMTP_ALLOWED_HOSTS": "localhost:1025,mail.local:1465/tls", "SMTP_CA_FILE": "/x.pem"})
    assert dict(settings.smtp_allowed_hosts) == {("localhost", 1025): False, ("mail.local", 1465): True}
    assert settings.smtp_ca_file == "/x.pem"
    assert (dict(read(GOOD).smtp_allowed_hosts), read(GOOD).smtp_ca_file) == ({}, "")


@pytest.mark.parametrize(
    "written", ["localhost", "localhost:", ":25", "localhost:x", "a b:25", "localhost:25/ssl", "*:25"]
)
def test_a_server_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match=r"^SMTP_ALLOWED_HOSTS "):
        read({**GOOD, "SMTP_ALLOWED_HOSTS": written})


@pytest.mark.parametrize(("name", "value"), [("SMTP_ALLOWED_HOSTS", "localhost:1025"), ("SMTP_CA_FILE", "/x.pem")])
def test_a_deployment_connects_to_public_servers_only(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=rf"^{name} "):
        read({**GOOD, name: value, "VERCEL": "1"})
