"""Templates: what a person wrote becomes an email, and can't become a header, a script or an endless loop."""

from typing import Any

import pytest

from lib.config import config
from lib.mail import Email
from lib.rendering import TemplateFault, render
from lib.unsubscription import Wish, address_hash, link

WORKSPACE = {"id": "w1", "name": "Acme", "slug": "acme", "replyTo": "hi@acme.co", "postalAddress": "1 Road, Town"}


def email(**fields: Any) -> Email:
    message = {
        "category": "transactional",
        "to": "ann@example.com",
        "subject": "Hi {{ contact.name }}",
        "html": "<p>Dear {{ contact.name }}</p>",
        "text": None,
        "variables": {},
        "contact": {"name": "Ann"},
        "rendered": False,
        "workspace": WORKSPACE,
    }
    return render({**message, **fields})


def workspace(**fields: object) -> dict[str, object]:
    return {**WORKSPACE, **fields}


def test_a_template_becomes_an_email() -> None:
    made = email()
    assert (made.to, made.reply_to, made.subject) == ("ann@example.com", "hi@acme.co", "Hi Ann")
    assert made.sender == f'"Acme" <acme@{config.mail_domain}>'
    assert "<p>Dear Ann</p>" in made.html
    assert (made.text, made.headers) == ("Dear Ann", {})


def test_variables_fill_a_template_but_can_not_pose_as_the_contact() -> None:
    made = email(subject="{{ plan }} {{ contact.name }}", variables={"plan": "Pro", "contact": {"name": "Eve"}})
    assert made.subject == "Pro Ann"


def test_an_unknown_variable_is_empty() -> None:
    assert email(subject="Hi {{ contact.nick.name }}!").subject == "Hi !"


def test_plain_text_is_shown_as_it_was_written() -> None:
    made = email(html=None, text="1 < 2 & so on\nnext line\n\nnext paragraph")
    assert "<p>1 &lt; 2 &amp; so on<br>next line</p><p>next paragraph</p>" in made.html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<b>Ann</b>"])
def test_a_trait_can_not_bring_markup_into_the_body(name: str) -> None:
    made = email(contact={"name": name}).html
    assert not any(tag in made for tag in ("<script", "<img", "<b>"))
    assert "&lt;" in made


def test_a_trait_can_not_leave_an_attribute() -> None:
    made = email(html='<a href="{{ contact.url }}">x</a>', contact={"url": '"><script>'})
    assert '<a href="&quot;><script>" style=' in made.html


def test_a_trait_is_no_template() -> None:
    assert email(contact={"name": "{{ product.name }}"}).subject == "Hi {{ product.name }}"


def test_a_subject_is_not_escaped_since_it_is_plain_text() -> None:
    assert email(contact={"name": "Ann & Bob"}).subject == "Hi Ann & Bob"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"])
def test_no_line_break_gets_into_a_subject_or_a_name(end: str) -> None:
    injected = f"Ann{end}Bcc: all@example.com"
    made = email(contact={"name": injected}, workspace=workspace(name=injected))
    assert made.subject == "Hi Ann Bcc: all@example.com"
    assert made.sender == f'"Ann Bcc: all@example.com" <acme@{config.mail_domain}>'


@pytest.mark.parametrize("name", ['Acme" <ceo@bank.com>', "Acme\\", 'a"b\\"c', '",<x@y.co>'])
def test_a_workspaces_name_can_not_become_an_address(name: str) -> None:
    quoted = email(workspace=workspace(name=name)).sender.removesuffix(f" <acme@{config.mail_domain}>")
    assert quoted[0] == quoted[-1] == '"'
    assert not {'"', "\\"} & set(quoted[1:-1])


def test_a_subject_ends_after_500_characters() -> None:
    assert len(email(subject="{{ contact.name }}", contact={"name": "x" * 1000}).subject) == 500


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in (1..1000000) %}x{% endfor %}",
        "{% for a in (1..300) %}{% for b in (1..300) %}{% endfor %}{% endfor %}",
        "{% assign x = 'xxxxxxxxxx' %}{% for a in (1..30) %}{% assign x = x | append: x %}{% endfor %}",
        "{% for a in (1..9999) %}{{ contact.long }}{% endfor %}",
        "{% include 'other' %}",
        "{% render 'other' %}",
        "{{ contact.name | no_such_filter }}",
        "{% if %}",
        "{% for a in b %}",
        "{{ 1 | divided_by: 0 }}",
        "{% if true %}" * 500 + "{% endif %}" * 500,
        "<div>" * 5000,  # more than the inliner may be given
        "{% tablerow x in (1..3) cols: contact.list %}{% endtablerow %}",
        "{% for x in (1..3) limit: -1 %}{% endfor %}",
        "{{ 'x' | base64_decode }}",
        "{{ contact.name | sum }}{{ contact.list | sum }}",
    ],
)
def test_a_template_that_runs_away_or_is_broken_is_the_founders_to_mend(template: str) -> None:
    with pytest.raises(TemplateFault) as fault:
        email(html=template, contact={"name": "Ann", "long": "x" * 1000, "list": ["a"]})
    assert len(str(fault.value)) <= 50


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "template",
    [
        "{{" * 100_000,
        "{{" + " " * 199_998,
        "{%" * 100_000,
        "{% raw %}" * 22_000,
        "{%" + " raw %}{%" * 20_000,
        "{{ " * 60_000,
    ],
)
def test_a_template_that_takes_long_to_read_is_refused_at_once(template: str) -> None:
    with pytest.raises(TemplateFault):
        email(html=template)


@pytest.mark.parametrize("address", ["file:///etc/hostname", "http://127.0.0.1:1/x.css", "/etc/hostname"])
def test_a_template_makes_this_server_load_nothing(address: str) -> None:
    sheets = f'<link rel="stylesheet" href="{address}"><style>@import url("{address}");</style>'
    assert "<p>x</p>" in email(html=sheets + "<p>x</p>").html


def test_a_broken_subject_is_a_fault_too() -> None:
    with pytest.raises(TemplateFault):
        email(subject="{{ contact.name | no_such_filter }}")


def test_styles_move_into_the_elements() -> None:
    made = email(html="<style>p { color: red }</style><p>x</p>")
    assert '<p style="color: red;">x</p>' in made.html
    assert "style" not in made.text


def test_marketing_mail_says_how_to_stop_it() -> None:
    made = email(category="marketing")
    url = link(Wish("w1", address_hash("w1", "ann@example.com"), "marketing"))
    assert made.headers == {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert f'href="{url}"' in made.html
    assert url in made.text


def test_marketing_mail_says_who_sends_it_from_where() -> None:
    made = email(category="marketing", workspace=workspace(postalAddress="1 <b>Road</b> & Co\nTown"))
    assert "Acme, 1 &lt;b&gt;Road&lt;/b&gt; &amp; Co" in made.html
    assert "<b>" not in made.html


def test_transactional_mail_has_no_unsubscribe_link() -> None:
    made = email()
    assert made.headers == {}
    assert "nsubscribe" not in made.html + made.text


def test_a_second_attempt_sends_what_the_first_one_stored() -> None:
    stored = {"from": "Old <old@example.com>", "subject": "S {{ x }}", "html": "<p>{{ x }}</p>", "text": "T"}
    made = email(rendered=True, **stored)
    assert made.as_row() == {"to": "ann@example.com", **stored}
