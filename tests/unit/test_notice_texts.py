"""What our own mail says to strangers: nothing of it is theirs to steer who named a workspace."""

import re

import pytest

from lib import notice_texts
from lib.notices import render

HOSTILE = [
    "https://evil.example/win", "evil.example", "www.evil.example", "evil\u3002example", "evil\uff0eexample",
    "mail me@evil.example", '<a href="//evil.example">x</a>', "[x](//evil.example)", "x\r\nBcc: all@evil.example",
    "\u202egro.elpmaxe", "&lt;script&gt;", "javascript:alert(1)", "tel:+1-555", "a\u2028b\x00c",
]  # fmt: skip


def mail(name: str, inviter: str = "ann@example.com") -> tuple[str, str, str]:
    variables = {"role": "viewer", "until": "2026-12-10T09:00:00+00:00", "inviter": inviter}
    notice = {"kind": "invitation", "to": "bob@example.com", "workspace": {"name": name}, "variables": variables}
    email = render(notice)
    return email.subject, email.html, email.text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_workspace_makes_a_link_a_tag_or_a_header(name: str) -> None:
    harmless = mail("Acme")
    subject, page, text = mail(name)
    assert subject.isprintable()
    assert re.findall(r'href="[^"]*"', page) == re.findall(r'href="[^"]*"', harmless[1])
    assert re.findall(r"<\w+", page) == re.findall(r"<\w+", harmless[1])
    for said in (subject, text):
        assert re.findall(r"\w[.:@/]\S", said.replace("ann@example.com", "")) == (
            re.findall(r"\w[.:@/]\S", harmless[2].replace("ann@example.com", "")) if said == text else []
        )


def test_a_name_is_shown_as_words_and_not_at_length() -> None:
    assert notice_texts.plain_name("Acme.io & Söhne, Ann's") == "Acme io and Söhne, Ann's"
    assert notice_texts.plain_name("<>!") == "a workspace"
    assert len(notice_texts.plain_name("long " * 20)) <= notice_texts.NAME_LENGTH


def test_an_invitation_says_who_invites_where_as_what_and_until_when() -> None:
    subject, _, text = mail("Acme")
    assert subject == "ann@example.com invites you to Acme on ConversionCRM"
    for part in ("ann@example.com invites you to the workspace Acme", "viewer", "10 December 2026", "/app/sign-up>"):
        assert part in text


def test_an_inviters_address_is_text_alone() -> None:
    _, page, _ = mail("Acme", '"<img src=x>"@example.com')
    assert "<img" not in page
