"""SMTP servers of the outside world: real ones on free ports, each right or wrong in its own way."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, syntax
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scripts.local.inbox import Mail
from scripts.local.smtp import read_mail

USER, PASSWORD = "founder@acme.example", "pässword:, 🔑"
YESTERDAY = timedelta(days=-1)
NOW = datetime.now(UTC)


@dataclass
class Handler:
    """Takes every mail, but for what a test has told it to answer first to a command about an address."""

    mails: list[Mail] = field(default_factory=list)
    # (command, recipient, "" for all) → replies, each given once.
    answers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    # What happens in the world once a mail is there, before its sender hears of it.
    meanwhile: Callable[[], None] | None = None

    def will_answer(self, command: str, *replies: str, to: str = "") -> None:
        self.answers[command, to] = list(replies)

    def next_answer(self, command: str, to: str = "") -> str | None:
        replies = self.answers.get((command, to)) or self.answers.get((command, ""))
        return replies.pop(0) if replies else None

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 (aiosmtpd's name)
        envelope.mail_from = address
        return self.next_answer("MAIL") or "250 2.1.0 ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 (aiosmtpd's name)
        envelope.rcpt_tos.append(address)
        return self.next_answer("RCPT", address) or "250 2.1.5 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        answer = self.next_answer("DATA", envelope.rcpt_tos[0])
        if answer is None or answer == "take and cut":
            self.mails.append(read_mail(envelope.content, envelope.rcpt_tos))
        if self.meanwhile:
            self.meanwhile()
        if answer in ("cut", "take and cut"):
            server.transport.abort()
        return answer or "250 2.0.0 taken"

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in mail.to]


class Server(SMTP):
    """aiosmtpd's, which a test may tell to break the connection where the message would begin."""

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 (aiosmtpd's name)
        assert self.envelope is not None
        assert isinstance(self.transport, asyncio.Transport)
        if self.event_handler.next_answer("BEFORE DATA", self.envelope.rcpt_tos[0]):
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Running(Controller):
    """A server on a port of its own. It wants STARTTLS, unless it begins with TLS or has none at all."""

    def __init__(
        self,
        handler: Handler,
        context: ssl.SSLContext | None,
        *,
        implicit: bool = False,
        without: Sequence[str] = (),
    ) -> None:
        starttls = context is not None and not implicit
        self.options: dict[str, Any] = {
            "auth_required": starttls, "authenticator": authenticate, "auth_require_tls": starttls,
            "require_starttls": starttls, "tls_context": context if starttls else None,
            "auth_exclude_mechanism": without,
        }  # fmt: skip
        super().__init__(handler, "127.0.0.1", port=0, ssl_context=context if implicit else None)

    def factory(self) -> SMTP:
        return Server(self.handler, **self.options)

    def _trigger_server(self) -> None:
        """Port 0 has become a real one by now."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's


def authenticate(server: SMTP, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False)


@dataclass(frozen=True)
class World:
    """One handler behind all servers, by name; and the setting that lets functions connect to them."""

    handler: Handler
    ports: dict[str, int]
    ca_file: Path

    @property
    def allowed_hosts(self) -> str:
        return ",".join(f"localhost:{port}{'/tls' if name == 'tls' else ''}" for name, port in self.ports.items())


@contextlib.contextmanager
def running(folder: Path) -> Iterator[World]:
    """Every server, until the block ends."""
    authority, stranger = Authority("Test CA"), Authority("Nobody's CA")
    (folder / "ca.pem").write_bytes(authority.pem())
    contexts = {
        "starttls": authority.context(folder, "localhost"),
        "tls": authority.context(folder, "localhost"),
        "expired": authority.context(folder, "localhost", until=NOW + YESTERDAY),
        "other name": authority.context(folder, "smtp.example.com"),
        "stranger": stranger.context(folder, "localhost"),
        "plain": None,
        "login": authority.context(folder, "localhost"),
        "no login": authority.context(folder, "localhost"),
    }
    without = {"login": ["PLAIN"], "no login": ["PLAIN", "LOGIN"]}
    handler = Handler()
    servers = {
        name: Running(handler, context, implicit=name == "tls", without=without.get(name, ()))
        for name, context in contexts.items()
    }
    with contextlib.ExitStack() as started:
        for server in servers.values():
            server.start()
            started.callback(server.stop)
        ports = {name: server.port for name, server in servers.items()}
        yield World(handler, ports | {"closed": closed_port()}, folder / "ca.pem")


def closed_port() -> int:
    """One that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Authority:
    """Signs certificates."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = self.signed(self.name, self.key, NOW - 9 * YESTERDAY, constraints)

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def signed(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        until: datetime,
        *extensions: x509.ExtensionType,
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(self.name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(NOW + 9 * YESTERDAY).not_valid_after(until)
        own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension in (own, issuer, *extensions):
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self.key, hashes.SHA256())

    def context(self, folder: Path, host: str, until: datetime = NOW - 9 * YESTERDAY) -> ssl.SSLContext:
        """Presents a certificate for a host."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        certificate = self.signed(subject, key, until, x509.SubjectAlternativeName([x509.DNSName(host)]))
        file = folder / f"{x509.random_serial_number()}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context
