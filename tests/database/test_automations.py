"""What automations mail, when, and how often."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.conftest import Connection, Workspace
from tests.database.histories import NOW
from tests.database.model import Message
from tests.database.reading import track
from tests.database.test_stages import ANN, READY, events
from tests.database.test_sweep import day, sweep

KEY = "key of addresses"


def automate(db: Connection, workspace: Workspace, **columns: Any) -> UUID:
    """A live automation with the one template, and no other beside it."""
    db.execute("delete from public.automations where workspace_id = %s", (workspace.id,))
    for column in ("entering_stage_id", "goal_stage_id"):
        if column.removesuffix("_id") in columns:
            columns[column] = stage_id(db, workspace, columns.pop(column.removesuffix("_id")))
    values = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in columns.items()}
    names = ", ".join(values)
    made: UUID = db.execute(
        f"""insert into public.automations (workspace_id, name, template_id, status, {names})
            select workspace_id, 'Test', id, 'live', {", ".join(["%s"] * len(values))} from public.templates
            where workspace_id = %s and name = 'Ready to upgrade' returning id""".encode(),
        (*values.values(), workspace.id),
    ).fetchall()[0][0]
    return made


def stage_id(db: Connection, workspace: Workspace, name: str) -> UUID:
    found: UUID = db.execute(
        "select id from public.stages where workspace_id = %s and name = %s", (workspace.id, name)
    ).fetchall()[0][0]
    return found


def queued(db: Connection, workspace: Workspace) -> int:
    found = db.execute("select count(*) from public.messages where workspace_id = %s", (workspace.id,))
    return int(found.fetchall()[0][0])


def refusal(db: Connection, workspace: Workspace) -> str | None:
    """Why the one message would be skipped now."""
    found: str | None = db.execute(
        """select private.automation_refusal(m, i.contact_id) from public.messages as m
           join public.identities as i on i.id = m.contact_id where m.workspace_id = %s""",
        (workspace.id,),
    ).fetchall()[0][0]
    return found


def test_an_event_mails_once_ever(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending")
    track(db, workspace, events("Trial Ending"), NOW)
    track(db, workspace, events("Trial Ending", "Trial Ending", prefix="again "), NOW)
    assert queued(db, workspace) == 1


def test_or_each_time(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending", repeats=True)
    track(db, workspace, events("Trial Ending"), NOW)
    for _ in range(2):
        track(db, workspace, events("Trial Ending", "Trial Ending", prefix="again "), NOW)
    assert queued(db, workspace) == 3


def test_only_what_meets_the_condition_mails(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending", condition={"plan": "team"}, trusted_only=True)
    for number, (plan, trusted) in enumerate([("team", False), ("free", True), ("team", True)]):
        message = Message(f"{number}", trusted, "track", "Trial Ending", (ANN,), NOW, properties={"plan": plan})
        track(db, workspace, [message], NOW)
    mailed = db.execute("select count(*) from public.messages where workspace_id = %s", (workspace.id,)).fetchall()
    assert mailed == [(1,)]


def test_history_that_is_imported_mails_nobody(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending")
    track(db, workspace, events("Trial Ending", hours=-25), NOW)
    assert queued(db, workspace) == 0


def test_silence_mails_on_its_day_whenever_the_sweep_comes(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, silence_days=5)
    track(db, workspace, events("Something Else"), NOW)
    sweep(db, workspace, day(4))
    assert queued(db, workspace) == 0
    for number in (7, 8, 30):
        sweep(db, workspace, day(number))
    assert queued(db, workspace) == 1


@pytest.mark.parametrize(("repeats", "mails"), [(False, 1), (True, 2)])
def test_a_new_silence_mails_again_if_it_may(db: Connection, workspace: Workspace, repeats: bool, mails: int) -> None:
    automate(db, workspace, silence_days=5, repeats=repeats)
    track(db, workspace, events("Something Else"), NOW)
    sweep(db, workspace, day(6))
    track(db, workspace, events("Something Else", prefix="back ", hours=24 * 7), day(7))
    sweep(db, workspace, day(13))
    assert queued(db, workspace) == mails


def test_a_silence_that_an_automation_begins_to_ask_for_is_waited_for_by_all(
    db: Connection, workspace: Workspace
) -> None:
    track(db, workspace, events("Something Else"), NOW)
    automate(db, workspace, silence_days=5)
    while db.execute("select public.advance_rescore(10, %s, %s)", (NOW, workspace.id)).fetchall()[0][0]:
        pass
    sweep(db, workspace, day(5))
    assert queued(db, workspace) == 1


@pytest.mark.parametrize(("repeats", "mails"), [(False, 1), (True, 2)])
def test_entering_a_stage_again_mails_again_if_it_may(
    db: Connection, workspace: Workspace, repeats: bool, mails: int
) -> None:
    automate(db, workspace, entering_stage="ready", repeats=repeats)
    track(db, workspace, events(*READY), NOW)
    sweep(db, workspace, day(20))
    track(db, workspace, events(*READY, prefix="again ", hours=24 * 20), day(20))
    assert queued(db, workspace) == mails


def test_a_delay_puts_the_mail_off(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending", delay_minutes=90)
    track(db, workspace, events("Trial Ending"), NOW)
    found = db.execute("select send_at from public.messages where workspace_id = %s", (workspace.id,)).fetchall()
    assert found == [(NOW + timedelta(minutes=90),)]


def test_who_has_left_the_stage_by_then_gets_no_mail_unless_it_is_wanted(db: Connection, workspace: Workspace) -> None:
    made = automate(db, workspace, entering_stage="ready")
    track(db, workspace, events(*READY), NOW)
    assert refusal(db, workspace) is None
    sweep(db, workspace, day(5))
    assert refusal(db, workspace) == "stage_left"
    db.execute("update public.automations set while_true = false where id = %s", (made,))
    assert refusal(db, workspace) is None


def test_who_is_back_by_then_gets_no_mail_about_silence(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, silence_days=5)
    track(db, workspace, events("Something Else"), NOW)
    sweep(db, workspace, day(5))
    assert refusal(db, workspace) is None
    track(db, workspace, events("Something Else", prefix="back ", hours=24 * 5 + 1), day(6))
    assert refusal(db, workspace) == "silence_broken"


def test_who_has_reached_the_goal_by_then_gets_no_mail(db: Connection, workspace: Workspace) -> None:
    automate(db, workspace, event="Trial Ending", goal_stage="customer")
    track(db, workspace, events("Trial Ending"), NOW)
    assert refusal(db, workspace) is None
    track(db, workspace, events("Subscription Started", prefix="s "), NOW)
    assert refusal(db, workspace) == "goal_reached"


@pytest.mark.parametrize("status", ["paused", "draft"])
def test_what_is_not_live_mails_nobody_and_stops_what_it_queued(
    db: Connection, workspace: Workspace, status: str
) -> None:
    made = automate(db, workspace, event="Trial Ending", repeats=True)
    track(db, workspace, events("Trial Ending"), NOW)
    db.execute("update public.automations set status = %s where id = %s", (status, made))
    track(db, workspace, events("Trial Ending", prefix="again "), NOW)
    assert (queued(db, workspace), refusal(db, workspace)) == (1, "automation_not_live")


def test_what_a_deleted_automation_queued_is_not_sent(db: Connection, workspace: Workspace) -> None:
    made = automate(db, workspace, event="Trial Ending")
    track(db, workspace, events("Trial Ending"), NOW)
    db.execute("delete from public.automations where id = %s", (made,))
    assert refusal(db, workspace) == "automation_deleted"
