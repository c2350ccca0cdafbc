"""One conversation with an SMTP server (RFC 5321, 3207, 4954), which ends at its deadline whatever the server does.

Not smtplib: its timeout is for each read, so that a server that sends a byte now and then holds us for ever; it reads
replies of any length, looks the host up by itself, can't log in with a password beyond ASCII, and does not tell whether
a connection broke before the message's last byte or after it.
"""

import base64
import re
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from lib.config import config
from lib.smtp_fault import SmtpFault
from lib.smtp_hosts import Address

CONNECT_SECONDS = 10.0
CHUNK_BYTES = 16_384
# A reply has a few short lines; more is no mail server's.
REPLY_BYTES = 65_536
_LINE = re.compile(rb"(\d{3})(?:([ -])(.*))?")


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    lines: list[str]


class Session:
    """A connection to a host at one of its addresses. Whatever breaks it is raised as SmtpFault, a retry."""

    def __init__(self, host: str, port: int, places: Iterable[Address], seconds: float) -> None:
        self._host = host
        self._deadline = time.monotonic() + seconds
        self._unread = b""
        self._socket = self._connected(port, places)

    def _connected(self, port: int, places: Iterable[Address]) -> socket.socket:
        for family, address in places:
            plain = socket.socket(family, socket.SOCK_STREAM)
            try:
                plain.settimeout(min(CONNECT_SECONDS, self._seconds_left()))
                plain.connect((address, port))
            except OSError:
                plain.close()
            else:
                return plain
        raise SmtpFault("smtp_unreachable")

    def start_tls(self) -> None:
        """Encrypts, and verifies that the certificate is the host's. Raises SmtpFault."""
        if self._unread:
            # Sent before the encryption began, so by anybody; it must not pass for what came inside (CVE-2011-0411).
            raise SmtpFault("smtp_tls_missing")
        try:
            self._socket.settimeout(self._seconds_left())
            self._socket = _trust().wrap_socket(self._socket, server_hostname=self._host, do_handshake_on_connect=False)
            self._socket.do_handshake()
        except ssl.SSLCertVerificationError as error:
            raise SmtpFault("smtp_certificate_invalid") from error
        except ssl.SSLError as error:
            raise SmtpFault("smtp_tls_missing") from error
        except (OSError, ValueError) as error:  # ValueError: a host that no certificate can name
            raise SmtpFault("smtp_unreachable") from error

    def command(self, line: str) -> Reply:
        if "\r" in line or "\n" in line:
            raise ValueError("a command is one line")
        self.write(line.encode() + b"\r\n")
        return self.reply()

    def write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), CHUNK_BYTES):
                self._socket.settimeout(self._seconds_left())
                self._socket.sendall(data[start : start + CHUNK_BYTES])
        except OSError as error:
            raise SmtpFault("smtp_unreachable") from error

    def reply(self) -> Reply:
        """The next reply, all of its lines. Raises SmtpFault for what is none."""
        lines: list[str] = []
        left = REPLY_BYTES
        while True:
            line = self._line(left)
            left -= len(line) + 1
            parsed = _LINE.fullmatch(line)
            if not parsed:
                raise SmtpFault("smtp_unreachable")
            lines.append((parsed[3] or b"").decode(errors="replace").strip())
            if parsed[2] != b"-":
                return Reply(int(parsed[1]), lines)

    def quit(self) -> None:
        """Says goodbye, and waits for nothing: the message has been taken."""
        with suppress(SmtpFault):
            self.write(b"QUIT\r\n")

    def close(self) -> None:
        self._socket.close()

    def _line(self, limit: int) -> bytes:
        while b"\n" not in self._unread:
            if len(self._unread) > limit:
                raise SmtpFault("smtp_unreachable")
            self._unread += self._read()
        line, _, self._unread = self._unread.partition(b"\n")
        return line.removesuffix(b"\r")

    def _read(self) -> bytes:
        try:
            self._socket.settimeout(self._seconds_left())
            data = self._socket.recv(CHUNK_BYTES)
        except OSError as error:
            raise SmtpFault("smtp_unreachable") from error
        if not data:
            raise SmtpFault("smtp_unreachable")
        return data

    def _seconds_left(self) -> float:
        """Raises TimeoutError, an OSError, when there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@cache
def _trust() -> ssl.SSLContext:
    """The system's certificate authorities, or in development the one that the setting names."""
    return ssl.create_default_context(cafile=config.smtp_ca_file or None)
