"""API keys: what generate() makes is read back, and nothing else is."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import keys


@pytest.mark.parametrize(("kind", "prefix"), keys.PREFIXES.items())
def test_a_new_key_says_its_kind_and_its_cell(kind: keys.Kind, prefix: str) -> None:
    key = keys.generate(kind)
    assert re.fullmatch(prefix + "00[0-9A-Za-z]{30}", key)
    assert keys.parse(key) == keys.ApiKey(kind, hashlib.sha256(key.encode()).hexdigest())


def test_no_two_keys_are_the_same() -> None:
    assert len({keys.generate("secret") for _ in range(1000)}) == 1000


def test_a_hint_shows_too_little_of_a_key_to_use_it() -> None:
    key = keys.generate("secret")
    assert keys.hint(key) == f"{key[:7]}…{key[-4:]}"


@given(at=st.integers(0, keys.LENGTH - 1), character=st.sampled_from(keys.ALPHABET))
def test_a_key_with_one_character_changed_is_refused(at: int, character: str) -> None:
    key = keys.generate("publishable")
    mistyped = key[:at] + character + key[at + 1 :]
    assert mistyped == key or keys.parse(mistyped) is None


@given(st.one_of(st.text(), st.text().map("pk_".__add__), st.from_regex(r"\Ask_[0-9A-Za-z]{32}\Z")))
def test_garbage_is_refused(garbage: str) -> None:
    assert keys.parse(garbage) is None


@pytest.mark.parametrize("written", ["{} ", " {}", "{}0", "{}\n", "x{}"])
def test_a_key_is_read_exactly(written: str) -> None:
    assert keys.parse(written.format(keys.generate("secret"))) is None


def test_what_a_string_claims_to_be_is_told_by_its_prefix() -> None:
    assert [keys.kind_of(word) for word in ("pk_", "sk_x", "eyJhbGciOi", "")] == ["publishable", "secret", None, None]
