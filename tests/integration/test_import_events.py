"""The import of history, run as a founder runs it, against the running API."""

import gzip
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib import keys, ratelimit
from scripts.local.layout import ROOT
from tests.conftest import Connection, Faults, Workspace
from tests.integration.conftest import Api, event
from tests.integration.test_ratelimit import counters, fill

LAST_YEAR = (datetime.now(UTC) - timedelta(days=365)).date().isoformat()
COMMAND = [sys.executable, "-m", "scripts.import_events"]
Import = Callable[..., subprocess.CompletedProcess[str]]


def variables(env: Mapping[str, str], key: str) -> dict[str, str]:
    """No more than a founder has: none of what the functions are configured with."""
    return {"PATH": env["PATH"], "CONVERSIONCRM_SECRET_KEY": key}


@pytest.fixture
def importing(env: Mapping[str, str], workspace: Workspace) -> Import:
    """Runs the command on a file to its end."""

    def run(file: Path, *options: str, key: str = workspace.secret_key) -> subprocess.CompletedProcess[str]:
        command = [*COMMAND, str(file), "--url", env["API_URL"], *options]
        return subprocess.run(
            command, cwd=ROOT, env=variables(env, key), capture_output=True, text=True, check=False, timeout=60
        )

    return run


@pytest.fixture
def started(env: Mapping[str, str], workspace: Workspace) -> Iterator[Callable[[Path], subprocess.Popen[str]]]:
    """Starts the command on a file."""
    running: list[subprocess.Popen[str]] = []

    def start(file: Path) -> subprocess.Popen[str]:
        command = [*COMMAND, str(file), "--url", env["API_URL"]]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables(env, workspace.secret_key),
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C is heard even where these tests run in a shell's background, which ignores it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def jsonl(path: Path, *messages: object) -> Path:
    path.write_text("".join(json.dumps(message) + "\n" for message in messages))
    return path


def undone(message: dict[str, object]) -> dict[str, object]:
    """The message without its messageId."""
    return {name: value for name, value in message.items() if name != "messageId"}


def stored(db: Connection, workspace: Workspace) -> list[dict[str, Any]]:
    statement = "select row_to_json(e) from public.events as e where workspace_id = %s order by occurred_at, message_id"
    return [row[0] for row in db.execute(statement, (workspace.id,))]


def figures(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """The counts of a summary."""
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("  ")]
    return {row[0]: int(row[1].replace(",", "")) for row in rows if row[0].isalpha()}


def rejects(file: Path) -> list[tuple[int, str]]:
    listed = file.with_name(file.name + ".rejects.jsonl").read_text().splitlines()
    return [(reject["line"], reject["code"]) for reject in map(json.loads, listed)]


def test_a_file_of_messages_is_stored_once(importing: Import, api: Api, tmp_path: Path) -> None:
    messages = [undone(event(event=f"Event {n}", timestamp=f"{LAST_YEAR}T03:04:05Z")) for n in range(5)]
    file = jsonl(tmp_path / "history.jsonl", *messages, messages[0])
    first = importing(file)
    assert (first.returncode, first.stderr) == (0, "")
    assert figures(first) == {"read": 6, "accepted": 5, "duplicates": 1, "refused": 0}
    assert figures(importing(file)) == {"read": 6, "accepted": 0, "duplicates": 6, "refused": 0}
    assert len(stored(api.db, api.workspace)) == 5
    assert list(tmp_path.iterdir()) == [file]


def test_a_csv_is_stored_once(importing: Import, api: Api, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text(
        "type,event,userId,timestamp,properties.plan,properties.seats,properties.note,traits.email\n"
        f'track,Upgraded,ada,{LAST_YEAR}T03:04:05Z,pro,5,"Zoë said ""ok"",\nthen left 🎉",\n'
        f"identify,,ada,{LAST_YEAR}T05:00:00Z,,,,Ada@example.com\n"
    )
    assert figures(importing(file)) == {"read": 2, "accepted": 2, "duplicates": 0, "refused": 0}
    assert figures(importing(file)) == {"read": 2, "accepted": 0, "duplicates": 2, "refused": 0}
    upgraded, identified = stored(api.db, api.workspace)
    assert upgraded["properties"] == {"plan": "pro", "seats": 5, "note": 'Zoë said "ok",\nthen left 🎉'}
    assert upgraded["occurred_at"].startswith(f"{LAST_YEAR}T03:04:05")
    assert identified["properties"] == {"email": "ada@example.com"}


def test_a_packed_file_is_imported_too(importing: Import, api: Api, tmp_path: Path) -> None:
    file = tmp_path / "history.ndjson.gz"
    file.write_bytes(gzip.compress(json.dumps(event(messageId="m1")).encode()))
    assert figures(importing(file))["accepted"] == 1
    assert len(api.stored("m1")) == 1


def test_a_dry_run_sends_nothing(api: Api, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "history.jsonl", event(), event(event=""))
    command = [*COMMAND, str(file), "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, figures(done)) == (1, {"read": 2, "fine": 1, "refused": 1})
    assert "event_invalid: line 2\n" in done.stdout
    assert stored(api.db, api.workspace) == []


def test_a_line_with_a_fault_is_named_and_the_others_are_stored(importing: Import, api: Api, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "history.jsonl", event(messageId="m1"), event(event=""), event(messageId="m3"))
    file.write_text(file.read_text() + "\n{not json\n")
    done = importing(file)
    assert done.returncode == 1
    assert figures(done) == {"read": 4, "accepted": 2, "duplicates": 0, "refused": 2}
    assert rejects(file) == [(2, "event_invalid"), (5, "json_malformed")]
    assert api.stored("m1")
    assert api.stored("m3")


def test_lines_are_counted_right_after_cells_of_several_lines(importing: Import, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text('event,userId,properties.note\nA,u1,"ä\n""b"",\r\nc"\nA,,no one\n\nA,u1,"broken"here\nA,u1\n')
    done = importing(file)
    assert figures(done) == {"read": 4, "accepted": 1, "duplicates": 0, "refused": 3}
    assert rejects(file) == [(5, "identity_missing"), (7, "csv_malformed"), (8, "csv_malformed")]


def test_what_only_the_api_can_refuse_is_named_by_its_line(importing: Import, tmp_path: Path) -> None:
    messages = [event(anonymousId=f"a{n}", timestamp=f"{LAST_YEAR}T00:00:{n:02}Z") for n in range(52)]
    file = jsonl(tmp_path / "history.jsonl", event(event=""), *messages)
    done = importing(file)
    assert done.returncode == 1
    refused = rejects(file)
    assert refused[0] == (1, "event_invalid")
    assert refused[1:]
    assert {code for _, code in refused[1:]} == {"too_many_identities"}
    assert all(messages[line - 2] for line, _ in refused[1:])


def test_a_wrong_key_ends_it_and_says_what_to_do(importing: Import, api: Api, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "history.jsonl", event(messageId="m1"))
    for key, advice in {
        keys.generate("secret"): "Use a secret key of the workspace that is not revoked.",
        api.workspace.publishable_key: "must hold a secret key (sk_…)",
        "": "Put the workspace's secret key (sk_…) into the environment variable CONVERSIONCRM_SECRET_KEY.",
    }.items():
        done = importing(file, key=key)
        assert done.returncode == 3
        assert advice in done.stderr
        assert not key or key not in done.stderr
    assert figures(importing(file))["accepted"] == 1


def test_an_address_that_is_not_ours_ends_it(importing: Import, env: Mapping[str, str], tmp_path: Path) -> None:
    file = jsonl(tmp_path / "history.jsonl", event())
    done = importing(file, "--url", env["API_URL"] + "/elsewhere")
    assert done.returncode == 3
    assert "Is --url right?" in done.stderr


def test_who_is_denied_waits_as_told(importing: Import, api: Api, tmp_path: Path) -> None:
    [name] = counters(api.workspace, "secret")
    fill(name, {ratelimit.LIMIT_BUCKETS - 2: 200})
    file = jsonl(tmp_path / "history.jsonl", *(event() for _ in range(60)))
    begun = time.monotonic()
    assert figures(importing(file)) == {"read": 60, "accepted": 60, "duplicates": 0, "refused": 0}
    assert time.monotonic() - begun > 1


def test_interrupted_at_a_terminal_it_says_how_to_go_on(
    started: Callable[[Path], subprocess.Popen[str]], api: Api, importing: Import, tmp_path: Path
) -> None:
    [name] = counters(api.workspace, "secret")
    fill(name, {0: 130})
    file = jsonl(tmp_path / "history.jsonl", *(event() for _ in range(120)))
    process = started(file)
    wait_for(file, lambda progress: progress["read"] == 100)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=10)
    assert (process.returncode, told) == (130, "Interrupted.\nThe same command goes on at line 101.\n")
    assert len(stored(api.db, api.workspace)) == 100
    file.write_text(file.read_text() + "{}\n")
    assert "The file has changed" in importing(file).stderr


@pytest.mark.exclusive
def test_killed_in_the_middle_it_goes_on_and_stores_everything_once(
    started: Callable[[Path], subprocess.Popen[str]], importing: Import, api: Api, faults: Faults, tmp_path: Path
) -> None:
    messages = [undone(event(userId=f"u{n}", timestamp=f"{LAST_YEAR}T03:04:05Z")) for n in range(129)]
    file = jsonl(tmp_path / "history.jsonl", event(event=""), *messages, event(event=""))
    faults.add("postgres", delayMs=400)
    process = started(file)
    wait_for(file, lambda progress: progress["read"] > 100 and progress["sending"])
    process.kill()
    process.wait(10)
    faults.heal()
    done = importing(file)
    assert done.stderr == "Going on at line 102, after 101 messages.\n"
    counted = figures(done)
    assert (counted["read"], counted["accepted"] + counted["duplicates"], counted["refused"]) == (131, 129, 2)
    assert rejects(file) == [(1, "event_invalid"), (131, "event_invalid")]
    assert len(stored(api.db, api.workspace)) == 129
    assert not file.with_name(file.name + ".progress").exists()


def wait_for(file: Path, reached: Callable[[dict[str, Any]], bool]) -> None:
    """Returns once the progress of a file's import is so far, or fails."""
    state = file.with_name(file.name + ".progress")
    end = time.monotonic() + 20
    while not (state.exists() and reached(json.loads(state.read_text()))):
        assert time.monotonic() < end, [path.name for path in file.parent.iterdir()]
        time.sleep(0.01)


@pytest.mark.exclusive
def test_an_outage_is_waited_out_as_told(importing: Import, api: Api, faults: Faults, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "history.jsonl", event(messageId="m1"))
    faults.add("postgres", status=503, times=1)
    begun = time.monotonic()
    done = importing(file)
    assert "503 unavailable" in done.stderr
    assert "; try 1 of 10 in " in done.stderr
    assert time.monotonic() - begun >= 5
    assert figures(done)["accepted"] == 1
    assert len(api.stored("m1")) == 1
