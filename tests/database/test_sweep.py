"""What the days alone change: moved once, on the right day, whenever the sweep comes."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.conftest import Connection, Workspace
from tests.database.histories import NOW
from tests.database.reading import track
from tests.database.test_stages import READY, events, mails


def day(number: int) -> datetime:
    """Noon of the n-th day after NOW's."""
    return NOW + timedelta(days=number)


def sweep(db: Connection, workspace: Workspace, now: datetime) -> int:
    """Of this workspace alone, since tests run beside each other. Returns how many contacts were due."""
    statement = "select (public.sweep_contacts(100, %s, %s) ->> 'swept')::integer"
    return sum(iter(lambda: int(db.execute(statement, (now, workspace.id)).fetchall()[0][0]), 0))


def log(db: Connection, workspace: Workspace) -> list[tuple[str | None, str, str, int, date]]:
    return db.execute(
        """select f.name, t.name, x.cause, x.score, (x.created_at at time zone 'utc')::date
           from public.transitions as x
           left join public.stages as f on f.id = x.from_stage_id
           join public.stages as t on t.id = x.to_stage_id
           where x.workspace_id = %s order by x.created_at""",
        (workspace.id,),
    ).fetchall()


def state(db: Connection, workspace: Workspace) -> tuple[int, str, date]:
    found: tuple[int, str, date] = db.execute(
        """select s.score, g.name, s.due_on from public.contact_states as s
           join public.stages as g on g.id = s.stage_id
           where s.workspace_id = %s""",
        (workspace.id,),
    ).fetchall()[0]
    return found


def history(db: Connection, workspace: Workspace) -> list[tuple[date, int]]:
    statement = "select day, score from public.score_history where workspace_id = %s order by day"
    return db.execute(statement, (workspace.id,)).fetchall()


@pytest.mark.parametrize("visits", [range(1, 15), [14], [3, 14], [9, 10, 14]])
def test_a_stage_moves_once_and_on_its_day_however_often_the_sweep_comes(
    db: Connection, workspace: Workspace, visits: Iterable[int]
) -> None:
    track(db, workspace, events("Upgrade Clicked", "Upgrade Clicked"), NOW)
    for number in visits:
        sweep(db, workspace, day(number))
    # 50 * 2^(-n/14) is below 39.5 from the 5th day on; the 14th is the 14th of silence.
    assert log(db, workspace)[1:] == [
        ("engaged", "activated", "decay", 39, day(5).date()),
        ("activated", "at_risk", "silence", 25, day(14).date()),
    ]


def test_what_is_not_due_is_not_touched(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Feature Used"), NOW)
    # 5 * 2^(-n/14) is below 4.5 from the 3rd day on.
    assert state(db, workspace) == (5, "signed_up", day(3).date())
    assert (sweep(db, workspace, day(2)), sweep(db, workspace, day(3))) == (0, 1)
    assert state(db, workspace)[0] == 4


def test_the_history_has_a_row_for_each_day_on_which_the_score_changed(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Feature Used"), NOW)
    sweep(db, workspace, day(12))
    # 5 until the 2nd day, 4 until the 7th, 3 since.
    assert history(db, workspace) == [(day(0).date(), 5), (day(3).date(), 4)]
    assert state(db, workspace)[0] == 3


def test_an_event_finds_its_contact_where_the_days_have_brought_it(db: Connection, workspace: Workspace) -> None:
    track(db, workspace, events("Upgrade Clicked", "Upgrade Clicked"), NOW)
    track(db, workspace, events("Feature Used", prefix="later ", hours=24 * 6), day(6))
    assert log(db, workspace)[1:] == [
        ("engaged", "activated", "decay", 39, day(5).date()),
        ("activated", "engaged", "message", 42, day(6).date()),
    ]


def test_an_event_of_tomorrow_counts_when_tomorrow_comes(db: Connection, workspace: Workspace) -> None:
    midnight = NOW.replace(hour=23, minute=58)
    track(db, workspace, events("Feature Used", at=midnight + timedelta(minutes=4)), midnight)
    track(db, workspace, events("Something Else", prefix="x ", at=midnight), midnight)
    assert (state(db, workspace)[0], sweep(db, workspace, midnight + timedelta(minutes=3))) == (0, 1)
    assert state(db, workspace)[0] == 5


def test_a_mail_follows_a_stage_entered_by_the_days(db: Connection, workspace: Workspace) -> None:
    mail_on(db, workspace, "at_risk")
    track(db, workspace, events("Feature Used"), NOW)
    sweep(db, workspace, day(13))
    assert mails(db, workspace) == 0
    sweep(db, workspace, day(14))
    sweep(db, workspace, day(15))
    assert mails(db, workspace) == 1


def test_no_mail_follows_a_stage_left_again_before_the_sweep_came(db: Connection, workspace: Workspace) -> None:
    mail_on(db, workspace, "activated")
    track(db, workspace, events("Upgrade Clicked", "Upgrade Clicked"), NOW)
    sweep(db, workspace, day(15))
    assert [entered for _, entered, *_ in log(db, workspace)] == ["engaged", "activated", "at_risk"]
    assert mails(db, workspace) == 0


def mail_on(db: Connection, workspace: Workspace, stage: str) -> None:
    """Has the one live automation enter on that stage."""
    db.execute(
        """update public.automations set entering_stage_id = (
               select id from public.stages where workspace_id = %s and name = %s
           ) where workspace_id = %s and status = 'live'""",
        (workspace.id, stage, workspace.id),
    )


@pytest.mark.parametrize(("away", "mailed"), [(6, 0), (8, 1)])
def test_coming_back_within_a_week_is_not_entering(
    db: Connection, workspace: Workspace, away: int, mailed: int
) -> None:
    db.execute("update public.automations set status = 'paused' where workspace_id = %s", (workspace.id,))
    track(db, workspace, events(*READY), NOW)
    sweep(db, workspace, day(5))
    left = next(at for _, _, cause, _, at in log(db, workspace) if cause == "decay")
    db.execute("update public.automations set status = 'live' where workspace_id = %s", (workspace.id,))
    back = NOW + (left - NOW.date()) + timedelta(days=away)
    track(db, workspace, events(*READY, prefix="again ", at=back), back)
    assert state(db, workspace)[1] == "ready"
    assert mails(db, workspace) == mailed


def test_sweeps_at_once_move_everybody_once(env: Mapping[str, str], db: Connection, workspace: Workspace) -> None:
    for number in range(60):
        who = (("userId", f"u{number}"),)
        track(db, workspace, events("Upgrade Clicked", "Upgrade Clicked", who=who, prefix=f"{number} "), NOW)

    def visit(_: Any) -> int:
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as one:
            statement = "select (public.sweep_contacts(7, %s, %s) ->> 'swept')::integer"
            return sum(int(one.execute(statement, (day(7), workspace.id)).fetchall()[0][0]) for _ in range(20))

    with ThreadPoolExecutor(4) as sweeps:
        assert sum(sweeps.map(visit, range(4))) == 60
    assert len(log(db, workspace)) == 120
