"""Templates: Liquid in, a complete email out. Nothing a template does can reach a header or run for long."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lib import layout
from lib.config import config
from lib.emails import normalise_email
from lib.mail import Email, mailbox, one_line
from lib.plain_text import plain_text
from lib.templating import fill_html, fill_plain
from lib.unsubscription import Wish, address_hash, link


class TemplateFault(Exception):
    """The template can't be rendered; the founder has to mend it."""


@dataclass(frozen=True, slots=True)
class _Footer:
    """Who sends this, from where, and how to stop it: required of every commercial email (CAN-SPAM)."""

    name: str
    address: str
    unsubscribe_url: str

    def as_html(self) -> str:
        name, address = html.escape(self.name), "<br>".join(map(html.escape, self.address.splitlines()))
        return f'{name}, {address}<br><a href="{html.escape(self.unsubscribe_url)}">Unsubscribe</a>'

    def as_text(self) -> str:
        return f"\n\n-- \n{one_line(self.name)}\n{self.address}\nUnsubscribe: {self.unsubscribe_url}"


def render(message: Mapping[str, Any]) -> Email:
    """The email for a claimed message (see claim_messages()). Raises TemplateFault."""
    workspace = message["workspace"]
    wish = Wish(workspace["id"], address_hash(workspace["id"], message["to"]), message["category"])
    marketing = message["category"] == "marketing"
    headers = _unsubscribe_headers(wish) if marketing else {}
    own = message.get("smtp")
    sender = mailbox(own["fromName"], own["from"]) if own else _our_mailbox(workspace)
    reply_to = _reply_to(workspace)
    if message["rendered"]:
        subject, body, text = message["subject"], message["html"], message["text"]
        # Resend's key is for the sender of the first attempt; a server of the founder's own has verified today's.
        sender = sender if own else message["from"]
        reply_to = message["replyTo"]
    else:
        footer = _Footer(workspace["name"], workspace["postalAddress"] or "", link(wish)) if marketing else None
        try:
            subject, body, text = _content(message, footer)
        except Exception as error:  # whatever a template makes the libraries raise, other mail must go on
            raise TemplateFault(type(error).__name__) from error
    return Email(message["to"], sender, reply_to, subject, body, text, headers)


def _our_mailbox(workspace: Mapping[str, Any]) -> str:
    """At our own domain: no workspace can write in another's name."""
    return mailbox(workspace["name"], f"{workspace['slug']}@{config.mail_domain}")


def _reply_to(workspace: Mapping[str, Any]) -> str | None:
    """The founder's address; none when it isn't one, as with a line break in it, since the mail must still go."""
    address: str | None = workspace["replyTo"]
    return address if address and normalise_email(address) else None


def _content(message: Mapping[str, Any], footer: _Footer | None) -> tuple[str, str, str]:
    variables = _variables(message, footer)
    subject = one_line(fill_plain(message["subject"], variables))
    source = message["html"] if message["html"] is not None else _as_html(message["text"])
    content = layout.whole(fill_html(source, variables))
    below = footer.as_html() if footer else ""
    body = layout.with_footer(content, below) if layout.is_page(content) else layout.laid_out(subject, content, below)
    return subject, body, plain_text(content) + (footer.as_text() if footer else "")


def _variables(message: Mapping[str, Any], footer: _Footer | None) -> dict[str, Any]:
    """What a template may name. Nobody's variables can pose as ours."""
    workspace, own = message["workspace"], message.get("smtp")
    # Where an answer goes, if anybody reads it: nobody does at our own domain.
    reply_to = _reply_to(workspace) or (own["from"] if own else None)
    return dict(message["variables"]) | {
        "contact": message["contact"],
        "product": {"name": workspace["name"], "url": workspace.get("website"), "reply_to": reply_to},
        "unsubscribe_url": footer and footer.unsubscribe_url,
    }


def _as_html(text: str) -> str:
    paragraphs = html.escape(text, quote=False).split("\n\n")
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def _unsubscribe_headers(wish: Wish) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{link(wish)}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
