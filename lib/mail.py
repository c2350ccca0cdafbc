"""One email, and what became of sending it: what rendering hands to a provider, and a provider to the outbox."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Email:
    to: str
    sender: str
    reply_to: str | None
    subject: str
    html: str
    text: str
    headers: dict[str, str]

    def as_row(self) -> dict[str, str | None]:
        """What is stored before the provider is called, so that every attempt sends the same."""
        return {
            "to": self.to,
            "from": self.sender,
            "replyTo": self.reply_to,
            "subject": self.subject,
            "html": self.html,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """retry: try again, which sends nothing twice; unknown: it may have gone out, and must not go again.

    bounced: there is no such address, so nothing more may be sent to it.
    """

    status: Literal["sent", "failed", "unknown", "retry"]
    provider_message_id: str | None = None
    reason: str | None = None
    retry_after: float | None = None
    bounced: bool = False


def mailbox(name: str, address: str) -> str:
    """The address under a name, a quoted-string (RFC 5322), so that no name can become an address."""
    return f'"{one_line(name).replace("\\", "").replace('"', "")}" <{address}>'


def one_line(text: str) -> str:
    """No line break, hence no second header."""
    return " ".join(text.split())[:500]
