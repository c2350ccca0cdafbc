"""Secrets in Postgres: only our keyring opens them, and only where they were put."""

import base64
from dataclasses import replace
from types import MappingProxyType

import pytest

from lib import encryption
from lib.config import config
from lib.encryption import Undecryptable, decrypt, encrypt, is_current

ALICE, BOB = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(monkeypatch, new=b"n", old=b"o")


def with_keys(monkeypatch: pytest.MonkeyPatch, **keys: bytes) -> None:
    """The environment says so now."""
    keyring = MappingProxyType({name: letter * 32 for name, letter in keys.items()})
    monkeypatch.setattr(encryption, "config", replace(config, encryption_keys=keyring))


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("secret", ["x", "pass word", "pässwörd 日本", "x" * 1024])
def test_what_was_encrypted_is_read_again(secret: str) -> None:
    value = encrypt(secret, "smtp", ALICE)
    assert secret not in value or len(secret) == 1
    assert decrypt(value, "smtp", ALICE) == secret


@pytest.mark.usefixtures("keyring")
def test_the_same_secret_never_looks_the_same() -> None:
    assert len({encrypt("x", "smtp", ALICE) for _ in range(100)}) == 100


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("place", [("smtp", BOB), ("other", ALICE)])
def test_a_value_that_was_moved_elsewhere_is_not_read(place: tuple[str, str]) -> None:
    value = encrypt("x", "smtp", ALICE)
    with pytest.raises(Undecryptable):
        decrypt(value, *place)


@pytest.mark.usefixtures("keyring")
def test_a_value_that_was_changed_anywhere_is_not_read() -> None:
    key_id, _, encoded = encrypt("secret", "smtp", ALICE).partition(":")
    sealed = base64.b64decode(encoded)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Undecryptable):
            decrypt(f"{key_id}:{base64.b64encode(changed).decode()}", "smtp", ALICE)


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("value", ["", "x", ":", "new:", "new:!", "new:AAAA", "none:AAAA", "é:ü"])
def test_what_is_no_value_of_ours_is_not_read(value: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(value, "smtp", ALICE)


def test_the_first_key_encrypts_and_all_decrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(monkeypatch, old=b"o")
    before = encrypt("x", "smtp", ALICE)
    with_keys(monkeypatch, new=b"n", old=b"o")
    assert decrypt(before, "smtp", ALICE) == "x"
    assert not is_current(before)
    after = encrypt("x", "smtp", ALICE)
    assert after.startswith("new:")
    assert is_current(after)


def test_a_key_that_was_taken_out_reads_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with_keys(monkeypatch, old=b"o")
    before = encrypt("x", "smtp", ALICE)
    with_keys(monkeypatch, new=b"n")
    with pytest.raises(Undecryptable, match=r"^old$"):
        decrypt(before, "smtp", ALICE)
