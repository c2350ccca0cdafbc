"""Why a contact did, or didn't, get a mail: every answer, with the chain that led to it."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from scripts.local.layout import ROOT
from tests.conftest import Connection, Workspace
from tests.database.histories import NOW
from tests.database.reading import identity_id, track
from tests.database.test_stages import ANN, READY, events

DAY = timedelta(days=1)


def automation(db: Connection, workspace: Workspace, **changed: object) -> UUID:
    """The "Ready to upgrade" automation, older than any event unless changed."""
    settings: dict[str, object] = {"created_at": NOW - 100 * DAY, **changed}
    columns = ", ".join(f"{name} = %s" for name in settings)
    statement = (
        f"update public.automations set {columns} where workspace_id = %s and name = 'Ready to upgrade' returning id"
    )
    found: UUID = db.execute(statement.encode(), (*settings.values(), workspace.id)).fetchall()[0][0]
    return found


def asked(db: Connection, workspace: Workspace, who: tuple[str, str] = ANN, **changed: Any) -> dict[str, Any]:
    """The answer a day later."""
    arguments = (identity_id(db, workspace, who), automation(db, workspace, **changed), NOW + DAY)
    explained = db.execute("select public.explain_mail(%s, %s, null, %s)", arguments).fetchall()[0][0]
    return dict(explained)


def ready(db: Connection, workspace: Workspace, **fields: object) -> UUID:
    """Ann becomes ready, which queues a mail. Returns its id; `fields` say how far it got."""
    automation(db, workspace)
    track(db, workspace, events(*READY), NOW)
    changed = {"status": "queued", **fields}
    columns = ", ".join(f"{name} = %s" for name in changed)
    statement = f"update public.messages set {columns} where workspace_id = %s returning id"
    message: UUID = db.execute(statement.encode(), (*changed.values(), workspace.id)).fetchall()[0][0]
    return message


def report(db: Connection, message: UUID, kind: str, minutes: int = 0, **detail: str) -> None:
    event = {"svixId": str(uuid4()), "messageId": str(message), "kind": kind, "detail": detail}
    event["occurredAt"] = (NOW + timedelta(minutes=minutes)).isoformat()
    db.execute("select public.record_mail_event(%s, 'key')", (json.dumps(event),))


# No mail


def test_who_has_not_entered_the_stage_is_told_what_is_missing(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Project Created"), NOW)
    answer = asked(db, workspace)
    assert answer["code"] == "not_entered"
    assert answer["reason"] == (
        "It has not entered ready yet: it is in signed_up with a score of 10, and the stage begins at 70."
    )
    assert (answer["also"], answer["events"], answer["transition"], answer["message"]) == ([], [], None, None)
    assert answer["contact"] | {"id": None} == {"id": None, "score": 10, "stage": "signed_up", "asOf": str(NOW.date())}


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("customer", "the stage begins with the event Subscription Started."),
        ("at_risk", "the stage begins after 14 days without an event."),
    ],
)
def test_it_says_how_each_kind_of_stage_is_entered(
    db: Connection, workspace: Workspace, stage: str, words: str
) -> None:
    track(db, workspace, events("Project Created"), NOW)
    found = db.execute("select id from public.stages where workspace_id = %s and name = %s", (workspace.id, stage))
    assert asked(db, workspace, entering_stage_id=found.fetchall()[0][0])["reason"].endswith(words)


@pytest.mark.parametrize("status", ["draft", "paused"])
def test_an_automation_that_is_not_live_mails_nobody(db: Connection, workspace: Workspace, status: str) -> None:
    automation(db, workspace, status=status)
    track(db, workspace, events(*READY), NOW)
    answer = asked(db, workspace, status=status)
    assert (answer["code"], answer["also"]) == (f"automation_{status}", [])
    assert (answer["score"], answer["transition"]["to"], answer["automation"]["status"]) == (75, "ready", status)


def test_every_reason_that_holds_is_named(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Project Created"), NOW)
    answer = asked(db, workspace, status="paused")
    assert (answer["code"], [also["code"] for also in answer["also"]]) == ("not_entered", ["automation_paused"])


def test_who_entered_before_there_was_the_automation_was_not_mailed(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace, status="draft")
    track(db, workspace, events(*READY), NOW)
    answer = asked(db, workspace, status="live", created_at=NOW + timedelta(hours=1))
    assert (answer["code"], answer["at"]) == ("before_automation", NOW.isoformat())


def test_coming_back_within_a_week_is_no_entry(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace, status="draft")
    track(db, workspace, events(*READY, hours=-12 * 24), NOW - 12 * DAY)
    automation(db, workspace, status="live")
    track(db, workspace, events(*READY, prefix="again ", hours=-6 * 24), NOW - 6 * DAY)
    answer = asked(db, workspace)
    assert answer["code"] == "not_an_entry"
    assert re.search(r"left the stage \d\.\d days before: within 7 days that is no entry", answer["reason"])


def test_what_can_not_be_told_any_more_is_not_guessed(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace, status="paused")
    track(db, workspace, events(*READY), NOW)
    assert asked(db, workspace, status="live")["code"] == "not_decided"


# By an event, on silence


def on(**trigger: object) -> dict[str, Any]:
    return {"entering_stage_id": None, "event": None, "silence_days": None, **trigger}


def test_what_an_automation_waits_for_has_not_happened(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Project Created"), NOW)
    answer = asked(db, workspace, **on(event="Report Exported"))
    assert (answer["code"], answer["events"]) == ("not_triggered", [])
    assert answer["reason"] == "There was no event Report Exported of it yet that the automation counts."
    answer = asked(db, workspace, **on(silence_days=3))
    assert answer["code"] == "not_triggered"
    assert answer["reason"] == "It has not been silent for 3 days: its last event was on 2026-11-20 12:00 UTC."


def test_an_events_mail_is_explained_by_the_event(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace, **on(event="Report Exported"))
    track(db, workspace, events("Project Created", "Report Exported"), NOW)
    answer = asked(db, workspace)
    assert (answer["code"], answer["transition"], answer["automation"]["event"]) == ("queued", None, "Report Exported")
    assert {each["event"] for each in answer["events"]} == {"Project Created", "Report Exported"}


def test_an_event_that_came_late_is_not_decided(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace, **on(event="Report Exported"))
    track(db, workspace, events("Report Exported", hours=-48), NOW)
    answer = asked(db, workspace)
    assert (answer["code"], answer["at"]) == ("not_decided", NOW.isoformat())
    assert answer["reason"].endswith("or the event was more than a day late.")


# A mail


def test_the_chain_leads_from_the_event_to_the_message(db: Connection, workspace: Workspace) -> None:
    message = ready(db, workspace)
    answer = asked(db, workspace)
    assert (answer["code"], answer["also"]) == ("queued", [])
    assert {event["event"] for event in answer["events"]} == set(READY)
    assert answer["transition"] == {"from": None, "to": "ready", "cause": "message", "at": NOW.isoformat()}
    assert (answer["score"], answer["automation"]["stage"]) == (75, "ready")
    assert (answer["message"]["id"], answer["message"]["queuedAt"]) == (str(message), NOW.isoformat())
    assert answer["delivery"] == []


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"send_at": NOW + 2 * DAY}, "waiting", "It is queued, and waits until 2026-11-22 12:00 UTC."),
        (
            {"send_at": NOW + 2 * DAY, "reason": "quiet_hours"},
            "waiting",
            "It is queued, and waits until 2026-11-22 12:00 UTC, because these are quiet hours where the contact is.",
        ),
        ({"status": "claimed", "claimed_until": NOW + 2 * DAY}, "sending", "It is being sent right now."),
        ({"status": "sending", "claimed_until": NOW + 2 * DAY}, "sending", "It is being sent right now."),
        ({"status": "claimed", "claimed_until": NOW}, "queued", "It is queued, and due since 2026-11-"),
        ({"status": "sending", "claimed_until": NOW}, "queued", "It is queued, and due since 2026-11-"),
        (
            {"status": "sending", "reason": "resend_x"},
            "retrying",
            "The provider could not take it yet (resend_x); it is",
        ),
        ({"status": "skipped", "reason": "invented"}, "skipped", "It was not sent: invented."),
        ({"status": "failed", "reason": "resend_x"}, "failed", "It could not be sent: resend_x."),
        (
            {"status": "failed", "reason": "template_LiquidSyntaxError"},
            "failed",
            "Its template could not be rendered (LiquidSyntaxError).",
        ),
        ({"status": "unknown", "reason": "outcome_unknown"}, "unknown", "Whether it went out is not known (outcome_"),
        ({"status": "sent", "sent_at": NOW}, "sent", "It went out on 2026-11-"),
    ],
)
def test_it_says_how_far_the_message_got(
    db: Connection, workspace: Workspace, fields: dict[str, object], code: str, words: str
) -> None:
    ready(db, workspace, **fields)
    answer = asked(db, workspace)
    assert answer["code"] == code
    assert answer["reason"].startswith(words)
    assert answer.get("why") == fields.get("reason")


def test_every_reason_to_skip_or_postpone_a_message_has_words(db: Connection) -> None:
    deciding = ["recipient", "automation_refusal", "weigh_message"]
    found = db.execute("select prosrc from pg_proc where proname = any (%s)", (deciding,)).fetchall()
    reasons = {reason for (source,) in found for reason in re.findall(r"(?:then|_reason :=) '(\w+)'", source)}
    words = {reason: db.execute("select private.skip_words(%s)", (reason,)).fetchall()[0][0] for reason in reasons}
    assert len(words) >= 14
    assert [reason for reason, text in words.items() if text == reason] == []


@pytest.mark.parametrize(
    ("kind", "detail", "code", "why"),
    [
        ("sent", {}, "sent", None),
        ("delayed", {}, "delayed", None),
        ("delivered", {}, "delivered", None),
        ("opened", {}, "opened", None),
        ("clicked", {"link": "https://x.example/"}, "clicked", None),
        ("failed", {"reason": "reached_daily_quota"}, "delivery_failed", "reached_daily_quota"),
        ("failed", {}, "delivery_failed", None),
        ("bounced", {"type": "Permanent", "subType": "General"}, "bounced", "Permanent/General"),
        ("bounced", {}, "bounced", None),
        ("complained", {}, "complained", None),
    ],
)
def test_what_was_reported_last_in_weight_is_the_answer(
    db: Connection, workspace: Workspace, kind: str, detail: dict[str, str], code: str, why: str | None
) -> None:
    message = ready(db, workspace, status="sent", sent_at=NOW)
    report(db, message, "sent", minutes=1)
    report(db, message, kind, minutes=2, **detail)
    answer = asked(db, workspace)
    assert (answer["code"], answer.get("why")) == (code, why)
    assert [(each["kind"], each["detail"]) for each in answer["delivery"]] == [("sent", {}), (kind, detail)]
    assert answer["reason"].endswith(".")


def test_who_was_mailed_under_another_identity_is_told_so(db: Connection, workspace: Workspace) -> None:
    automation(db, workspace)
    browser = ("anonymousId", "a")
    track(db, workspace, events(*READY, who=(browser,)), NOW)
    track(db, workspace, events("Something Else", who=(ANN, browser), prefix="signed up "), NOW)
    answer = asked(db, workspace)
    assert answer["code"] == "mailed_under_another_identity"
    assert "under another identity (anonymousId), which has joined" in answer["reason"]
    assert [also["code"] for also in answer["also"]] == ["queued"]
    assert asked(db, workspace, who=browser)["contact"] == answer["contact"]


# By message


def by_message(db: Connection, message: UUID) -> dict[str, Any] | None:
    found: dict[str, Any] | None = db.execute(
        "select public.explain_mail(p_message => %s, p_now => %s)", (message, NOW)
    ).fetchall()[0][0]
    return found


def test_a_message_is_explained_by_its_id(db: Connection, workspace: Workspace) -> None:
    answer = by_message(db, ready(db, workspace, status="skipped", reason="suppressed"))
    assert answer is not None
    assert (answer["code"], answer["why"]) == ("skipped", "suppressed")
    assert answer["transition"]["to"] == "ready"


def test_a_message_by_hand_has_neither_automation_nor_transition(db: Connection, workspace: Workspace) -> None:
    message = ready(db, workspace, status="sent", sent_at=NOW, automation_id=None, occurrence=None)
    answer = by_message(db, message)
    assert answer is not None
    assert (answer["code"], answer["automation"], answer["transition"], answer["events"]) == ("sent", None, None, [])


def test_a_message_outlives_its_contact(db: Connection, workspace: Workspace) -> None:
    message = ready(db, workspace, status="skipped", reason="contact_gone", contact_id=uuid4())
    answer = by_message(db, message)
    assert answer is not None
    assert (answer["why"], answer["contact"]) == ("contact_gone", None)


def test_what_there_is_not_is_null(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Project Created"), NOW)
    ann, nobody = identity_id(db, workspace, ANN), uuid4()
    for arguments in ((ann, nobody, None), (nobody, automation(db, workspace), None), (ann, None, None)):
        assert db.execute("select public.explain_mail(%s, %s, %s)", arguments).fetchall() == [(None,)]
    assert by_message(db, nobody) is None


def test_a_contact_of_one_workspace_and_an_automation_of_another_say_nothing(
    db: Connection, workspace: Workspace, new_workspace: Any
) -> None:
    ready(db, workspace)
    arguments = (identity_id(db, workspace, ANN), automation(db, new_workspace()))
    assert db.execute("select public.explain_mail(%s, %s)", arguments).fetchall() == [(None,)]


def test_every_code_is_documented(db: Connection) -> None:
    sources = db.execute("select prosrc from pg_proc where prosrc like '%%mail_answer(%%'").fetchall()
    codes = {code for (source,) in sources for code in re.findall(r"mail_answer\(\s*'([a-z_]+)'", source)}
    codes |= {"automation_draft", "automation_paused"}
    table = (ROOT / "docs" / "mail.md").read_text().partition("| code | when |")[2]
    written = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert codes - {"automation_"} == set(written)
