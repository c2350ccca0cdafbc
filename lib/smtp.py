"""One email through the founder's own SMTP server, and what its answers mean for the message.

Whatever goes wrong before the message's last byte left us is certain: it was not sent, and may be sent again. Then
comes the server's reply; without one nobody knows, and nothing is sent again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lib import mime, smtp_hosts
from lib.config import config
from lib.mail import Email, Outcome
from lib.smtp_fault import SmtpFault
from lib.smtp_hosts import Resolver
from lib.smtp_session import Reply, Session, encoded

# From connecting to the last reply; looking the host up comes before that.
SEND_SECONDS = 25.0
# What the next message of the same workspace would meet too.
SERVER_FAULTS = frozenset({
    "smtp_port_refused", "smtp_host_refused", "smtp_host_unknown", "smtp_unreachable", "smtp_tls_missing",
    "smtp_certificate_invalid", "smtp_refused", "smtp_busy", "smtp_login_unsupported", "smtp_login_refused",
    "smtp_sender_refused", "smtp_password_unreadable",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    username: str
    password: str = field(repr=False)


def send(email: Email, server: Server, message_id: str, resolver: Resolver | None = None) -> Outcome:
    """Tries once, in 30 s at most."""
    try:
        data, header = mime.compose(email, message_id), mime.id_header(email, message_id)
        places = smtp_hosts.addresses(server.host, server.port, resolver)
        session = Session(server.host, server.port, places, SEND_SECONDS)
        try:
            _log_in(session, server)
            _submit(session, email, data)
            session.quit()
        finally:
            session.close()
    except SmtpFault as fault:
        return Outcome(fault.status, reason=fault.code, bounced=fault.bounced)
    return Outcome("sent", provider_message_id=header)


def _log_in(session: Session, server: Server) -> None:
    """Encrypted before anything is said that matters. Raises SmtpFault."""
    implicit = smtp_hosts.has_implicit_tls(server.host, server.port)
    if implicit:
        session.start_tls()
    _expect(session.reply(), "smtp_refused", "smtp_busy")
    offered = _greet(session)
    if not implicit:
        if "STARTTLS" not in offered:
            raise SmtpFault("smtp_tls_missing")
        _expect(session.command("STARTTLS"), "smtp_tls_missing", "smtp_busy")
        session.start_tls()
        offered = _greet(session)  # what was offered before may have been anybody's
    _authenticate(session, offered.get("AUTH", ""), server)


def _greet(session: Session) -> Mapping[str, str]:
    """EHLO. Returns the extensions with their parameters."""
    reply = session.command(f"EHLO {config.mail_domain}")
    _expect(reply, "smtp_refused", "smtp_busy")
    # Old servers write AUTH=LOGIN.
    pairs = (line.upper().replace("=", " ", 1).partition(" ") for line in reply.lines[1:])
    return {name: parameters for name, _, parameters in pairs}


def _authenticate(session: Session, methods: str, server: Server) -> None:
    """In UTF-8 (RFC 4616), by one of the two methods of which every server has one."""
    if "PLAIN" in methods.split():
        reply = session.command("AUTH PLAIN " + encoded(f"\0{server.username}\0{server.password}"))
    elif "LOGIN" in methods.split():
        reply = session.command("AUTH LOGIN")
        for answer in (server.username, server.password):
            if reply.code == 334:
                reply = session.command(encoded(answer))
    else:
        raise SmtpFault("smtp_login_unsupported", "failed")
    _expect(reply, "smtp_login_refused", "smtp_busy")


def _submit(session: Session, email: Email, data: bytes) -> None:
    """Raises SmtpFault for everything but the server's word that it has taken the message."""
    _expect(session.command(f"MAIL FROM:<{mime.sender_address(email)}>"), "smtp_sender_refused")
    reply = session.command(f"RCPT TO:<{mime.wire_address(email.to)}>")
    if _names_no_mailbox(reply, {550, 551, 553}):
        raise SmtpFault("smtp_recipient_refused", "failed", bounced=True)
    _expect(reply, "smtp_message_refused")
    _expect(session.command("DATA"), "smtp_message_refused", wanted=3)
    # The dots of lines that begin with one are doubled (RFC 5321, 4.5.2); a dot alone is the end.
    session.write(re.sub(rb"(?m)^\.", b"..", data))
    try:
        session.write(b".\r\n")
        reply = session.reply()
    except SmtpFault as fault:
        raise SmtpFault("smtp_outcome_unknown", "unknown") from fault
    # RFC 5321 has a bare 550 here for refusals by policy, which say nothing of the address.
    if _names_no_mailbox(reply, set()):
        raise SmtpFault("smtp_recipient_refused", "failed", bounced=True)
    if reply.code // 100 not in (2, 4, 5):
        raise SmtpFault("smtp_outcome_unknown", "unknown")
    _expect(reply, "smtp_message_refused")


def _expect(reply: Reply, refused: str, later: str = "smtp_try_later", wanted: int = 2) -> None:
    """Raises SmtpFault unless the reply is of the wanted class."""
    kind = reply.code // 100
    if kind == wanted:
        return
    if kind == 5:
        raise SmtpFault(refused, "retry" if refused == "smtp_tls_missing" else "failed")
    raise SmtpFault(later if kind == 4 else "smtp_unreachable")


def _names_no_mailbox(reply: Reply, bare: set[int]) -> bool:
    """Whether a refusal is about the recipient's address, for good.

    The enhanced code decides where there is one (RFC 3463): 5.1.x is about addresses, of which .7 and .8 are the
    sender's, and 5.2.1 is a mailbox that takes no more mail. So a 550 5.7.1, a server that won't relay or takes this
    for spam, suppresses nobody.
    """
    if reply.code // 100 != 5:
        return False
    enhanced = re.match(r"5\.(\d{1,3})\.(\d{1,3})\b", reply.lines[0])
    if not enhanced:
        return reply.code in bare
    subject, detail = int(enhanced[1]), int(enhanced[2])
    return (subject == 1 and detail not in (7, 8)) or (subject, detail) == (2, 1)
