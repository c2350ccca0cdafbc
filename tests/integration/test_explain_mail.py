"""explain_mail() over the Data API: members are told the whole chain, outsiders nothing."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.conftest import Inbox, Session
from tests.integration.conftest import Api, event
from tests.integration.test_resend_webhook import Hook

READY = ("Upgrade Clicked", "Upgrade Clicked", "Pricing Viewed", "Feature Used")


@pytest.fixture
def hook(api: Api, drain: Callable[[], httpx.Response], inbox: Inbox, env: Mapping[str, str]) -> Hook:
    """The mail that u1 got for becoming ready."""
    address = api.person()
    api.set(postal_address="1 Road, Town")
    api.track(*(event(event=name) for name in READY))
    drain()
    [mail] = inbox.wait_for(address)
    return Hook(api, env["RESEND_WEBHOOK_SECRET"], mail)


def questions(hook: Hook) -> list[dict[str, Any]]:
    automation = hook.api.message(hook.message)["automation_id"]
    contact = hook.api.score(userId="u1")["contactId"]
    return [{"p_contact": contact, "p_automation": automation}, {"p_message": hook.message}]


def test_a_member_is_told_from_the_event_to_the_delivery(hook: Hook, bob: Session) -> None:
    hook.tell("delivered")
    for question in questions(hook):
        answer = bob.rest.post("/rpc/explain_mail", json=question).json()
        assert (answer["code"], answer["also"]) == ("delivered", [])
        assert {each["event"] for each in answer["events"]} == set(READY)
        assert (answer["score"], answer["transition"]["to"]) == (70, "ready")
        assert answer["automation"]["name"] == "Ready to upgrade"
        assert UUID(answer["message"]["id"]) == UUID(hook.message)
        assert [each["kind"] for each in answer["delivery"]] == ["delivered"]


def test_an_outsider_is_told_nothing(hook: Hook, charlie: Session) -> None:
    assert [charlie.rest.post("/rpc/explain_mail", json=question).json() for question in questions(hook)] == [None] * 2


def test_no_address_is_part_of_the_answer(hook: Hook, bob: Session) -> None:
    hook.tell("bounced")
    answers = [bob.rest.post("/rpc/explain_mail", json=question).text for question in questions(hook)]
    assert not [text for text in answers if "@" in text]
