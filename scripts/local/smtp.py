"""The inbox's SMTP side: STARTTLS and AUTH are demanded, as every real submission server does."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scripts.local.inbox import Inbox, Mail

USER = "local"


class Delivery:
    """Puts what the server accepts into the inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.inbox.add(read_mail(content, envelope.rcpt_tos))
        return "250 2.0.0 delivered"


def read_mail(content: bytes, recipients: list[str]) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        to=recipients,
        sender=str(message["from"] or ""),
        subject=str(message["subject"] or ""),
        provider="smtp",
        headers={name: str(value) for name, value in message.items()},
        html=part(message, "html"),
        text=part(message, "plain"),
    )


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    return str(found.get_content()) if found is not None else ""


@contextlib.contextmanager
def receiving(inbox: Inbox, port: int, password: str, certificate: Path) -> Iterator[None]:
    """SMTP on 127.0.0.1:port until the block ends."""

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=right, handled=False)

    controller = Controller(
        Delivery(inbox),
        hostname="127.0.0.1",
        port=port,
        tls_context=tls(certificate),
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def tls(certificate: Path) -> ssl.SSLContext:
    """Presents the certificate, made for localhost at the first start; clients trust it by this very file."""
    if not certificate.exists():
        certificate.write_bytes(self_signed())
        certificate.chmod(0o600)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def self_signed() -> bytes:
    """A key and its certificate for localhost, in PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + built.public_bytes(serialization.Encoding.PEM)
