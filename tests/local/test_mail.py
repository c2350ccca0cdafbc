"""The inbox, by SMTP and by the recording Resend."""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Faults, Inbox


def mail(env: Mapping[str, str], **fields: object) -> dict[str, object]:
    sender = f"Acme <acme@{env['MAIL_DOMAIN']}>"
    return {"from": sender, "to": "a@example.com", "subject": "Hello", "html": "<p>Hi</p>", **fields}


def send_by_smtp(env: Mapping[str, str], message: EmailMessage, password: str) -> None:
    with smtplib.SMTP(env["SMTP_HOST"], int(env["SMTP_PORT"])) as server:
        server.starttls(context=ssl.create_default_context(cafile=env["SMTP_CA_FILE"]))
        server.login(env["SMTP_USER"], password)
        server.send_message(message)


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "acme@example.com", to, "Grüße"
    message.set_content("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    return message


def test_mail_by_smtp_is_delivered(env: Mapping[str, str], inbox: Inbox) -> None:
    address = f"{uuid4()}@example.com"
    send_by_smtp(env, letter(address), env["SMTP_PASSWORD"])
    [delivered] = inbox.to(address)
    assert (delivered["subject"], delivered["provider"]) == ("Grüße", "smtp")
    assert (delivered["text"].strip(), delivered["html"].strip()) == ("plain", "<p>rich</p>")


def test_smtp_refuses_a_wrong_password(env: Mapping[str, str]) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        send_by_smtp(env, letter("a@example.com"), "guess")


def test_mail_by_resend_is_delivered_and_shown(env: Mapping[str, str], inbox: Inbox, resend: httpx.Client) -> None:
    address = f"{uuid4()}@example.com"
    answer = resend.post("/emails", json=mail(env, to=[address], headers={"X-Test": "1"}, html="<p>shown</p>"))
    [delivered] = inbox.to(address)
    assert delivered["id"] == answer.json()["id"]
    assert delivered["headers"] == {"X-Test": "1"}
    assert "sandbox" in httpx.get(env["MAIL_URL"]).text
    assert httpx.get(f"{env['MAIL_URL']}/messages/{delivered['id']}/html").text == "<p>shown</p>"


def test_tags_are_kept_for_the_webhook(env: Mapping[str, str], inbox: Inbox, resend: httpx.Client) -> None:
    address = f"{uuid4()}@example.com"
    resend.post("/emails", json=mail(env, to=address, tags=[{"name": "message_id", "value": "x" * 256}]))
    assert inbox.to(address)[0]["tags"] == {"message_id": "x" * 256}


def test_a_key_used_again_sends_nothing_and_answers_the_same(
    env: Mapping[str, str], inbox: Inbox, resend: httpx.Client
) -> None:
    address, key = f"{uuid4()}@example.com", {"Idempotency-Key": str(uuid4())}
    answers = [resend.post("/emails", json=mail(env, to=address), headers=key).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(inbox.to(address)) == 1


def test_a_key_used_with_another_body_is_refused(env: Mapping[str, str], resend: httpx.Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    resend.post("/emails", json=mail(env), headers=key).raise_for_status()
    answer = resend.post("/emails", json=mail(env, subject="Other"), headers=key)
    assert (answer.status_code, answer.json()["name"]) == (409, "invalid_idempotent_request")


@pytest.mark.parametrize(
    ("change", "status", "name"),
    [
        ({"from": "acme@elsewhere.example"}, 403, "validation_error"),
        ({"from": "nobody"}, 422, "validation_error"),
        ({"to": "nobody"}, 422, "validation_error"),
        ({"to": []}, 422, "missing_required_field"),
        ({"subject": ""}, 422, "missing_required_field"),
        ({"html": ""}, 422, "missing_required_field"),
        ({"tags": {"a": "b"}}, 422, "validation_error"),
        ({"tags": [{"name": "a", "value": "b", "x": "c"}]}, 422, "validation_error"),
        ({"tags": [{"value": "b"}]}, 422, "validation_error"),
        ({"tags": [{"name": "a", "value": "b c"}]}, 422, "validation_error"),
        ({"tags": [{"name": "é", "value": "b"}]}, 422, "validation_error"),
        ({"tags": [{"name": "a", "value": "x" * 257}]}, 422, "validation_error"),
    ],
)
def test_it_refuses_as_resend_does(
    env: Mapping[str, str], resend: httpx.Client, change: dict[str, object], status: int, name: str
) -> None:
    answer = resend.post("/emails", json=mail(env, **change))
    assert (answer.status_code, answer.json()["name"]) == (status, name)


def test_it_refuses_a_wrong_api_key(env: Mapping[str, str], resend: httpx.Client) -> None:
    answer = resend.post("/emails", json=mail(env), headers={"Authorization": "Bearer re_guess"})
    assert answer.status_code == 403


@pytest.mark.exclusive
def test_a_key_expires(env: Mapping[str, str], faults: Faults, inbox: Inbox, resend: httpx.Client) -> None:
    address, key = f"{uuid4()}@example.com", {"Idempotency-Key": str(uuid4())}
    resend.post("/emails", json=mail(env, to=address), headers=key).raise_for_status()
    faults.tune("resend", clockOffsetSeconds=24 * 3600 + 1)
    resend.post("/emails", json=mail(env, to=address), headers=key).raise_for_status()
    assert len(inbox.to(address)) == 2


@pytest.mark.exclusive
def test_more_than_the_rate_is_refused_with_retry_after(
    env: Mapping[str, str], faults: Faults, resend: httpx.Client
) -> None:
    faults.tune("resend", ratePerSecond=2)
    answers = [resend.post("/emails", json=mail(env)) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"] == "1"
