"""A changed policy is announced to every owner once, whatever happens to the command: run as an operator runs it."""

import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from scripts.local import environment
from scripts.local.layout import ROOT
from scripts.public_pages.policy import last_updated
from tests.conftest import Connection, Faults, Inbox, Workspace
from tests.integration.gate import Gate, Stop, When, standing

# Everybody who owns a workspace gets this mail, those of other tests too.
pytestmark = pytest.mark.exclusive
DATE = last_updated((ROOT / "docs/privacy-policy.md").read_text())
# In the order in which the command comes by. In the middle Resend may or may not have the mail.
STEPS: dict[str, tuple[str, When]] = {
    "before it is decided who is told": ("announce_policy", "before"),
    "it is decided who is told": ("announce_policy", "after"),
    "the claim has committed": ("claim_announcement", "after"),
    "the mail is on its way": ("emails", "before"),
    "Resend is at work on it": ("emails", "during"),
    "Resend has answered": ("emails", "after"),
    "before the outcome is recorded": ("finish_announcement", "before"),
    "the outcome is recorded": ("finish_announcement", "after"),
}
Announce = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Owners = Callable[[int], dict[UUID, str]]


@pytest.fixture(autouse=True)
def nobody_else(db: Connection) -> Iterator[None]:
    """For a while nobody owns anything, and nothing has been announced."""
    demoted = "update public.members set role = 'viewer' where role = 'owner' returning workspace_id, user_id"
    before = db.execute(demoted).fetchall()
    db.execute("truncate private.policies, private.announcements")
    yield
    db.execute("truncate private.policies, private.announcements")
    db.execute("update public.members set role = 'viewer' where role = 'owner'")
    statement = "update public.members set role = 'owner' where workspace_id = %s and user_id = %s"
    db.cursor().executemany(statement, before)


@pytest.fixture
def owners(db: Connection, workspace: Workspace) -> Owners:
    """Makes so many owners of one workspace more. Returns their addresses."""
    db.execute("update public.members set role = 'viewer' where workspace_id = %s", (workspace.id,))

    def make(count: int) -> dict[UUID, str]:
        made = {uuid4(): f"{uuid4().hex}@example.com" for _ in range(count)}
        with db.cursor() as cursor:
            cursor.executemany("insert into auth.users (id, email) values (%s, %s)", list(made.items()))
            rows = [(workspace.id, user) for user in made]
            cursor.executemany("insert into public.members values (%s, %s, 'owner')", rows)
        return made

    return make


@pytest.fixture
def start(env: Mapping[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts the command with the deployment's environment."""
    running: list[subprocess.Popen[str]] = []
    changes = tmp_path / "changes.md"
    changes.write_text("Upstash is on the list.\n\n- A <b>point</b>\n")

    def begin(*options: str, words: Path | None = changes, **settings: str) -> subprocess.Popen[str]:
        variables = {**environment.product(env), "PATH": env["PATH"], **settings}
        given = ["--changes", str(words)] if words else []
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.announce_policy", *given, *options], cwd=ROOT, text=True,
            env={name: value for name, value in variables.items() if value},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def announce(start: Start) -> Announce:
    """Runs the command to its end."""

    def run(*options: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        process = start(*options, **settings)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess([], process.returncode, out, err)

    return run


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


def let_pass(db: Connection, interval: str) -> None:
    """As if so much time had gone by."""
    db.execute(
        """update private.announcements
           set send_at = send_at - %(i)s::interval, claimed_until = claimed_until - %(i)s::interval,
               first_attempt_at = first_attempt_at - %(i)s::interval""",
        {"i": interval},
    )


def column(db: Connection, name: str) -> list[Any]:
    return [row[0] for row in db.execute(f"select {name} from private.announcements order by user_id".encode())]


def kill_at(gate: Gate, start: Start, step: str, nth: int) -> Stop:
    """Kills the command when it comes to a step for the nth time, then lets that call go on without it."""
    stop = gate.stop_at(*STEPS[step], nth)
    process = start("--send", **gate.settings())
    stop.wait()
    process.kill()
    process.wait(10)
    stop.go_on()
    return stop


def test_every_owner_gets_one_mail(owners: Owners, announce: Announce, inbox: Inbox) -> None:
    people = owners(5)
    done = announce("--send")
    assert (done.returncode, done.stdout) == (0, f"The policy of {DATE} was announced to 5 of 5 owners.\n"), done.stderr
    [mail] = inbox.to(next(iter(people.values())))
    assert mail["subject"] == "Our privacy policy has changed as of November 26, 2026"
    assert "Upstash is on the list." in mail["text"] and "/privacy>" in mail["text"]
    assert re.search("<li[^>]*>A &lt;b&gt;point&lt;/b&gt;</li>", mail["html"])
    assert "list-unsubscribe" not in {name.lower() for name in mail["headers"]}


def test_run_again_it_sends_nothing_more(owners: Owners, announce: Announce, inbox: Inbox) -> None:
    people = owners(3)
    assert [announce("--send").returncode, announce("--send", words=None).returncode] == [0, 0]
    assert [inbox.counts()[address] for address in people.values()] == [1, 1, 1]


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_dry_run_shows_the_mail_and_sends_nothing(
    owners: Owners, announce: Announce, inbox: Inbox, db: Connection, options: list[str]
) -> None:
    people = owners(3)
    done = announce(*options)
    assert done.returncode == 0, done.stderr
    assert "Upstash is on the list." in done.stdout and "3 owners would get this mail. Nothing was sent" in done.stdout
    assert [inbox.counts()[address] for address in people.values()] == [0, 0, 0]
    assert (column(db, "id"), db.execute("select from private.policies").fetchall()) == ([], [])


@pytest.mark.prove
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_and_run_again_it_tells_each_once(
    owners: Owners, announce: Announce, start: Start, gate: Gate, inbox: Inbox, db: Connection,
    rounds: Callable[[int], int], step: str,
) -> None:  # fmt: skip
    for seed in range(rounds(5)):
        db.execute("truncate private.policies, private.announcements")
        db.execute("update public.members set role = 'viewer' where role = 'owner'")
        people = owners(5)
        kill_at(gate, start, step, 1 if "decided" in step else random.Random(f"{step} {seed}").randint(1, 5))
        let_pass(db, "3 minutes")
        assert announce("--send").returncode == 0
        assert {inbox.counts()[address] for address in people.values()} == {1}, seed


@pytest.mark.prove
def test_killed_again_and_again_it_tells_each_once(
    owners: Owners, announce: Announce, start: Start, gate: Gate, inbox: Inbox, db: Connection,
    rounds: Callable[[int], int],
) -> None:  # fmt: skip
    for seed in range(rounds(20)):
        db.execute("truncate private.policies, private.announcements")
        db.execute("update public.members set role = 'viewer' where role = 'owner'")
        rng, people = random.Random(seed), owners(12)
        for _ in range(4):
            step = rng.choice([step for step in STEPS if "decided" not in step])
            kill_at(gate, start, step, rng.randint(1, 2))
            let_pass(db, "3 minutes")
        assert announce("--send", words=None).returncode == 0
        assert {inbox.counts()[address] for address in people.values()} == {1}, seed
        assert set(column(db, "status")) == {"sent"}


@pytest.mark.prove
def test_two_at_once_share_the_work(
    owners: Owners, start: Start, faults: Faults, inbox: Inbox, rounds: Callable[[int], int], db: Connection
) -> None:
    faults.tune("resend", holdMs=30, ratePerSecond=1000)
    for _ in range(rounds(10)):
        db.execute("truncate private.policies, private.announcements")
        db.execute("update public.members set role = 'viewer' where role = 'owner'")
        people = owners(12)
        both = [start("--send") for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
        assert {inbox.counts()[address] for address in people.values()} == {1}


def test_what_another_run_has_in_hand_is_waited_for(
    owners: Owners, start: Start, gate: Gate, inbox: Inbox, db: Connection
) -> None:
    [address] = owners(1).values()
    kill_at(gate, start, "the claim has committed", 1)
    waiting = start("--send")
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(4)
    let_pass(db, "3 minutes")
    assert waiting.wait(30) == 0
    assert inbox.counts()[address] == 1


def test_an_answer_that_was_lost_is_asked_for_again_and_no_second_mail_goes(
    owners: Owners, start: Start, faults: Faults, inbox: Inbox, db: Connection
) -> None:
    [address] = owners(1).values()
    faults.add("resend", dropAfterAccept=True, times=1)
    process, end = start("--send"), time.monotonic() + 30
    while column(db, "attempts") != [1] or column(db, "claim") != [None]:
        assert time.monotonic() < end and process.poll() is None
    let_pass(db, "3 minutes")
    assert process.wait(30) == 0
    assert (inbox.counts()[address], column(db, "attempts")) == (1, [2])


def test_owners_of_several_workspaces_and_of_those_being_deleted_get_one(
    owners: Owners, announce: Announce, inbox: Inbox, db: Connection, new_workspace: Callable[[], Workspace]
) -> None:
    [(user, address)] = owners(1).items()
    db.execute("insert into public.members values (%s, %s, 'owner')", (new_workspace().id, user))
    db.execute(
        "update public.workspaces set deletion_requested_at = now() "
        "where id in (select workspace_id from public.members where user_id = %s)", (user,)
    )  # fmt: skip
    assert announce("--send").returncode == 0
    assert inbox.counts()[address] == 1


def test_admins_viewers_and_who_became_owner_later_get_none(
    owners: Owners, announce: Announce, inbox: Inbox, db: Connection
) -> None:
    people = owners(3)
    [admin, viewer, _] = people
    db.execute("update public.members set role = 'admin' where user_id = %s", (admin,))
    db.execute("update public.members set role = 'viewer' where user_id = %s", (viewer,))
    assert announce("--send").returncode == 0
    [later] = owners(1).values()
    assert announce("--send").returncode == 0
    assert [inbox.counts()[address] for address in (*people.values(), later)] == [0, 0, 1, 0]


def test_who_owns_nothing_any_more_or_is_gone_is_not_told(
    owners: Owners, announce: Announce, start: Start, gate: Gate, inbox: Inbox, db: Connection
) -> None:
    people = owners(3)
    kill_at(gate, start, "it is decided who is told", 1)
    [former, gone, owner] = people
    db.execute("update public.members set role = 'admin' where user_id = %s", (former,))
    db.execute("delete from auth.users where id = %s", (gone,))
    assert announce("--send").returncode == 0
    assert [inbox.counts()[address] for address in people.values()] == [0, 0, 1]
    assert column(db, "user_id") == [owner]


def test_refusals_stop_it_and_the_next_run_goes_on(
    owners: Owners, announce: Announce, faults: Faults, inbox: Inbox
) -> None:
    people = owners(6)
    faults.add("resend", status=403)
    refused = announce("--send")
    assert refused.returncode == 3
    assert "Resend refuses the mail" in refused.stderr and "the same command goes on" in refused.stderr
    faults.heal()
    assert announce("--send").returncode == 0
    assert {inbox.counts()[address] for address in people.values()} == {1}


def test_an_owner_without_an_address_is_named_as_not_told(owners: Owners, announce: Announce, db: Connection) -> None:
    [user, _] = owners(2)
    db.execute("update auth.users set email = null where id = %s", (user,))
    done = announce("--send")
    assert (done.returncode, set(column(db, "reason"))) == (1, {"no_address", None})
    assert "announced to 1 of 2 owners.\nRefused: 1." in done.stdout


def claim(db: Connection, later: str) -> Any:
    statement = "select public.claim_announcement(%s, now() + %s::interval)"
    return db.execute(statement, (DATE, later)).fetchall()[0][0]


@pytest.mark.parametrize(("refused", "ending"), [(False, "unknown"), (True, "queued")])
def test_after_23_hours_only_what_was_surely_not_sent_is_sent(
    owners: Owners, db: Connection, refused: bool, ending: str
) -> None:
    owners(1)
    db.execute("select public.announce_policy(%s, 'All of it.')", (DATE,))
    taken = claim(db, "0")
    statement = "select public.finish_announcement(%s, %s, 'queued', 'why', 60, %s)"
    db.execute(statement, (taken["id"], taken["claim"], refused))
    assert (claim(db, "24 hours") is not None) == refused
    assert column(db, "status") == [ending]


def test_a_refusal_after_a_doubtful_attempt_leaves_the_doubt(owners: Owners, db: Connection) -> None:
    owners(1)
    db.execute("select public.announce_policy(%s, 'All of it.')", (DATE,))
    for minutes, refused in ((0, False), (10, True)):
        taken = claim(db, f"{minutes} minutes")
        statement = "select public.finish_announcement(%s, %s, 'queued', 'why', 60, %s)"
        db.execute(statement, (taken["id"], taken["claim"], refused))
    assert claim(db, "24 hours") is None
    assert column(db, "status") == ["unknown"]


def test_of_two_claims_at_once_each_takes_another_owner(owners: Owners, env: Mapping[str, str], db: Connection) -> None:
    owners(8)
    db.execute("select public.announce_policy(%s, 'All of it.')", (DATE,))

    def all_of_it(_: int) -> list[str]:
        import psycopg

        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as own:
            return [taken["id"] for taken in iter(lambda: claim(own, "0"), None)]

    with ThreadPoolExecutor(4) as runs:
        taken = [each for run in runs.map(all_of_it, range(4)) for each in run]
    assert len(taken) == len(set(taken)) == 8


def empty(folder: Path) -> dict[str, Any]:
    (folder / "empty.md").write_text(" \n")
    return {"words": folder / "empty.md"}


def binary(folder: Path) -> dict[str, Any]:
    (folder / "binary.md").write_bytes(b"\xff")
    return {"words": folder / "binary.md"}


@pytest.mark.parametrize(
    ("settings", "options", "status", "told"),
    [
        (lambda _: {"words": None}, ["--send"], 3, r"^Say what changed: --changes FILE\.$"),
        (lambda folder: {"words": folder / "no.md"}, [], 2, r"no\.md can't be read: No such file or directory$"),
        (empty, [], 2, r"empty\.md must say what changed, in 10,000 characters at most$"),
        (binary, [], 2, r"binary\.md can't be read: it is not UTF-8$"),
        (lambda _: {}, ["--send", "--dry-run"], 2, "not allowed with argument --send$"),
        (lambda _: {}, ["now"], 2, "unrecognized arguments: now$"),
        (lambda _: {"MAIL_DOMAIN": ""}, [], 2, "MAIL_DOMAIN is not set$"),
        (lambda _: {"APP_URL": "http://127.0.0.1:9"}, ["--send"], 3, "can't be reached .*is APP_URL right"),
        (lambda _: {"SUPABASE_URL": "http://127.0.0.1:9"}, ["--send"], 3, "the database answers unavailable"),
    ],
)
def test_called_wrongly_it_says_what_to_do_and_sends_nothing(
    owners: Owners, announce: Announce, inbox: Inbox, tmp_path: Path, db: Connection,
    settings: Callable[[Path], dict[str, Any]], options: list[str], status: int, told: str,
) -> None:  # fmt: skip
    [address] = owners(1).values()
    done = announce(*options, **settings(tmp_path))
    assert done.returncode == status, done.stderr
    assert re.search(told, done.stderr.strip().splitlines()[-1]), done.stderr
    assert (inbox.counts()[address], column(db, "id")) == (0, [])


def test_a_page_that_does_not_show_the_date_stops_it(
    owners: Owners, announce: Announce, env: Mapping[str, str]
) -> None:
    owners(1)
    wrong = {"APP_URL": env["DEMO_URL"]}
    assert "deploy it first" in announce("--send", **wrong).stderr
    assert "Before --send: " in announce("--dry-run", **wrong).stdout


def test_other_words_for_the_same_date_are_refused(owners: Owners, announce: Announce, tmp_path: Path) -> None:
    owners(1)
    assert announce("--send").returncode == 0
    (tmp_path / "other.md").write_text("Something else.")
    other = announce("--send", words=tmp_path / "other.md")
    assert (other.returncode, "Leave --changes out to go on with them" in other.stderr) == (3, True)


def test_a_policy_older_than_the_one_announced_is_refused(announce: Announce, db: Connection) -> None:
    db.execute("insert into private.policies values ('2099-01-01', 'All of it.', now())")
    done = announce("--send")
    assert (done.returncode, "the later policy of 2099-01-01 has been announced" in done.stderr) == (3, True)


def test_help_needs_no_environment() -> None:
    command = [sys.executable, "-m", "scripts.announce_policy", "--help"]
    told = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=True).stdout
    assert "How to announce a change" in told and "Exit status" in told
