"""Stages move with what happens, and the right mail is decided on once."""

from datetime import datetime, timedelta

from tests.conftest import Connection, Workspace
from tests.database.histories import NOW
from tests.database.model import Message
from tests.database.reading import describe, track

ANN = ("userId", "ann")
READY = ["Upgrade Clicked"] * 2 + ["Pricing Viewed", "Project Created"]


def events(
    *names: str, who: tuple[tuple[str, str], ...] = (ANN,), prefix: str = "", hours: int = 0, at: datetime = NOW
) -> list[Message]:
    at += timedelta(hours=hours)
    return [Message(f"{prefix}{n}", True, "track", name, who, at) for n, name in enumerate(names)]


def mails(db: Connection, workspace: Workspace) -> int:
    counted = db.execute("select count(*) from public.messages where workspace_id = %s", (workspace.id,))
    return int(counted.fetchall()[0][0])


def transitions(db: Connection, workspace: Workspace) -> list[tuple[str | None, str]]:
    return db.execute(
        """select f.name, t.name from public.transitions as x
           left join public.stages as f on f.id = x.from_stage_id
           join public.stages as t on t.id = x.to_stage_id
           where x.workspace_id = %s order by x.created_at""",
        (workspace.id,),
    ).fetchall()


def test_becoming_ready_is_logged_and_queues_one_mail(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events(*READY), NOW)
    assert transitions(db, workspace) == [(None, "ready")]
    assert mails(db, workspace) == 1


def test_becoming_ready_again_queues_no_second_mail(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events(*READY), NOW)
    track(db, workspace, events("Something Else", prefix="quiet ", hours=24 * 12), NOW + timedelta(days=12))
    assert describe(db, workspace)[0].stage == "engaged"
    track(db, workspace, events(*READY, prefix="again ", hours=24 * 13), NOW + timedelta(days=13))
    assert describe(db, workspace)[0].stage == "ready"
    assert mails(db, workspace) == 1


def test_a_visitor_who_was_mailed_is_not_mailed_again_as_the_user_they_become(
    db: Connection, workspace: Workspace
) -> None:
    browser = ("anonymousId", "a")
    track(db, workspace, events(*READY, who=(browser,)), NOW)
    # Before another test's drain skips it for want of an address.
    db.execute("update public.messages set status = 'sent' where workspace_id = %s", (workspace.id,))
    track(db, workspace, events("Something Else", who=(ANN, browser), prefix="signed up "), NOW)
    assert [contact.stage for contact in describe(db, workspace)] == ["ready"]
    assert mails(db, workspace) == 1


def test_a_stage_event_sticks_until_the_next_one(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Subscription Started", *READY), NOW)
    assert describe(db, workspace)[0].stage == "customer"
    track(db, workspace, events("Subscription Cancelled", prefix="later ", hours=1), NOW + timedelta(hours=1))
    assert describe(db, workspace)[0].stage == "churned"


def test_a_stage_event_that_comes_late_does_not_win(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Subscription Cancelled", prefix="b "), NOW)
    track(db, workspace, events("Subscription Started", prefix="a ", hours=-48), NOW)
    assert describe(db, workspace)[0].stage == "churned"


def test_a_mail_that_is_not_live_is_not_queued(db: Connection, workspace: Workspace) -> None:
    db.execute("update public.automations set status = 'paused' where workspace_id = %s", (workspace.id,))
    track(db, workspace, events(*READY), NOW)
    assert mails(db, workspace) == 0
