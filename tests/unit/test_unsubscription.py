"""Unsubscribe links: what make_token() made is read back, and nothing else is."""

import base64
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.config import config
from lib.errors import ApiError
from lib.unsubscription import Wish, address_hash, link, make_token, read_token

WISH = Wish(str(uuid4()), address_hash(str(uuid4()), "ann@example.com"), "marketing")
RAW = base64.urlsafe_b64decode(make_token(WISH) + "==")


def test_a_token_says_what_it_was_made_for() -> None:
    assert read_token(make_token(WISH)) == WISH


def test_a_link_leads_to_our_own_page() -> None:
    assert link(WISH) == f"{config.app_url}/api/unsubscribe?token={make_token(WISH)}"


@given(at=st.integers(0, len(RAW) - 1), change=st.integers(1, 255))
def test_a_token_with_any_byte_altered_is_refused(at: int, change: int) -> None:
    altered = bytearray(RAW)
    altered[at] ^= change
    with pytest.raises(ApiError, match="link_invalid"):
        read_token(base64.urlsafe_b64encode(altered).decode().rstrip("="))


@pytest.mark.parametrize("length", range(len(make_token(WISH))))
def test_a_token_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(ApiError, match="link_invalid"):
        read_token(make_token(WISH)[:length])


@pytest.mark.parametrize("spelt", ["{}=", "{} ", "!{}", "{}\n"])
def test_another_spelling_of_the_same_bytes_is_refused(spelt: str) -> None:
    with pytest.raises(ApiError, match="link_invalid"):
        read_token(spelt.format(make_token(WISH)))


def test_the_last_character_counts_whole() -> None:
    token = make_token(WISH)
    for last in set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") - {token[-1]}:
        with pytest.raises(ApiError, match="link_invalid"):
            read_token(token[:-1] + last)


@given(st.text())
def test_garbage_is_refused(garbage: str) -> None:
    with pytest.raises(ApiError, match="link_invalid"):
        read_token(garbage)


def test_a_token_holds_no_address() -> None:
    assert b"ann" not in RAW
    assert b"example" not in RAW


def test_the_same_address_has_another_hash_in_another_workspace() -> None:
    hashes = {address_hash(workspace, "ann@example.com") for workspace in ("one", "two")}
    assert len(hashes) == 2
