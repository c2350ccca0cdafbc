"""An email as bytes: read again it says the same, and nothing in it can become a header, a line or a command."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.mail import Email, mailbox
from lib.mime import compose, id_header, wire_address
from lib.smtp_fault import SmtpFault

ID = "6b0f1a5c-5a0b-4a43-8c55-0f4f1d6e7a20"
NASTY = st.text(st.sampled_from('aé,;<>@"()[]:.\\ Öß日本=?_-\r\n\t\x07'), min_size=1, max_size=120)


def email(name: str = "Acme", **fields: object) -> Email:
    given: dict[str, object] = {
        "to": "ann@example.com", "sender": mailbox(name, "news@acme.example"), "reply_to": None, "subject": "Hi",
        "html": "<p>Hi</p>", "text": "Hi", "headers": {},
    }  # fmt: skip
    return Email(**(given | fields))  # type: ignore[arg-type]  # each has its type where a test names it


def read(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_it_holds_both_texts_and_the_headers_of_an_email() -> None:
    made = read(compose(email(reply_to="founder@acme.example"), ID, datetime(2026, 11, 25, 12, tzinfo=UTC)))
    assert (made["From"], made["To"], made["Subject"]) == ("Acme <news@acme.example>", "ann@example.com", "Hi")
    assert (made["Reply-To"], made["Date"]) == ("founder@acme.example", "Wed, 25 Nov 2026 12:00:00 +0000")
    assert made["Message-ID"] == f"<{ID}@acme.example>" == id_header(email(), ID)
    assert made.get_content_type() == "multipart/alternative"
    assert (part(made, "plain").strip(), part(made, "html").strip()) == ("Hi", "<p>Hi</p>")


def test_an_unsubscribe_link_stays_whole() -> None:
    link = f"<https://app.example.com/api/unsubscribe?token={'a' * 600}>"
    headers = {"List-Unsubscribe": link, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    raw = compose(email(headers=headers), ID)
    assert f"List-Unsubscribe: {link}\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw


@given(NASTY)
def test_any_name_arrives_as_the_name_of_one_address(name: str) -> None:
    # Without spaces: Python 3.12.1 reads one between encoded words that RFC 2047 joins.
    sent = "".join(name.replace("\\", "").replace('"', "").split())
    raw = compose(email(name), ID)
    [sender] = read(raw)["From"].addresses
    assert (sender.addr_spec, "".join(sender.display_name.split())) == ("news@acme.example", sent)
    assert well_formed(raw)


@given(NASTY)
def test_any_subject_arrives_as_it_was_written(subject: str) -> None:
    raw = compose(email(subject=subject), ID)
    assert " ".join(str(read(raw)["Subject"]).split()) == " ".join(subject.split())
    assert well_formed(raw)


def well_formed(raw: bytes) -> bool:
    """The headers are those of every email, ASCII; no line is too long or ends otherwise than by CRLF."""
    names = [name for name, _ in read(raw).items()]
    expected = ["Date", "Message-ID", "From", "To", "Subject", "MIME-Version", "Content-Type"]
    lines = raw.split(b"\r\n")
    return names == expected and raw.isascii() and all(len(line) < 999 and not {10, 13} & {*line} for line in lines)


@given(st.text(st.sampled_from("aé.\r\n 日=<"), max_size=300))
def test_any_text_arrives_and_no_line_is_a_servers(text: str) -> None:
    raw = compose(email(text=text, html=f"<p>{text}</p>"), ID)
    assert part(read(raw), "plain").split() == text.split()
    assert well_formed(raw)


def test_lines_of_any_length_are_cut_for_the_way() -> None:
    long = "word " * 20_000
    raw = compose(email(html=f"<p>{long}</p>"), ID)
    assert part(read(raw), "html").strip() == f"<p>{long}</p>"
    assert well_formed(raw)


@pytest.mark.parametrize(
    ("address", "sent"),
    [("ann@example.com", "ann@example.com"), ("a+b@bücher.example", "a+b@xn--bcher-kva.example")],
)
def test_a_domain_goes_out_in_ascii(address: str, sent: str) -> None:
    assert wire_address(address) == sent


@pytest.mark.parametrize(
    "address", ["", "x", "ä@example.com", "a b@example.com", "a>@example.com", "a@b\r\nRCPT", "a@"]
)
def test_an_address_that_no_server_would_take_is_refused(address: str) -> None:
    with pytest.raises(SmtpFault) as raised:
        wire_address(address)
    assert (raised.value.code, raised.value.status) == ("smtp_address_unsupported", "failed")
