"""Templates: Liquid in, a complete email out. Nothing a template does can reach a header or run for long."""

import html
import re
from collections.abc import Mapping
from typing import Any

from css_inline import CSSInliner
from liquid import Environment
from markdownify import markdownify

from lib.config import config
from lib.mail import Email, mailbox, one_line
from lib.unsubscription import Wish, address_hash, link


class TemplateFault(Exception):
    """The template can't be rendered; the founder has to mend it."""


class _Limited(Environment):
    """Bounds on what one template may cost; generous for an email, nothing for an attack."""

    loop_iteration_limit = 10_000
    context_depth_limit = 10
    local_namespace_limit = 100_000
    output_stream_limit = 500_000


# The lexer's time grows with the square of a tag's length, and of what is never closed.
_TAG_LENGTH = 1_000
_BODY = _Limited(autoescape=True)
# A subject is plain text: escaping would show a person "&amp;".
_SUBJECT = _Limited(autoescape=False)
# Else a template's <link> makes this server read any address that it can reach, and any file.
_INLINER = CSSInliner(load_remote_stylesheets=False)


def render(message: Mapping[str, Any]) -> Email:
    """The email for a claimed message (see claim_messages()). Raises TemplateFault."""
    workspace = message["workspace"]
    wish = Wish(workspace["id"], address_hash(workspace["id"], message["to"]), message["category"])
    marketing = message["category"] == "marketing"
    headers = _unsubscribe_headers(wish) if marketing else {}
    own = message.get("smtp")
    sender = mailbox(own["fromName"], own["from"]) if own else _our_mailbox(workspace)
    if message["rendered"]:
        subject, body, text = message["subject"], message["html"], message["text"]
        # Resend's key is for the sender of the first attempt; a server of the founder's own has verified today's.
        sender = sender if own else message["from"]
    else:
        try:
            subject, body, text = _content(message, _footer(workspace, wish) if marketing else "")
        except Exception as error:  # whatever a template makes the libraries raise, other mail must go on
            raise TemplateFault(type(error).__name__) from error
    return Email(message["to"], sender, workspace["replyTo"], subject, body, text, headers)


def _our_mailbox(workspace: Mapping[str, Any]) -> str:
    """At our own domain: no workspace can write in another's name."""
    return mailbox(workspace["name"], f"{workspace['slug']}@{config.mail_domain}")


def _content(message: Mapping[str, Any], footer: str) -> tuple[str, str, str]:
    variables = dict(message["variables"]) | {
        "contact": message["contact"],
        "product": {"name": message["workspace"]["name"]},
    }
    subject = one_line(_liquid(_SUBJECT, message["subject"], variables))
    source = message["html"] if message["html"] is not None else _as_html(message["text"])
    body = _INLINER.inline(_liquid(_BODY, source, variables) + footer)
    return subject, body, markdownify(body).strip()


def _liquid(environment: Environment, source: str, variables: Mapping[str, Any]) -> str:
    _refuse_unclosed(source)
    return environment.from_string(source).render(**variables)


def _refuse_unclosed(source: str) -> None:
    for opening, closing in (("{{", "}}"), ("{%", "%}")):
        for tag in re.finditer(opening, source):
            if source.find(closing, tag.end(), tag.end() + _TAG_LENGTH) < 0:
                raise ValueError("a tag is too long, or not closed")
    for name in ("raw", "doc"):
        opened = [block.start() for block in re.finditer(rf"{{%-?\s*{name}\b", source)]
        if opened and source.rfind(f"end{name}") < opened[-1]:
            raise ValueError(f"{name} is not closed")


def _as_html(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def _footer(workspace: Mapping[str, Any], wish: Wish) -> str:
    """Who sends this, from where, and how to stop it: required of every commercial email (CAN-SPAM)."""
    name, address = html.escape(workspace["name"]), html.escape(workspace["postalAddress"])
    return (
        '<hr style="border:0;border-top:1px solid #ddd;margin:2em 0 1em">'
        f'<p style="color:#667;font-size:13px">{name}, {address}<br>'
        f'<a href="{html.escape(link(wish))}">Unsubscribe</a></p>'
    )


def _unsubscribe_headers(wish: Wish) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{link(wish)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
