"""The builder is killed, overtaken and told to stop while somebody ingests: every row is in the export, once."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from lib import callers, exports, storage
from lib.strict_json import Json
from scripts.local import environment
from scripts.local.layout import ROOT
from tests.conftest import Connection, Workspace
from tests.integration.conftest import Api, bearer, event, instance, problem
from tests.integration.exported import downloaded, manifest_of, members, rows_of
from tests.integration.gate import Gate, Stop, When, standing
from tests.proofs import PROVE

pytestmark = pytest.mark.exclusive

# Where a builder can be killed: in a part, with its uploads done, and with them recorded.
STEPS: list[tuple[str, When]] = [
    ("claim_export", "after"), ("export_page", "after"), ("record_export", "before"), ("record_export", "after"),
]  # fmt: skip
BIG = 1_000_000 if PROVE else 20_000
MEGABYTE = 1_000_000


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


def builder(env: Mapping[str, str], rows: int, minutes: int = 0, gate: Gate | None = None) -> subprocess.Popen[str]:
    """A process that builds what there is, in parts of so many rows, so many minutes from now."""
    command = [sys.executable, "-m", "tests.integration.exporting", str(rows), str(minutes)]
    variables = {
        **environment.product(env),
        **(gate.settings() if gate else {}),
        "PATH": env["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a builder has done, once it has ended."""
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    done: dict[str, Any] = json.loads(output.splitlines()[-1])
    return done


def killed(process: subprocess.Popen[str], stop: Stop) -> bool:
    """Kills a builder where it stops. Returns whether it came there before all was done."""
    while not stop.reached.wait(0.02) and process.poll() is None:
        pass
    process.kill()
    process.communicate()
    stop.lose()
    return stop.reached.is_set()


def requested(db: Connection, workspace: Workspace) -> str:
    asked = db.execute("select public.request_export(%s, 'operator')", (workspace.id,))
    return str(asked.fetchall()[0][0]["exportId"])


def shown(workspace: Workspace, export_id: str) -> Json:
    return exports.show(callers.acting(str(workspace.id), "operator"), export_id)


def objects(workspace: Workspace) -> list[str]:
    return list(storage.keys(exports.folder(str(workspace.id))))


def fill(db: Connection, workspace: Workspace, events: int) -> None:
    """Events of a twentieth as many users."""
    db.execute(
        """with users as (
               select gen_random_uuid() as id, 'user-' || n as name from generate_series(1, %(users)s) as n
           ), named as (
               insert into public.identities (id, workspace_id, kind, value, contact_id)
               select id, %(workspace)s, 'userId', name, id from users
           ), described as (
               insert into public.traits
                   (workspace_id, identity_id, key, value, trusted, occurred_at, message_id)
               select %(workspace)s, id, 'name', to_jsonb(name), true, now(), name from users
           ), counted as (
               insert into public.contact_states (contact_id, workspace_id) select id, %(workspace)s from users
           )
           insert into public.contacts (id, workspace_id) select id, %(workspace)s from users""",
        {"workspace": workspace.id, "users": events // 20},
    )
    db.execute(
        """insert into public.events (
               workspace_id, trusted, message_id, identity_id, type, name, occurred_at, received_at, properties, context
           )
           select
               %(workspace)s, true, md5(n::text), ids[1 + n %% cardinality(ids)], 'track', 'Feature Used', now(), now(),
               '{"plan": "pro", "feature": "export", "tags": ["a", "b"], "screen": {"w": 1280, "h": 800}}',
               '{"library": {"name": "analytics-node", "version": "2.1.0"}, "locale": "en-GB"}'
           from generate_series(1, %(events)s) as n
           cross join (
               select array_agg(id) as ids from public.identities where workspace_id = %(workspace)s
           ) as i""",
        {"workspace": workspace.id, "events": events},
    )
    db.execute("analyze public.events, public.identities, public.traits, public.contacts, public.contact_states")


def message_ids(db: Connection, workspace: Workspace) -> set[str]:
    statement = "select message_id from public.events where workspace_id = %s"
    return {name for (name,) in db.execute(statement, (workspace.id,))}


def every_row_once(db: Connection, workspace: Workspace, export_id: str, before: set[str]) -> None:
    """Of what was there before all, of what came since maybe; and the manifest counts the same."""
    files = downloaded(shown(workspace, export_id))
    exported = Counter(row["message_id"] for row in rows_of(files, "events"))
    assert set(exported.values()) == {1}
    assert before <= exported.keys() <= message_ids(db, workspace)
    tables = {table["name"]: table["rows"] for table in manifest_of(files)["tables"]}
    for table in ("events", "traits", "contacts", "contact_states"):
        keys = [json.dumps(row, sort_keys=True) for row in rows_of(files, table)]
        assert len(keys) == len(set(keys)) == tables[table], table
    assert sum(tables.values()) == sum(file["rows"] for file in manifest_of(files)["files"] if file["format"] == "csv")


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_killed_at_any_step_it_goes_on_while_others_write(
    db: Connection, env: Mapping[str, str], workspace: Workspace, api: Api, gate: Gate, rounds: Callable[[int], int]
) -> None:
    fill(db, workspace, 3000)
    before, export_id, rng = message_ids(db, workspace), requested(db, workspace), random.Random(7)
    stopped, kills = Event(), 0

    def write() -> None:
        while not stopped.is_set():
            api.track(event(userId=f"user-{rng.randint(1, 150)}"))
            stopped.wait(0.5)

    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(write)
        for kill in range(rounds(20) * len(STEPS)):
            call, when = STEPS[kill % len(STEPS)]
            stop = gate.stop_at(call, when, rng.randint(1, 2) if call != "claim_export" else 1)
            kills += killed(builder(env, 400, 3 * kill, gate), stop)
            if shown(workspace, export_id)["status"] == "complete":
                export_id = requested(db, workspace)
        result(builder(env, 400, 3 * rounds(20) * len(STEPS)))
        stopped.set()
        writing.result()
    assert kills >= rounds(15) * len(STEPS)
    every_row_once(db, workspace, export_id, before)


def test_two_builders_at_once_do_each_part_once(db: Connection, env: Mapping[str, str], workspace: Workspace) -> None:
    fill(db, workspace, 3000)
    before, export_id = message_ids(db, workspace), requested(db, workspace)
    done = [result(each) for each in [builder(env, 300), builder(env, 300)]]
    every_row_once(db, workspace, export_id, before)
    kept = {f"{file['folder']}/{file['name']}" for file in recorded(db, export_id)}
    assert {key.split("/", 3)[3] for key in objects(workspace)} == kept
    assert sum(each["totals"]["completed"] for each in done) == 1


def recorded(db: Connection, export_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = db.execute(
        "select files from private.export_builds where export_id = %s", (export_id,)
    ).fetchall()[0][0]
    return found


def test_whoever_is_busy_when_it_is_withdrawn_completes_nothing(
    db: Connection, env: Mapping[str, str], workspace: Workspace, gate: Gate
) -> None:
    fill(db, workspace, 1000)
    export_id = requested(db, workspace)
    stop = gate.stop_at("record_export", "before")
    busy = builder(env, 400, gate=gate)
    stop.wait()
    assert len(objects(workspace)) == 2
    db.execute("select private.withdraw_exports(%s)", (workspace.id,))
    stop.go_on()
    result(busy)
    assert objects(workspace) == []
    assert shown(workspace, export_id)["status"] == "withdrawn"


def test_what_a_late_builder_uploads_after_the_withdrawal_is_found_and_deleted(
    db: Connection, env: Mapping[str, str], workspace: Workspace, gate: Gate
) -> None:
    fill(db, workspace, 1000)
    export_id = requested(db, workspace)
    stop = gate.stop_at("record_export", "before")
    killed(builder(env, 400, gate=gate), stop)
    db.execute("select private.withdraw_exports(%s)", (workspace.id,))
    assert db.execute("select private.exports_at_rest(%s)", (workspace.id,)).fetchall() == [(False,)]
    assert result(builder(env, 400))["totals"]["cleaned"] >= 1
    late = exports.folder(str(workspace.id), export_id) + "late/part-0001.csv.zip"
    storage.put(late, b"", "application/zip")
    result(builder(env, 400, minutes=3))
    assert objects(workspace) == []
    statement = "select cleaned_at is not null, files from public.exports join private.export_builds on export_id = id"
    assert db.execute(f"{statement} where id = %s".encode(), (export_id,)).fetchall() == [(True, [])]


def test_no_key_of_a_row_is_kept_once_an_export_has_ended(
    db: Connection, env: Mapping[str, str], workspace: Workspace, gate: Gate
) -> None:
    """Where a builder goes on may be an address."""
    fill(db, workspace, 1000)
    export_id = requested(db, workspace)
    stop = gate.stop_at("record_export", "after")
    killed(builder(env, 400, gate=gate), stop)
    cursor = "select cursor from private.export_builds where export_id = %s"
    assert db.execute(cursor, (export_id,)).fetchall()[0][0]["after"]
    db.execute("select private.withdraw_exports(%s)", (workspace.id,))
    assert db.execute(cursor, (export_id,)).fetchall() == [(None,)]


def test_while_storage_is_down_nothing_is_lost(
    db: Connection, env: Mapping[str, str], workspace: Workspace, tmp_path: Path
) -> None:
    fill(db, workspace, 1000)
    before, export_id = message_ids(db, workspace), requested(db, workspace)
    with instance(env, tmp_path / "log", S3_ENDPOINT_URL="http://127.0.0.1:9") as cut_off:
        answer = cut_off.http.get("/api/export", headers=bearer(env["CRON_SECRET"]), timeout=60)
    problem(answer, "unavailable")
    assert answer.headers["Retry-After"]
    result(builder(env, 400, minutes=3))
    every_row_once(db, workspace, export_id, before)


@pytest.mark.prove
@pytest.mark.timeout(1200)
def test_it_takes_constant_memory(db: Connection, env: Mapping[str, str], workspace: Workspace) -> None:
    fill(db, workspace, BIG)
    before, export_id = message_ids(db, workspace), requested(db, workspace)
    done = result(builder(env, 500_000))
    print(done)
    assert done["rss"] < 150 * MEGABYTE
    every_row_once(db, workspace, export_id, before)
    files = downloaded(shown(workspace, export_id))
    assert all(file["rows"] <= 500_000 for file in manifest_of(files)["files"])
    assert all(len(content) < 50 * MEGABYTE for content in files.values())
    lines = Counter[str]()
    for table, text in members(files, "csv"):
        lines[table] += text.count("\r\n") - 1  # each member has a header
    assert lines["events"] == BIG
