"""A conversation with a server that misbehaves ends in time, in little memory, and without believing it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from lib.smtp_fault import SmtpFault
from lib.smtp_session import REPLY_BYTES, Session

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def session(behaviour: Behaviour, seconds: float = 2) -> Iterator[Session]:
    """A session with a server that behaves so."""

    def serve() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                behaviour(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        opened = Session("localhost", listener.getsockname()[1], [(socket.AF_INET, "127.0.0.1")], seconds)
        try:
            yield opened
        finally:
            opened.close()
            thread.join()


def says(*parts: bytes, pause: float = 0) -> Behaviour:
    def behaviour(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        connection.recv(1000)

    return behaviour


def fault(behaviour: Behaviour, seconds: float = 2) -> str:
    with session(behaviour, seconds) as opened, pytest.raises(SmtpFault) as raised:
        opened.reply()
    assert raised.value.status == "retry"
    return raised.value.code


def test_a_reply_may_come_in_many_lines_and_pieces() -> None:
    with session(says(b"250-one\r\n250-", b"two\r", b"\n250 three\r\n220 next\r\n", pause=0.01)) as opened:
        reply = opened.reply()
        assert (reply.code, reply.lines) == (250, ["one", "two", "three"])
        assert opened.reply().code == 220


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n", b"\r\n", b"22 x\r\n", b"250x\r\n", b"\xff\xfe\r\n"]
)
def test_what_is_no_reply_ends_it(answer: bytes) -> None:
    assert fault(says(answer)) == "smtp_unreachable"


@pytest.mark.parametrize("parts", [[b"x" * 1000] * 200, [b"220-x\r\n"] * 20_000], ids=["a line", "lines"])
def test_a_reply_without_end_is_not_kept(parts: list[bytes]) -> None:
    sent = 0

    def behaviour(connection: socket.socket) -> None:
        nonlocal sent
        for part in parts:
            connection.sendall(part)
            sent += len(part)

    assert fault(behaviour) == "smtp_unreachable"
    assert sent > REPLY_BYTES


@pytest.mark.parametrize("drops", [[b""], [b"2"] * 100, [b"220-x\r\n"] * 100], ids=["silent", "a byte", "a line"])
def test_a_server_that_takes_its_time_does_not_take_ours(drops: list[bytes]) -> None:
    began = time.monotonic()
    assert fault(says(*drops, pause=0.05), seconds=0.3) == "smtp_unreachable"
    assert time.monotonic() - began < 8


def test_a_server_that_reads_nothing_is_left() -> None:
    with session(lambda connection: time.sleep(0.6), seconds=0.3) as opened, pytest.raises(SmtpFault):
        opened.write(b"x" * 50_000_000)


def test_what_was_sent_before_the_encryption_is_not_believed_after_it() -> None:
    with session(says(b"220 go on\r\n250 injected\r\n")) as opened:
        assert opened.reply().code == 220
        with pytest.raises(SmtpFault, match="smtp_tls_missing"):
            opened.start_tls()


def test_a_server_that_does_not_encrypt_is_told() -> None:
    with session(says(b"220 go on\r\n")) as opened:
        opened.reply()
        with pytest.raises(SmtpFault, match="smtp_tls_missing"):
            opened.start_tls()


@pytest.mark.parametrize("line", ["MAIL FROM:<a@b>\r\nRCPT TO:<c@d>", "NOOP\n", "NOOP\r"])
def test_a_command_is_one_line(line: str) -> None:
    with session(says()) as opened:
        with pytest.raises(ValueError, match="one line"):
            opened.command(line)
        opened.write(b"x")


def test_an_address_that_does_not_answer_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = (socket.AF_INET6, "::1")
        Session("localhost", listener.getsockname()[1], [closed, (socket.AF_INET, "127.0.0.1")], 2).close()
        with pytest.raises(SmtpFault, match="smtp_unreachable"):
            Session("localhost", listener.getsockname()[1], [closed], 2)
