"""The life of a deletion on a fake clock: request, a week to think again, the purge, the receipt."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests import leftovers
from tests.conftest import Connection, Faults, Inbox, Session, Workspace, joined, sign_up
from tests.integration.conftest import Api, bearer, errors, event, problem

# A sweep of another time would take the workspaces of tests beside it.
pytestmark = pytest.mark.exclusive
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
Sweep = Callable[..., dict[str, Any]]


def name_of(api: Api) -> str:
    return str(api.db.execute("select name from public.workspaces where id = %s", (api.workspace.id,)).fetchall()[0][0])


def ask(api: Api, token: str, **body: object) -> httpx.Response:
    return api.member("/api/delete-workspace", body or {"name": name_of(api)}, token)


def requested(api: Api, owner: Session) -> dict[str, Any]:
    answer = ask(api, owner.access_token)
    assert answer.status_code == 202, answer.text
    request: dict[str, Any] = answer.json()
    return request


def state_of(api: Api) -> str:
    rows = api.db.execute(
        """select case when cancelled_at is not null then 'cancelled' when finished_at is not null then 'finished'
                  when purging_since is not null then 'purging' else 'pending' end
           from public.deletion_requests where workspace_id = %s""",
        (api.workspace.id,),
    ).fetchall()
    return str(rows[0][0])


def filled(api: Api) -> list[str]:
    """A workspace with something in most tables. Returns what is nowhere to be found once it is deleted."""
    name = uuid4().hex
    api.track(
        event(type="identify", userId=name, anonymousId=f"b{name}", traits={"email": f"{name}@example.com"}),
        *(event(userId=name) for _ in range(20)),
        event(type="page", userId=name, properties={"card": "4111 1111 1111 1111"}),
    )
    mail = {"to": {"userId": name}, "subject": name, "text": "Hi", "category": "transactional"}
    assert api.secret("/api/send-email", mail).status_code == 202
    api.track(event(userId=f"erased-{name}"))
    assert api.secret("/api/contact", {"erase": {"userId": f"erased-{name}"}}).status_code == 200
    return [name]


# Who may ask


def test_an_owner_asks_by_typing_the_name(api: Api, olga: Session) -> None:
    request = requested(api, olga)
    due, purge = (datetime.fromisoformat(request[key]) for key in ("dueBy", "purgeAfter"))
    assert timedelta(days=6, hours=23) < purge - NOW < timedelta(days=7, hours=1)
    assert due - purge == timedelta(days=23)
    assert requested(api, olga) == request


@pytest.mark.parametrize("name", ["", "something else", "TEST"])
def test_another_name_deletes_nothing(api: Api, olga: Session, name: str) -> None:
    problem(ask(api, olga.access_token, name=name), "name_mismatch")
    assert api.track(event())["accepted"] == 1


@pytest.mark.parametrize(
    ("name", "typed"), [(" Acme  Inc", "Acme Inc"), ("So\u0308hne", "S\u00f6hne"), ("\u00f6", "o\u0308")]
)
def test_a_name_is_typed_as_it_is_shown(api: Api, olga: Session, name: str, typed: str) -> None:
    api.set(name=name)
    assert ask(api, olga.access_token, name=typed).status_code == 202


def test_members_and_outsiders_are_refused(api: Api, olga: Session, bob: Session, charlie: Session) -> None:
    for person in (bob, charlie):
        problem(ask(api, person.access_token), "not_allowed")
        problem(ask(api, person.access_token, cancel=True), "not_allowed")
    joined(api.db, charlie, api.workspace, "admin")
    problem(ask(api, charlie.access_token), "not_allowed")


def test_keys_are_refused(api: Api) -> None:
    body = {"workspaceId": str(api.workspace.id), "name": name_of(api)}
    problem(api.secret("/api/delete-workspace", body), "token_required")
    problem(api.public("/api/delete-workspace", body), "token_required")
    problem(api.http.post("/api/delete-workspace", json=body), "key_missing")


def test_the_request_is_limited(api: Api, olga: Session) -> None:
    answers = [ask(api, olga.access_token, name="no") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("body", "pointer"), [({"cancel": False}, "/cancel"), ({"name": 1}, "/name"), ({"name": "a", "more": 1}, "/more")]
)
def test_a_body_says_one_thing(api: Api, olga: Session, body: dict[str, object], pointer: str) -> None:
    assert [place for place, _ in errors(ask(api, olga.access_token, **body))] == [pointer]


# From the request on


def test_keys_refuse_at_once(api: Api, olga: Session) -> None:
    requested(api, olga)
    for answer in (api.public("/api/track", event()), api.secret("/api/score", {"userId": "u1"})):
        problem(answer, "workspace_deletion_pending")


def test_no_mail_leaves_any_more(api: Api, olga: Session, drain: Callable[[], httpx.Response], inbox: Inbox) -> None:
    address = api.person()
    mail = {"to": {"userId": "u1"}, "subject": "Hello", "text": "Hi", "category": "transactional"}
    queued = api.secret("/api/send-email", mail).json()
    requested(api, olga)
    drain()
    assert api.finished(queued["messageId"])["reason"] == "workspace_deletion_pending"
    assert inbox.to(address) == []


def test_nor_is_any_queued_by_whoever(api: Api, olga: Session) -> None:
    api.person()
    contact = api.score(userId="u1")["contactId"]
    requested(api, olga)
    mail = {"to": {"userId": "u1"}, "subject": "Hello", "text": "Hi", "category": "transactional"}
    problem(api.member("/api/send-email", mail, olga.access_token), "workspace_deletion_pending")
    row = {
        "workspace_id": str(api.workspace.id),
        "contact_id": contact,
        "category": "transactional",
        "subject": "Hello",
    }
    assert olga.rest.post("/messages", json=row).status_code == 403


def test_all_owners_are_mailed_a_link_and_nobody_else(
    env: Mapping[str, str], api: Api, olga: Session, bob: Session, inbox: Inbox
) -> None:
    dora = joined(api.db, sign_up(env, "dora"), api.workspace, "owner")
    requested(api, olga)
    for owner in (olga, dora):
        [mail] = [each for each in inbox.wait_for(owner.email) if name_of(api) in each["subject"]]
        assert "/api/delete-workspace?keep=" in mail["html"]
    assert not [each for each in inbox.to(bob.email) if name_of(api) in each["subject"]]


def test_a_viewer_sees_that_it_is_being_deleted(api: Api, olga: Session, bob: Session) -> None:
    request = requested(api, olga)
    mine = {"workspace_id": f"eq.{api.workspace.id}"}
    [row] = bob.rest.get("/deletion_requests", params=mine).json()
    assert row["id"] == request["requestId"]
    assert bob.rest.delete("/deletion_requests", params=mine).status_code == 403


# Thinking again


def test_cancelled_on_day_six_everything_is_as_before(api: Api, olga: Session, sweep: Sweep) -> None:
    api.track(event())
    requested(api, olga)
    sweep(NOW + 6 * DAY)
    assert ask(api, olga.access_token, cancel=True).json()["status"] == "cancelled"
    assert api.score(userId="u1")["score"] == 5
    sweep(NOW + 40 * DAY)
    assert api.track(event())["accepted"] == 1
    assert state_of(api) == "cancelled"


def link(api: Api, inbox: Inbox, owner: Session) -> str:
    [mail] = [each for each in inbox.wait_for(owner.email) if f"{name_of(api)} will be deleted" in each["subject"]]
    [address] = re.findall(r"/api/delete-workspace\?keep=[\w-]+", mail["text"])
    return str(address)


def test_the_mailed_link_shows_a_page_and_its_button_cancels(api: Api, olga: Session, inbox: Inbox) -> None:
    requested(api, olga)
    address = link(api, inbox, olga)
    page = api.http.get(address)
    assert "Keep this workspace?" in page.text
    assert state_of(api) == "pending"
    assert "is kept" in api.http.post(address).text
    assert state_of(api) == "cancelled"


def test_an_old_link_cancels_no_later_request(api: Api, olga: Session, inbox: Inbox) -> None:
    requested(api, olga)
    address = link(api, inbox, olga)
    ask(api, olga.access_token, cancel=True)
    requested(api, olga)
    problem(api.http.post(address), "deletion_unknown")


def test_the_link_of_who_is_no_owner_any_more_cancels_nothing(
    env: Mapping[str, str], api: Api, olga: Session, inbox: Inbox
) -> None:
    dora = joined(api.db, sign_up(env, "dora"), api.workspace, "owner")
    requested(api, olga)
    address = link(api, inbox, dora)
    api.db.execute("update public.members set role = 'admin' where user_id = %s", (dora.user_id,))
    problem(api.http.post(address), "deletion_unknown")
    assert state_of(api) == "pending"


@pytest.mark.parametrize("token", ["", "x", "AAAA", "%00"])
def test_a_forged_link_leads_nowhere(api: Api, token: str) -> None:
    for answer in (
        api.http.get(f"/api/delete-workspace?keep={token}"),
        api.http.post(f"/api/delete-workspace?keep={token}"),
    ):
        problem(answer, "link_invalid")
    assert api.http.head(f"/api/delete-workspace?keep={token}").status_code == 404


def test_a_link_that_lapsed_says_so_in_words_and_with_its_status(api: Api, olga: Session, inbox: Inbox) -> None:
    requested(api, olga)
    address, browser = link(api, inbox, olga), {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert api.http.head(address).status_code == 200
    over = "update public.deletion_requests set purge_after = now() where workspace_id = %s"
    api.db.execute(over, (api.workspace.id,))
    for method in ("GET", "POST"):
        page = api.http.request(method, address, headers=browser)
        assert (page.status_code, page.headers["Content-Type"]) == (409, "text/html; charset=utf-8")
        assert "It is too late" in page.text
        problem(api.http.request(method, address), "deletion_grace_over")
    assert api.http.head(address).status_code == 409


def test_a_head_without_a_link_sweeps_nothing(api: Api, env: Mapping[str, str]) -> None:
    assert api.http.head("/api/delete-workspace", headers=bearer(env["CRON_SECRET"])).status_code == 404


def test_without_a_request_there_is_nothing_to_cancel(api: Api, olga: Session) -> None:
    problem(ask(api, olga.access_token, cancel=True), "deletion_unknown")


def test_after_the_grace_it_is_too_late(api: Api, olga: Session) -> None:
    requested(api, olga)
    api.db.execute(
        "update public.deletion_requests set purge_after = now() where workspace_id = %s", (api.workspace.id,)
    )
    problem(ask(api, olga.access_token, cancel=True), "deletion_grace_over")


# The purge


def test_nothing_goes_before_day_seven(api: Api, olga: Session, sweep: Sweep) -> None:
    held = filled(api)
    requested(api, olga)
    sweep(NOW + 6.9 * DAY)
    assert state_of(api) == "pending"
    assert leftovers.tables_with(api.db, *held) != {}


def test_after_the_purge_nothing_is_found_but_request_and_audit_log(api: Api, olga: Session, sweep: Sweep) -> None:
    held = filled(api)
    contacts = api.db.execute("select id::text from public.identities where workspace_id = %s", (api.workspace.id,))
    held += [contact for (contact,) in contacts.fetchall()]
    requested(api, olga)
    sweep(NOW + 8 * DAY)
    assert state_of(api) == "finished"
    assert leftovers.tables_with(api.db, *held) == {}
    assert set(leftovers.tables_with(api.db, str(api.workspace.id))) == {"audit_log", "deletion_requests"}


def test_a_cron_that_missed_twenty_days_is_still_in_time(api: Api, olga: Session, sweep: Sweep, db: Connection) -> None:
    requested(api, olga)
    overdue = "select public.health(%s) ->> 'overdueDeletions'"
    [[before]] = db.execute(overdue, (NOW + 31 * DAY,)).fetchall()
    sweep(NOW + 27 * DAY)
    [[after]] = db.execute(overdue, (NOW + 31 * DAY,)).fetchall()
    assert int(before) - int(after) >= 1
    assert state_of(api) == "finished"


def test_the_receipt_counts_every_row(api: Api, olga: Session, sweep: Sweep, inbox: Inbox) -> None:
    filled(api)
    requested(api, olga)
    counted = {table.rpartition(".")[2]: rows for table, rows in rows_of(api.db, api.workspace.id).items() if rows}
    name = name_of(api)
    sweep(NOW + 8 * DAY)
    [[counts]] = api.db.execute(
        "select counts from public.deletion_requests where workspace_id = %s", (api.workspace.id,)
    ).fetchall()
    assert counts == counted | {"workspaces": 1, "members": 2, "accounts": 2}
    [mail] = [each for each in inbox.wait_for(olga.email) if f"{name} is deleted" in each["subject"]]
    assert str(counted["events"]) in mail["text"]


def receipts_to(owner: Session, inbox: Inbox) -> int:
    return len([mail for mail in inbox.to(owner.email) if "is deleted: your receipt" in mail["subject"]])


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 429}, {"dropAfterAccept": True}])
def test_a_receipt_that_resend_did_not_take_goes_with_the_next_drain(
    env: Mapping[str, str],
    api: Api,
    olga: Session,
    inbox: Inbox,
    sweep: Sweep,
    faults: Faults,
    fault: dict[str, object],
) -> None:
    requested(api, olga)
    faults.add("resend", **fault)
    sweep(NOW + 8 * DAY)
    assert state_of(api) == "finished"
    faults.heal()
    for hours in (4, 5):
        at = {"now": (NOW + 8 * DAY + timedelta(hours=hours)).isoformat()}
        api.http.get("/api/send-email", params=at, headers=bearer(env["CRON_SECRET"])).raise_for_status()
    assert receipts_to(olga, inbox) == 1


def test_killed_between_the_end_and_the_mail_the_next_day_is_not_too_late(
    api: Api, olga: Session, inbox: Inbox, sweep: Sweep
) -> None:
    requested(api, olga)
    while api.db.execute("select public.purge_workspaces(1000, %s)", (NOW + 8 * DAY,)).fetchall() != [(False,)]:
        pass
    statement = "select public.finish_deletion(id, %s) from public.deletion_requests where workspace_id = %s"
    api.db.execute(statement, (NOW + 8 * DAY, api.workspace.id))
    for day in (9, 10, 11):
        sweep(NOW + day * DAY)
    assert receipts_to(olga, inbox) == 1


def test_an_owner_without_an_address_keeps_nobody_from_theirs(
    api: Api, olga: Session, inbox: Inbox, sweep: Sweep
) -> None:
    [[nameless]] = api.db.execute("insert into auth.users (id) values (gen_random_uuid()) returning id").fetchall()
    statement = "insert into public.members (workspace_id, user_id, role) values (%s, %s, 'owner')"
    api.db.execute(statement, (api.workspace.id, nameless))
    requested(api, olga)
    sweep(NOW + 8 * DAY)
    assert (state_of(api), receipts_to(olga, inbox)) == ("finished", 1)


def test_accounts_that_belong_elsewhere_stay(
    env: Mapping[str, str], api: Api, olga: Session, new_workspace: Callable[[], Workspace], sweep: Sweep
) -> None:
    dora, emil = (joined(api.db, sign_up(env, name), api.workspace, "viewer") for name in ("dora", "emil"))
    joined(api.db, dora, new_workspace(), "viewer")
    joined(api.db, olga, new_workspace(), "owner")
    requested(api, olga)
    sweep(NOW + 8 * DAY)
    left = api.db.execute(
        "select id from auth.users where id = any (%s)", ([dora.user_id, emil.user_id, olga.user_id],)
    )
    assert {row[0] for row in left.fetchall()} == {dora.user_id, olga.user_id}
    assert leftovers.tables_with(api.db, emil.email) == {}
    assert set(leftovers.tables_with(api.db, str(emil.user_id))) == {"audit_log"}


def test_other_workspaces_lose_nothing(
    api: Api, olga: Session, new_workspace: Callable[[], Workspace], sweep: Sweep
) -> None:
    other = Api(api.http, api.db, new_workspace())
    filled(other)
    before = rows_of(other.db, other.workspace.id)
    filled(api)
    requested(api, olga)
    sweep(NOW + 8 * DAY)
    assert rows_of(other.db, other.workspace.id) == before


def rows_of(db: Connection, workspace: UUID) -> dict[str, int]:
    """How many rows of the workspace each table has."""
    tables = db.execute("select name::text from private.tenant_tables()").fetchall()
    return {
        table: db.execute(f"select count(*) from {table} where workspace_id = %s", (workspace,)).fetchall()[0][0]
        for (table,) in tables
    }


def test_two_sweeps_at_once_do_it_once(api: Api, olga: Session, sweep: Sweep) -> None:
    filled(api)
    requested(api, olga)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(sweep, [NOW + 8 * DAY] * 3))
    sweep(NOW + 8 * DAY)
    [[counts]] = api.db.execute(
        "select counts from public.deletion_requests where workspace_id = %s", (api.workspace.id,)
    ).fetchall()
    assert counts["workspaces"] == 1


def test_only_the_scheduler_sweeps(http: httpx.Client) -> None:
    problem(http.get("/api/delete-workspace"), "cron_secret_required")
    problem(http.get("/api/delete-workspace", headers=bearer("guess")), "cron_secret_required")
