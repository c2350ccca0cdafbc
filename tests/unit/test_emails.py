"""Email addresses: one spelling each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.emails import normalise_email


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("ann+tag@example.com", "ann+tag@example.com"),
        ("ann@b\u00fccher.example", "ann@b\u00fccher.example"),
        ("ann@XN--BCHER-KVA.example", "ann@b\u00fccher.example"),
        ("A\u030ann@example.com", "\u00e5nn@example.com"),
    ],
)
def test_an_address_has_one_spelling(written: str, stored: str) -> None:
    assert normalise_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ann@example.com",
        "ann@example.com ",
        "ann",
        "ann@localhost",
        "Ann <ann@example.com>",
        "ann@[127.0.0.1]",
        "a@b.co\r\nBcc: c@d.co",
        "a@b.co,c@d.co",
        "x" * 65 + "@example.com",
        '"a b"@example.com',
        "a\0@b.co",
    ],
)
def test_what_is_no_address_is_none(written: str) -> None:
    assert normalise_email(written) is None


@given(st.emails())
def test_what_is_stored_stays_as_it_is(written: str) -> None:
    stored = normalise_email(written)
    assert stored is None or normalise_email(stored) == stored


@given(st.text())
def test_any_text_is_an_address_or_none(written: str) -> None:
    assert normalise_email(written) is None or "@" in written
