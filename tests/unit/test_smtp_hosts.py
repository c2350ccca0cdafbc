"""Which servers may be connected to: public addresses only, looked up once."""

import socket
import threading
from dataclasses import replace
from types import MappingProxyType

import pytest

from lib import smtp_hosts
from lib.config import config
from lib.smtp_fault import SmtpFault
from lib.smtp_hosts import Address, addresses, is_public


def place(address: str) -> Address:
    return (socket.AF_INET6 if ":" in address else socket.AF_INET, address)


class Resolver:
    """A name server that answers each look-up with the next of these."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def __call__(self, host: str, port: int) -> list[Address]:
        return [place(address) for address in self.answers.pop(0)]


def refusal(host: str, port: int, resolver: Resolver | None = None) -> str:
    with pytest.raises(SmtpFault) as raised:
        addresses(host, port, resolver)
    assert raised.value.status == "retry"
    return raised.value.code


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80f::200e"])
def test_a_public_address_is_one(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_a_v4_address_that_is_not_public_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:10::1",
        "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700:4700::1111%eth0", "fec0::1", "ff02::1", "ff0e::1",
    ],
)  # fmt: skip
def test_a_v6_address_that_is_not_public_or_carries_another_is_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "8.8.8.8.", "::ffff:8.8.8"])
def test_what_is_no_address_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_a_host_leads_to_the_addresses_that_were_checked() -> None:
    resolver = Resolver(["8.8.8.8", "2606:4700:4700::1111"])
    assert addresses("smtp.example.com", 587, resolver) == [place("8.8.8.8"), place("2606:4700:4700::1111")]


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:8.8.8.8", "fd00::1"])
@pytest.mark.parametrize("port", [465, 587, 2525])
def test_a_host_that_leads_anywhere_else_too_is_refused(address: str, port: int) -> None:
    assert refusal("smtp.example.com", port, Resolver([address])) == "smtp_host_refused"
    assert refusal("smtp.example.com", port, Resolver(["8.8.8.8", address])) == "smtp_host_refused"


def test_what_the_name_server_says_a_second_time_is_not_asked_for() -> None:
    resolver = Resolver(["8.8.8.8"], ["127.0.0.1"])
    assert addresses("rebinding.example.com", 587, resolver) == [place("8.8.8.8")]
    assert resolver.answers == [["127.0.0.1"]]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "::1", "localhost"])
def test_the_system_may_read_this_machine_out_of_many_spellings(host: str) -> None:
    assert refusal(host, 587) == "smtp_host_refused"


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 64 + ".com"])
def test_a_name_that_leads_nowhere_is_told(host: str) -> None:
    assert refusal(host, 587) == "smtp_host_unknown"


@pytest.mark.parametrize("port", [0, 22, 25, 80, 443, 466, 2526, 5432, 6379])
def test_another_port_is_refused_before_any_look_up(port: int) -> None:
    assert refusal("smtp.example.com", port, Resolver()) == "smtp_port_refused"


def test_development_may_name_a_local_server_and_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = MappingProxyType({("localhost", 1025): False, ("localhost", 1465): True})
    monkeypatch.setattr(smtp_hosts, "config", replace(config, smtp_allowed_hosts=allowed))
    assert place("127.0.0.1") in addresses("localhost", 1025, Resolver(["127.0.0.1"]))
    assert [smtp_hosts.has_implicit_tls("localhost", port) for port in (1025, 1465)] == [False, True]
    assert refusal("127.0.0.1", 1025, Resolver(["127.0.0.1"])) == "smtp_port_refused"
    assert refusal("localhost", 587, Resolver(["127.0.0.1"])) == "smtp_host_refused"


def test_a_name_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        spoken.wait(10)
        return []

    monkeypatch.setattr(smtp_hosts, "LOOKUP_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    assert refusal("smtp.example.com", 587) == "smtp_host_unknown"
    spoken.set()
