"""Which servers may be connected to: public ones, by addresses that were looked up once and checked.

A founder names the host, so without this our functions would knock for them at whatever only our network reaches.
"""

import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue

from lib.config import config
from lib.smtp_fault import SmtpFault

# Submission (RFC 6409), submission over TLS from the first byte (RFC 8314), and what hosts offer where 587 is blocked.
PORTS = (465, 587, 2525)
IMPLICIT_TLS_PORT = 465
# The operating system's resolver has no timeout of its own, and may wait much longer for a silent name server.
LOOKUP_SECONDS = 5.0
# How many addresses of a host are tried at most.
ADDRESSES = 4

Address = tuple[socket.AddressFamily, str]
Resolver = Callable[[str, int], list[Address]]

# Reachable by Python's word, and yet no host's own address (RFC 6890, RFC 7526).
_SPECIAL_V4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
# Only what has been given out to networks (RFC 4291) may be a host: that leaves out IPv4-mapped, NAT64 and every local
# range. Of it, not Teredo and its neighbours, documentation, and 6to4, which carries an IPv4 address inside.
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def port_is_allowed(host: str, port: int) -> bool:
    return port in PORTS or (host, port) in config.smtp_allowed_hosts


def has_implicit_tls(host: str, port: int) -> bool:
    return config.smtp_allowed_hosts.get((host, port), port == IMPLICIT_TLS_PORT)


def addresses(host: str, port: int, resolver: Resolver | None = None) -> list[Address]:
    """The host's addresses, of which each may be connected to. Raises SmtpFault when one may not.

    One look-up: what is connected to is what was checked, whatever the name server says next.
    """
    if not port_is_allowed(host, port):
        raise SmtpFault("smtp_port_refused")
    found = (resolver or _look_up)(host, port)
    if (host, port) not in config.smtp_allowed_hosts and not all(is_public(address) for _, address in found):
        raise SmtpFault("smtp_host_refused")
    return found[:ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an address belongs to a host on the internet; False for whatever we can't tell."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _is_public_v6(parsed) if isinstance(parsed, IPv6Address) else _is_public_v4(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    special = address.is_multicast or address.is_reserved or any(address in network for network in _SPECIAL_V4)
    return address.is_global and not special


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    return address in _GLOBAL_V6 and address.is_global and not any(address in network for network in _SPECIAL_V6)


def _look_up(host: str, port: int) -> list[Address]:
    answers: SimpleQueue[list[Address] | SmtpFault] = SimpleQueue()
    threading.Thread(target=lambda: answers.put(_ask(host, port)), daemon=True).start()
    try:
        answer = answers.get(timeout=LOOKUP_SECONDS)
    except Empty as error:
        raise SmtpFault("smtp_host_unknown") from error
    if isinstance(answer, SmtpFault):
        raise answer
    return answer


def _ask(host: str, port: int) -> list[Address] | SmtpFault:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: a label that is empty or too long
        return SmtpFault("smtp_host_unknown")
    return [(family, str(place[0])) for family, _, _, _, place in found]
