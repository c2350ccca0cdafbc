"""Templates: what a person wrote becomes an email, and can't become a header, a script or an endless loop."""

import time
from contextlib import suppress
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


@pytest.mark.parametrize("name", ["{{ product.name }}", "{% if true %}x{% endif %}", "{% include 'x' %}", "{{"])
def test_a_trait_is_no_template(name: str) -> None:
    made = email(contact={"name": name})
    assert (made.subject, made.text) == (f"Hi {name}", f"Dear {name}")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "javascript&colon;alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize("page", ["{}", "<html><body>{}</body></html>"])
def test_a_link_to_a_script_leads_nowhere(address: str, page: str) -> None:
    link_to = "<a href='{{ contact.url }}'>x</a>"
    made = email(html=page.replace("{}", link_to), contact={"url": address})
    assert 'href="#"' in made.html or "&amp;colon;" in made.html
    assert made.text == "x"


def test_links_and_pictures_stay_what_they_are() -> None:
    kept = ['href="https://acme.co/?a=1&amp;b=2"', 'href="mailto:hi@acme.co"', 'href="tel:+123"', 'href="#part"']
    picture = 'src="data:image/png;base64,AA=="'
    made = email(html="".join(f"<a {address}>x</a>" for address in kept) + f"<img {picture}>").html
    assert all(address in made for address in [*kept, picture])


@pytest.mark.parametrize("name", ["product", "contact", "unsubscribe_url"])
def test_variables_can_not_pose_as_ours(name: str) -> None:
    made = email(html="{{ product.name }} {{ unsubscribe_url }}", variables={name: "Eve"}, contact={name: "Eve"})
    assert "Eve" not in made.html


def test_a_variable_may_have_any_name() -> None:
    assert email(subject="{{ self }}", variables={"self": "x", "source": "y", "": 1}).subject == "x"


def test_a_subject_is_not_escaped_since_it_is_plain_text() -> None:
    assert email(contact={"name": "Ann & Bob"}).subject == "Hi Ann & Bob"


LINE_BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("end", LINE_BREAKS)
def test_no_line_break_gets_into_a_subject_or_a_name(end: str) -> None:
    injected = f"Ann{end}Bcc: all@example.com"
    made = email(contact={"name": injected}, workspace=workspace(name=injected))
    assert made.subject == "Hi Ann Bcc: all@example.com"
    assert made.sender == f'"Ann Bcc: all@example.com" <acme@{config.mail_domain}>'


@pytest.mark.parametrize("end", LINE_BREAKS)
def test_a_reply_to_that_is_no_address_is_left_out(end: str) -> None:
    made = email(workspace=workspace(replyTo=f"hi@acme.co{end}Bcc: all@example.com"), html="{{ product.reply_to }}")
    assert (made.reply_to, made.text) == (None, "")


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


# Traits are up to 32 KiB each.
LONG = {"x": "x" * 32_000, "lt": "<" * 32_000, "list": ["x" * 32_000], "chars": "".join(map(chr, range(32, 10_000)))}


def seconds(template: str, **fields: Any) -> float:
    """How long it takes until there is a mail or a fault, on a processor of one's own."""
    began = time.thread_time()
    with suppress(TemplateFault):
        email(html=template, contact=LONG, **fields)
    return time.thread_time() - began


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in (1..10000) %}" + "{% if true %}{% endif %}" * 900 + "{% endfor %}",
        "{% for a in (1..10000) %}" + "{% assign y = contact.x | upcase | downcase %}" * 100 + "{% endfor %}",
        "{% for a in (1..10000) %}" + "{% if contact.list == contact.list %}{% endif %}" * 100 + "{% endfor %}",
        "{% for a in (1..10000) %}{% ifchanged %}{{ contact.list }}{% endifchanged %}{% endfor %}",
        "{{ 'x'" + " | base64_encode" * 60 + "}}",
        "{{ contact.x | replace: 'x', contact.x }}",
        "{{ contact.x | split: 'x' | join: contact.x }}",
        "{{ contact.chars | split: '' | uniq | size }}",
        "{{ contact.lt | append: '>' | strip_html }}",
        "{{ contact.chars | date: '%Y' }}",
        "{% assign x = 9 %}{% for i in (1..100) %}{% assign x = x | times: x %}{% endfor %}",
        "{% assign x = '1e99999999' | plus: 0 %}{{ 'x' | truncate: x }}",
        "{% if (1..900000000) contains 'x' %}{% endif %}",
        "{% for x in (1..900000000) limit: 2 offset: 899999990 %}{% endfor %}",
        "{% for x in (1..900000000) limit: 2 reversed %}{% endfor %}",
        "{{ (1..900000000) | join }}",
        "{{ contact }}{{ contact | size }}",
        "{{a}}" * 40_000,
    ],
)
def test_no_template_takes_two_seconds(template: str) -> None:
    assert seconds(template) < 2


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 20_000,  # overflows the inliner's stack, which ends the process
        "{% for x in (1..10000) %}<div><p><b>{% endfor %}",
        "<div>" * 3_999,
        "<table><tr><td>" * 1_333,
        "".join(f"<b id={n}><p>" for n in range(1_999)),
        "".join(f"<b id={n}></i><p>" for n in range(1_333)),
        "<style>" + "".join(f"p{{a{n}:b}}" for n in range(1_000)) + "</style>" + "<p>x</p>" * 1_000,
        "<style>p{" + "".join(f"a{n}:b;" for n in range(5_000)) + "}</style>" + "<p>x</p>" * 1_000,
        "<style></styles>" + ",".join(["p"] * 12_000) + "{a:b}</style>" + "<p>x</p>" * 1_900,
        "<style>" + ":not(" * 20_000 + "b" + ")" * 20_000 + "{a:b}</style><b>x</b>",
        "<style>" + "@media x{" * 20_000 + "</style><b>x</b>",
        "<a " + " ".join(f"a{n}=b" for n in range(20_000)) + ">x</a>",
        "<ul><li>" * 500 + "x\n" * 90_000,
        "<!--" * 3_999 + "x" * 150_000,
        "<a b='" * 3_999 + "x" * 150_000,
        "&" * 190_000,
    ],
)
def test_no_page_takes_two_seconds(page: str) -> None:
    assert seconds(page) < 2


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


def test_styles_of_the_whole_page_leave_a_fragment_one() -> None:
    made = email(
        html="<style>html, body { color: red; background: url('a>b') }</style><p>x</p>", category="marketing"
    ).html
    assert made.count("<body") == 1
    assert "<p>x</p>" in made


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
    stored = {
        "from": "Old <old@example.com>",
        "replyTo": "old@acme.co",
        "subject": "S {{ x }}",
        "html": "<p>{{ x }}</p>",
        "text": "T",
    }
    made = email(rendered=True, **stored)
    assert made.as_row() == {"to": "ann@example.com", **stored}


# The layout


def test_a_fragment_becomes_a_whole_page() -> None:
    made = email(subject="1 < 2 & {{ contact.name }}").html
    assert made.startswith('<!DOCTYPE html><html lang="en"')
    assert made.index('<meta charset="utf-8">') < 200
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in made
    assert '<meta name="color-scheme" content="light dark">' in made
    assert "<title>1 &lt; 2 &amp; Ann</title>" in made
    assert made.endswith("</body></html>")


@pytest.mark.parametrize("html", ["<html><body class=x><p>Hi</p></body></html>", "<!doctype html><BODY><p>Hi</p>"])
def test_a_whole_page_keeps_its_own_layout(html: str) -> None:
    made = email(html=html, category="marketing")
    assert "max-width: 600px" not in made.html
    assert made.html.index("<p>Hi</p>") < made.html.index("Unsubscribe</a>") < made.html.index("</body>")


@pytest.mark.parametrize("page", ["{}", "<html><body>{}</body></html>", "<html><body>{}</body><!-- </body> --></html>"])
@pytest.mark.parametrize("open_end", ["<!--", "<div title='", "<table><tr>", "<script>", "<style>p{", "</td></table>"])
def test_nothing_left_open_swallows_the_footer(page: str, open_end: str) -> None:
    made = email(html=page.replace("{}", "<p>Hi</p>" + open_end), category="marketing")
    before, _, after = made.html.rpartition("Acme, 1 Road, Town")
    assert "Unsubscribe</a>" in after
    for start, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style")):
        assert before.rfind(start) <= before.rfind(end)


def test_a_page_without_a_body_is_a_fault() -> None:
    with pytest.raises(TemplateFault):
        email(html="<html><frameset></frameset></html>", category="marketing")


def test_rules_for_dark_and_narrow_screens_are_kept() -> None:
    made = email(html="<style>@media print { p { color: red } }</style><p>x</p>").html
    style = made.partition("<style>")[2].partition("</style>")[0]
    assert "(prefers-color-scheme: dark)" in style
    assert "(max-width: 480px)" in style
    assert "@media print" in style


def test_a_founders_own_styles_win() -> None:
    made = email(html='<style>h1 { color: red }</style><h1>x</h1><a class="button" style="color: lime">y</a>').html
    assert "color: red" in made.partition("<h1")[2].partition(">")[0]
    assert "color: lime" in made.partition('<a class="button"')[2].partition(">")[0]


def test_plain_text_holds_what_is_seen() -> None:
    html = (
        '<div class="preheader">Hidden <b>twice</b></div><style>p { color: red }</style><h1>Hi *Ann*</h1>'
        '<p>One<br>two   three</p><ul><li>a</li><li>b_c</li></ul><p><a class="button" href="https://acme.co/?a=1">Go</a>'
    )
    assert email(html=html).text == "Hi *Ann*\n\nOne\ntwo three\n\n- a\n- b_c\n\nGo <https://acme.co/?a=1>"


def test_plain_text_says_how_to_stop_marketing_mail() -> None:
    made = email(category="marketing", workspace=workspace(postalAddress="1 Road\nTown"))
    url = link(Wish("w1", address_hash("w1", "ann@example.com"), "marketing"))
    assert made.text == f"Dear Ann\n\n-- \nAcme\n1 Road\nTown\nUnsubscribe: {url}"


@pytest.mark.parametrize(("website", "shown"), [("https://acme.co", "https://acme.co"), (None, "")])
def test_a_template_knows_the_products_website(website: str | None, shown: str) -> None:
    assert email(html="{{ product.url }}", workspace=workspace(website=website)).text == shown
