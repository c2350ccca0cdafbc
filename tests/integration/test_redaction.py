"""What founders are asked not to send is not stored when they send it all the same."""

from typing import Any

import pytest

from tests.conftest import Session
from tests.integration.conftest import Api, errors, event

CARD, SSN, IBAN = "4242 4242 4242 4242", "123-45-6789", "DE89 3704 0044 0532 0130 00"


def everything_stored(api: Api) -> str:
    """All text that the workspace's rows hold."""
    tables = ["events", "identities", "traits", "contacts", "rejections", "redactions", "transitions", "messages"]
    statement = " union all ".join(
        f"select row_to_json(t)::text from public.{table} as t where workspace_id = %(id)s" for table in tables
    )
    return "\n".join(row for (row,) in api.db.execute(statement.encode(), {"id": api.workspace.id}).fetchall())


def redactions(api: Api) -> dict[str, int]:
    """How many values were taken out, by messageId."""
    statement = "select message_id, removed from public.redactions where workspace_id = %s"
    return dict(api.db.execute(statement, (api.workspace.id,)).fetchall())


def test_sensitive_values_are_taken_out_wherever_they_stand(api: Api) -> None:
    message = event(
        event=f"Paid {CARD}",
        messageId="m1",
        properties={"note": f"card {CARD}, ssn {SSN}", "password": "hunter2", "deep": [{"iban": IBAN, "ok": 1}]},
        context={"page": {"url": f"https://x.co/pay/{CARD.replace(' ', '')}?card=1", "title": f"IBAN {IBAN}"}},
    )
    assert api.public("/api/track", message).status_code == 200
    [stored] = api.stored("m1")
    assert stored["name"] == "Paid [redacted]"
    assert stored["properties"] == {
        "note": "card [redacted], ssn [redacted]",
        "password": "[redacted]",
        "deep": [{"iban": "[redacted]", "ok": 1}],
    }
    assert stored["context"] == {"page": {"url": "https://x.co/pay/[redacted]", "title": "IBAN [redacted]"}}
    assert redactions(api) == {"m1": 7}


@pytest.mark.parametrize("kind", ["identify", "group"])
def test_traits_are_guarded_too(api: Api, kind: str) -> None:
    traits = {"card": CARD, "ssn": "078051120", "plan": "pro"}
    message = {"type": kind, "userId": "u1", "groupId": "g1", "traits": traits, "messageId": "m1"}
    assert api.secret("/api/track", message).status_code == 200
    assert redactions(api) == {"m1": 2}
    assert not [secret for secret in (CARD, "078051120") if secret in everything_stored(api)]


def test_a_clean_message_is_stored_as_it_was_sent(api: Api) -> None:
    properties = {"order": "7c0a8f6e-4111-4111-8111-111111111111", "at": 1764070000000, "phone": "+49 30 1234567"}
    api.track(event(messageId="m1", properties=properties))
    [stored] = api.stored("m1")
    assert (stored["properties"], redactions(api)) == (properties, {})


@pytest.mark.parametrize("field", ["userId", "anonymousId", "messageId", "groupId"])
def test_an_id_is_never_changed_but_refused(api: Api, field: str) -> None:
    message = event(type="group", groupId="g1", messageId="m1") | {field: CARD}
    assert errors(api.public("/api/track", message)) == [(f"/{field}", "sensitive_data")]
    assert CARD not in everything_stored(api)


def test_a_workspace_may_refuse_such_messages(api: Api) -> None:
    api.set(redact="reject")
    answer = api.public("/api/track", event(properties={"a": {"b": [1, CARD]}}))
    assert errors(answer) == [("/properties/a/b/1", "sensitive_data")]
    batch = [event(), event(traits={"password": "x"}, type="identify", messageId="m1")]
    rejected = api.public("/api/track", {"batch": batch}).json()["rejected"]
    assert [(bad["messageId"], bad["code"], bad["pointer"]) for bad in rejected] == [
        ("m1", "sensitive_data", "/traits/password")
    ]


def test_a_workspace_may_keep_what_it_sends(api: Api) -> None:
    api.set(redact="off")
    sent: dict[str, Any] = {"note": CARD, "password": "hunter2"}
    for body in (
        event(userId=CARD, messageId="m1", properties=sent),
        {"batch": [event(messageId="m2", properties=sent)]},
    ):
        assert api.secret("/api/track", body).status_code == 200
    assert [api.stored(name)[0]["properties"] for name in ("m1", "m2")] == [sent, sent]
    assert redactions(api) == {}


def test_queries_go_whatever_the_setting(api: Api) -> None:
    api.set(redact="off")
    api.track(event(messageId="m1", properties={"note": "see https://x.co/a?token=1&utm_source=ad"}))
    assert api.stored("m1")[0]["properties"] == {"note": "see https://x.co/a?utm_source=ad"}


def test_an_events_name_keeps_no_query(api: Api) -> None:
    api.track(event(event="Visited https://x.co/a?token=1", messageId="m1"))
    assert api.stored("m1")[0]["name"] == "Visited https://x.co/a"


def test_members_see_how_much_was_taken_out(api: Api, bob: Session) -> None:
    duplicate = event(messageId="m1", properties={"a": CARD, "b": SSN})
    for _ in range(2):
        api.public("/api/track", duplicate)
    wanted = {"workspace_id": f"eq.{api.workspace.id}", "select": "message_id,removed"}
    assert bob.rest.get("/redactions", params=wanted).json() == [{"message_id": "m1", "removed": 2}]
