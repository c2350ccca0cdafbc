"""/api/export: an owner gets every row of the workspace, in zips that nothing in them can turn against anybody."""

import csv
import hashlib
import io
import secrets
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from lib import exports, limits, storage, unsubscription
from tests.conftest import Connection, Session, Workspace
from tests.integration.conftest import Api, bearer, errors, event, instance, problem
from tests.integration.exported import cells_of, downloaded, manifest_of, members, rows_of
from tests.integration.test_tenancy import filled  # noqa: F401 (a fixture)

Build = Callable[..., dict[str, Any]]


@pytest.fixture
def build(http: httpx.Client, env: Mapping[str, str]) -> Build:
    """Runs the builder as the scheduler does, some time from now."""

    def at(**later: float) -> dict[str, Any]:
        params = {"now": (datetime.now(UTC) + timedelta(**later)).isoformat()} if later else {}
        answer = http.get("/api/export", params=params, headers=bearer(env["CRON_SECRET"]), timeout=60)
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    return at


@pytest.fixture
def ask(api: Api, alice: Session) -> Callable[..., httpx.Response]:
    """Posts as Alice."""
    return lambda **body: api.member("/api/export", body, alice.access_token)


Ask = Callable[..., httpx.Response]


@pytest.fixture
def export(db: Connection, ask: Ask, build: Build) -> Callable[..., dict[str, Any]]:
    """Asks for an export, has it built, and looks at it."""

    def built(**body: Any) -> dict[str, Any]:
        export_id = ask(**body).json()["exportId"]
        end = time.monotonic() + 30
        status = "select status from public.exports where id = %s"
        while db.execute(status, (export_id,)).fetchall() != [("complete",)]:
            assert time.monotonic() < end
            build()
            time.sleep(0.05)  # another test's builder may have it
        return dict(ask(exportId=export_id).json())

    return built


Export = Callable[..., dict[str, Any]]


def tenant_tables(db: Connection) -> set[str]:
    """As the catalog has them: partitions aside, those with a workspace_id, and workspaces itself."""
    found = db.execute(
        """select c.relname from pg_class as c
           where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
               and (relname = 'workspaces' or exists (
                   select from pg_attribute where attrelid = c.oid and attname = 'workspace_id'
               ))"""
    )
    return {name for (name,) in found}


def excluded(db: Connection) -> dict[str, set[str]]:
    """Columns by table that are in no export; "" is the whole table."""
    found: dict[str, set[str]] = {}
    for table, column in db.execute("select table_name, column_name from private.export_exclusions"):
        found.setdefault(table, set()).add(column)
    return found


# What is in it


@pytest.mark.usefixtures("filled")
def test_every_table_and_column_is_in_it_unless_a_reason_is_given(
    db: Connection, workspace: Workspace, export: Export
) -> None:
    files = downloaded(export())
    left_out = excluded(db)
    for table in tenant_tables(db):
        rows = rows_of(files, table)
        if "" in left_out.get(table, ()):
            assert not rows, table
            continue
        column = "id" if table == "workspaces" else "workspace_id"
        stored = db.execute(
            f"select to_jsonb(t) from public.{table} as t where {column} = %s", (workspace.id,)
        ).fetchall()
        kept = set(stored[0][0]) - left_out.get(table, set())
        assert {frozenset(row) for row in rows} == {frozenset(kept | ({"email"} if table == "members" else set()))}
        if table != "audit_log":  # which grows by this very export
            assert len(rows) == len(stored), table


def test_each_exclusion_names_what_there_is_and_why(db: Connection) -> None:
    found = db.execute(
        """select x.table_name, x.column_name from private.export_exclusions as x
           where length(x.reason) < 10 or to_regclass('public.' || x.table_name) is null
               or x.column_name <> '' and not exists (
                   select from pg_attribute
                   where attrelid = to_regclass('public.' || x.table_name) and attname = x.column_name
               )"""
    )
    assert found.fetchall() == []


def test_ndjson_is_what_is_stored(db: Connection, workspace: Workspace, api: Api, export: Export) -> None:
    exact = {"price": 0.1, "big": 9007199254740991, "nested": {"list": [1, None, "é\u2028\U0001f600"]}, "empty": ""}
    api.track(event(messageId="exact", properties=exact), event(messageId="other"))
    files = downloaded(export())
    [row] = [row for row in rows_of(files, "events") if row["message_id"] == "exact"]
    [stored] = api.stored("exact")
    assert row["properties"] == stored["properties"] == exact
    assert {name: row[name] for name in ("identity_id", "trusted", "lower_ids")} == {
        name: stored[name] for name in ("identity_id", "trusted", "lower_ids")
    }
    assert datetime.fromisoformat(row["occurred_at"]) == datetime.fromisoformat(stored["occurred_at"])


def test_numbers_keep_their_digits(db: Connection, workspace: Workspace, export: Export) -> None:
    db.execute(
        """insert into public.audit_log (workspace_id, action, detail) values (%s, 'test.numbers', %s)""",
        (workspace.id, '{"n": 0.9007199254740991890123456789, "m": 1e30}'),
    )
    lines = [text for table, text in members(downloaded(export()), "ndjson") if table == "audit_log"]
    assert '"n": 0.9007199254740991890123456789' in lines[0]
    assert '"m": 1000000000000000000000000000000' in lines[0]


def test_the_manifest_says_what_there_is(db: Connection, api: Api, export: Export) -> None:
    api.track(*(event() for _ in range(7)))
    shown = export()
    files = downloaded(shown)
    manifest = manifest_of(files)
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "manifest.json"
    }
    tables = {table["name"]: table for table in manifest["tables"]}
    assert tables.keys() == {name for name in tenant_tables(db) if "" not in excluded(db).get(name, ())}
    assert tables["events"]["rows"] == 7 == len(rows_of(files, "events")) == len(cells_of(files, "events"))
    assert [column["name"] for column in tables["events"]["columns"]] == list(rows_of(files, "events")[0])
    assert (manifest["schemaVersion"], manifest["exportId"], manifest["contactId"]) == (1, shown["exportId"], None)


def test_members_come_with_their_addresses(export: Export, alice: Session) -> None:
    rows = rows_of(downloaded(export()), "members")
    assert {(str(alice.user_id), "owner", alice.email)} <= {(r["user_id"], r["role"], r["email"]) for r in rows}


def test_no_secret_is_in_it(db: Connection, workspace: Workspace, export: Export) -> None:
    from lib import keys

    text = "".join(text for kind in ("ndjson", "csv") for _, text in members(downloaded(export()), kind))
    for secret in (workspace.secret_key, keys.key_hash(workspace.secret_key), workspace.identity_secret):
        assert secret not in text
    assert str(workspace.id) in text


def test_what_an_erased_contact_leaves_behind_is_not(db: Connection, api: Api, export: Export) -> None:
    """Its identities go at once, the rest in chunks."""
    api.person("gone")
    api.track(event(userId="gone"), event(userId="here"))
    gone = db.execute(
        "delete from public.identities where workspace_id = %s and value <> 'here' returning id", (api.workspace.id,)
    ).fetchall()
    files = downloaded(export())
    assert len(rows_of(files, "events")) == 1
    text = "".join(text for _, text in members(files, "ndjson"))
    assert len(gone) == 2
    assert not [identity for (identity,) in gone if str(identity) in text]


HOSTILE = ['=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1"]


def test_no_cell_is_a_formula(api: Api, export: Export) -> None:
    api.track(*(event(event=text.strip() or "x", userId=text, messageId=f"m{n}") for n, text in enumerate(HOSTILE)))
    files = downloaded(export())
    assert {row["value"] for row in rows_of(files, "identities")} == set(HOSTILE)
    assert {row["value"] for row in cells_of(files, "identities")} == {f"'{text}" for text in HOSTILE}
    texts = [text for _, text in members(files, "csv")]
    for cell in (cell for text in texts for row in csv.reader(io.StringIO(text, newline="")) for cell in row):
        assert not cell.startswith(("=", "@", "\t", "\r", "\n", "\uff1d"))


def test_numbers_stay_numbers(api: Api, export: Export) -> None:
    numbers = ["-1", "+49301234567", "-1.5e3", "0.5"]
    api.track(*(event(userId=number) for number in numbers))
    assert {row["value"] for row in cells_of(downloaded(export()), "identities")} == set(numbers)


def test_quotes_separators_and_line_breaks_stay_in_their_cell(api: Api, export: Export) -> None:
    names = ['a,"b";c', 'x\r\n"=1+1"', "../../etc/passwd", "a\u2028b"]
    api.track(*(event(userId=name) for name in names))
    files = downloaded(export())
    assert {row["value"] for row in cells_of(files, "identities")} == set(names)
    for name, content in files.items():
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                assert all(
                    member.replace("-", "").replace("_", "").replace(".", "").isalnum() for member in archive.namelist()
                )


# One contact


def test_of_one_contact_it_has_what_is_about_that_one(db: Connection, api: Api, export: Export) -> None:
    api.set(postal_address="1 Road, Town")
    address, _ = api.person("ada"), api.person("bob")
    api.track(event(userId="ada", anonymousId="a1"), event(userId=None, anonymousId="a1"), event(userId="bob"))
    api.secret("/api/send-email", {"to": {"userId": "ada"}, "subject": "Hi", "text": "x", "category": "transactional"})
    digest = unsubscription.address_hash(str(api.workspace.id), address)
    db.execute(
        """insert into public.suppressions (workspace_id, address_hash, reason)
           select %s, unnest(array[%s, 'of somebody else']), 'by_hand'""",
        (api.workspace.id, digest),
    )
    files = downloaded(export(contact={"email": address}))
    assert {row["value"] for row in rows_of(files, "identities")} == {"ada", "a1", address}
    assert len(rows_of(files, "events")) == 3  # identify too
    assert [row["to_address"] for row in rows_of(files, "messages")] == [address]
    assert [row["address_hash"] for row in rows_of(files, "suppressions")] == [digest]
    assert len(rows_of(files, "contacts")) == len(rows_of(files, "contact_states")) == 1
    assert "bob" not in "".join(text for _, text in members(files, "ndjson"))
    assert "templates" not in {table["name"] for table in manifest_of(files)["tables"]}


def test_nobody_and_several_are_told_apart(api: Api, ask: Ask) -> None:
    problem(ask(contact={"userId": "nobody"}), "contact_unknown")
    api.secret("/api/identify", {"userId": "a", "email": "shared@example.com"})
    api.secret("/api/identify", {"userId": "b", "email": "shared@example.com"})
    assert len(problem(ask(contact={"email": "shared@example.com"}), "ambiguous")["contactIds"]) == 2


# Who may


def test_only_an_owner_may_ask_or_look(api: Api, ask: Ask, alice: Session, bob: Session, charlie: Session) -> None:
    export_id = ask().json()["exportId"]
    for role in ("admin", "viewer"):
        statement = "update public.members set role = %s where workspace_id = %s and user_id = %s"
        api.db.execute(statement, (role, api.workspace.id, bob.user_id))
        for body in ({}, {"exportId": export_id}):
            problem(api.member("/api/export", body, bob.access_token), "not_allowed")
            problem(api.member("/api/export", body, charlie.access_token), "not_allowed")
    problem(api.secret("/api/export", {"workspaceId": str(api.workspace.id)}), "token_required")
    problem(api.public("/api/export", {"workspaceId": str(api.workspace.id)}), "token_required")
    problem(api.http.post("/api/export", json={}), "key_missing")
    problem(api.member("/api/export", {}, "a.b.c"), "token_invalid")


def test_an_export_of_another_workspace_is_none(
    api: Api, ask: Ask, alice: Session, new_workspace: Callable[[], Workspace], build: Build
) -> None:
    export_id = ask().json()["exportId"]
    other = new_workspace()
    api.db.execute("insert into public.members values (%s, %s, 'owner')", (other.id, alice.user_id))
    body = {"workspaceId": str(other.id), "exportId": export_id}
    problem(api.http.post("/api/export", json=body, headers=bearer(alice.access_token)), "export_unknown")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"exportId": "x"}, "/exportId"),
        ({"contact": {}}, "/contact"),
        ({"contact": {"userId": "a", "email": "a@example.com"}}, "/contact"),
        ({"contact": {"userId": "a"}, "exportId": "0b9f4a52-6c1d-4c8e-9a55-2f1d3c5b7e90"}, ""),
        ({"everything": True}, "/everything"),
    ],
)
def test_what_is_not_understood_is_named(ask: Ask, body: dict[str, Any], pointer: str) -> None:
    assert [place for place, _ in errors(ask(**body))] == [pointer]


def test_a_token_without_workspace_says_which_is_missing(api: Api, alice: Session) -> None:
    answer = api.http.post("/api/export", json={}, headers=bearer(alice.access_token))
    assert errors(answer) == [("/workspaceId", "missing")]


def test_asking_twice_is_asking_once(ask: Ask, api: Api) -> None:
    api.track(event(userId="ada"))
    first, second, other = ask(), ask(), ask(contact={"userId": "ada"})
    assert (first.status_code, first.json()["exportId"]) == (202, second.json()["exportId"])
    assert other.json()["exportId"] != first.json()["exportId"]


def test_asked_from_ten_connections_at_once_it_is_one(ask: Ask) -> None:
    with ThreadPoolExecutor(10) as many:
        answers = list(many.map(lambda _: ask(), range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["exportId"] for answer in answers}) == 1


def test_who_owns_it_no_more_gets_no_link(api: Api, alice: Session, export: Export, ask: Ask) -> None:
    shown = export()
    statement = "delete from public.members where workspace_id = %s and user_id = %s"
    api.db.execute(statement, (api.workspace.id, alice.user_id))
    problem(ask(exportId=shown["exportId"]), "not_allowed")


def test_a_workspace_asks_so_often_a_minute(ask: Ask) -> None:
    answers = [ask() for _ in range(limits.EXPORT_CALLS_PER_MINUTE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {202}
    assert int(answers[-1].headers["Retry-After"]) > 0
    problem(answers[-1], "rate_limited")


def test_a_workspace_about_to_be_deleted_is_exported(api: Api, export: Export) -> None:
    api.set(deletion_requested_at=datetime.now(UTC))
    assert rows_of(downloaded(export()), "workspaces")[0]["id"] == str(api.workspace.id)


def test_requests_and_links_are_logged(db: Connection, api: Api, alice: Session, export: Export, ask: Ask) -> None:
    export_id = export()["exportId"]
    ask(exportId=export_id)
    logged = db.execute(
        """select action, actor, detail ->> 'exportId' from public.audit_log
           where workspace_id = %s and action like 'export.%%' order by at""",
        (api.workspace.id,),
    ).fetchall()
    assert {(actor, of) for _, actor, of in logged} == {(f"member:{alice.user_id}", export_id)}
    assert [action for action, _, _ in logged] == ["export.request", "export.link", "export.link"]


def test_without_storage_nothing_is_promised(api: Api, alice: Session, env: Mapping[str, str], tmp_path: Any) -> None:
    nowhere = dict.fromkeys((name for name in env if name.startswith("S3_")), "")
    body = {"workspaceId": str(api.workspace.id)}
    with instance(env, tmp_path / "log", **nowhere) as without:
        problem(without.http.post("/api/export", json=body, headers=bearer(alice.access_token)), "export_not_offered")
        done = without.http.get("/api/export", headers=bearer(env["CRON_SECRET"]))
    assert done.json() == {"cleaned": 0, "parts": 0, "rows": 0, "completed": 0, "left": False}


# Links and objects


def test_a_link_is_signed_for_one_object_and_a_minute(api: Api, export: Export, env: Mapping[str, str]) -> None:
    shown = export()
    assert shown["expiresIn"] == 60
    for file in shown["files"]:
        url = urlsplit(file["url"])
        asked = parse_qs(url.query)
        assert f"{url.scheme}://{url.netloc}" == env["S3_ENDPOINT_URL"]
        assert url.path.startswith(f"/{env['S3_BUCKET']}/exports/{api.workspace.id}/{shown['exportId']}/")
        assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["60"])
        assert asked["X-Amz-SignedHeaders"] == ["host"]
        assert len(asked["X-Amz-Signature"][0]) == 64


def objects(api: Api) -> list[str]:
    return list(storage.keys(exports.folder(str(api.workspace.id))))


@pytest.mark.exclusive
def test_a_day_later_it_is_gone(api: Api, export: Export, build: Build, ask: Ask) -> None:
    shown = export()
    build(hours=23, minutes=50)
    assert len(objects(api)) == len(shown["files"])
    assert build(hours=24, minutes=10)["cleaned"] >= 1
    assert objects(api) == []
    after = ask(exportId=shown["exportId"]).json()
    assert (after["status"], "files" in after) == ("expired", False)


def test_past_its_time_there_is_no_link_though_no_sweep_came(db: Connection, export: Export, ask: Ask) -> None:
    shown = export()
    db.execute("update public.exports set expires_at = now() - interval '1 s' where id = %s", (shown["exportId"],))
    after = ask(exportId=shown["exportId"]).json()
    assert (after["status"], "files" in after) == ("expired", False)


def test_a_withdrawn_one_has_no_link_and_is_deleted_at_once(
    db: Connection, api: Api, export: Export, build: Build, ask: Ask
) -> None:
    shown = export()
    assert objects(api)
    assert db.execute("select private.withdraw_exports(%s)", (api.workspace.id,)).fetchall() == [(1,)]
    after = ask(exportId=shown["exportId"]).json()
    assert (after["status"], "files" in after) == ("withdrawn", False)
    build()
    assert objects(api) == []
    assert ask().json()["exportId"] != shown["exportId"]


def test_the_objects_of_one_workspaces_withdrawn_exports_need_not_wait(
    db: Connection, api: Api, export: Export, ask: Ask
) -> None:
    export()
    db.execute("select private.withdraw_exports(%s)", (api.workspace.id,))
    ask()  # a new one, of which nothing is withdrawn
    assert exports.clean(datetime.now(UTC), str(api.workspace.id)) == 1
    assert objects(api) == []
    assert exports.clean(datetime.now(UTC), str(api.workspace.id)) == 0


def test_all_of_a_workspaces_objects_can_be_deleted(api: Api, export: Export) -> None:
    storage.put(f"exports/{api.workspace.id}0/other", b"x", "text/plain")
    shown = export()
    assert exports.remove_all(str(api.workspace.id)) == len(shown["files"])
    assert objects(api) == []
    assert storage.get(f"exports/{api.workspace.id}0/other") == b"x"


@pytest.mark.exclusive
def test_what_is_never_finished_is_given_up_after_a_week(db: Connection, ask: Ask, build: Build) -> None:
    export_id = ask().json()["exportId"]
    db.execute("update public.exports set requested_at = now() - interval '8 days' where id = %s", (export_id,))
    build()
    assert ask(exportId=export_id).json()["status"] == "failed"


def test_objects_are_put_got_listed_and_deleted() -> None:
    folder = f"receipts/{secrets.token_hex(8)}/"
    for n in range(3):
        storage.put(f"{folder}{n}.json", b"{}", "application/json")
    assert list(storage.keys(folder)) == [f"{folder}{n}.json" for n in range(3)]
    assert (storage.get(f"{folder}1.json"), storage.get(f"{folder}9.json")) == (b"{}", None)
    assert storage.delete_all(folder) == 3
    assert list(storage.keys(folder)) == []


@pytest.mark.parametrize("prefix", ["", "/", "exports"])
def test_not_everything_is_deleted_by_mistake(prefix: str) -> None:
    with pytest.raises(ValueError, match=f"^{prefix}$"):
        storage.delete_all(prefix)
