"""An email as the bytes that an SMTP server takes (RFC 5322, 2045-2047)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

import idna

from lib.mail import Email, one_line
from lib.smtp_fault import SmtpFault

# No bare 8-bit: a server that does not offer 8BITMIME must be able to pass it on.
_POLICY = SMTP.clone(cte_type="7bit")
# A dot-string (RFC 5321, 4.1.2): what can't be taken for a command's or a header's own signs.
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")


def compose(email: Email, message_id: str, at: datetime | None = None) -> bytes:
    """The message, every line ended by CRLF and none by anything else. Raises SmtpFault as wire_address() does.

    Headers are written here, by email.header: EmailMessage's own folding (3.12) puts a space into a long name that is
    not ASCII, and would cut an unsubscribe link into encoded words, which no mail program reads as a link.
    """
    content = EmailMessage(policy=_POLICY)
    content.set_content(email.text)
    content.add_alternative(email.html, subtype="html")
    headers = "".join(f"{name}: {value}\r\n" for name, value in _headers(email, message_id, at or datetime.now(UTC)))
    return headers.encode("ascii") + re.sub(rb"\r\n|\r|\n", b"\r\n", content.as_bytes())


def wire_address(address: str) -> str:
    """The address with its domain in ASCII. Raises SmtpFault for a local part that is not: few servers take one."""
    local, _, domain = address.rpartition("@")
    if not _LOCAL_PART.fullmatch(local):
        raise SmtpFault("smtp_address_unsupported", "failed")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise SmtpFault("smtp_address_unsupported", "failed") from error


def sender_address(email: Email) -> str:
    return wire_address(parseaddr(email.sender)[1])


def id_header(email: Email, message_id: str) -> str:
    return f"<{message_id}@{sender_address(email).rpartition('@')[2]}>"


def _headers(email: Email, message_id: str, at: datetime) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(at)
    yield "Message-ID", id_header(email, message_id)
    yield "From", _mailbox("From", email.sender)
    yield "To", wire_address(email.to)
    if email.reply_to:
        yield "Reply-To", _mailbox("Reply-To", email.reply_to)
    yield "Subject", _text("Subject", email.subject)
    # Ours, and ASCII: an unsubscribe link stays whole.
    yield from ((name, " ".join(value.split())) for name, value in email.headers.items())


def _mailbox(header: str, written: str) -> str:
    name, address = parseaddr(one_line(written))
    if name.isascii() and name.isprintable():
        return formataddr((name, wire_address(address)))
    return f"{_text(header, name)} <{wire_address(address)}>"


def _text(header: str, text: str) -> str:
    """Plain where it can be. What only looks like an encoded word is encoded, to arrive as it was written."""
    charset = None if text.isascii() and text.isprintable() and "=?" not in text else "utf-8"
    return Header(one_line(text), charset, header_name=header).encode(linesep="\r\n")
