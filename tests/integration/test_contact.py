"""POST /api/contact: an end user's data is shown, put right and erased, whoever of the founder's asks for it."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx
import psycopg
import pytest

from tests import leftovers
from tests.conftest import Inbox, Session, joined
from tests.integration.conftest import Api, bearer, errors, event, problem


def ask(api: Api, **body: object) -> httpx.Response:
    return api.secret("/api/contact", body)


def erase(api: Api, **lookup: object) -> list[dict[str, Any]]:
    answer = ask(api, erase=lookup)
    assert answer.status_code == 200, answer.text
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


@pytest.fixture
def ann(api: Api) -> dict[str, str]:
    """Somebody with three identities, a score, and a mail that waits."""
    name = uuid4().hex
    person = {"userId": f"user-{name}", "email": f"{name}@example.com", "anonymousId": f"browser-{name}"}
    api.track(
        event(
            type="identify",
            userId=person["userId"],
            anonymousId=person["anonymousId"],
            traits={"email": person["email"]},
        ),
        event(userId=person["userId"]),
        event(userId=None, anonymousId=person["anonymousId"], properties={"secret": f"p-{name}"}),
    )
    mail = {"to": {"userId": person["userId"]}, "subject": "Hello", "text": "Hi", "category": "transactional"}
    assert api.secret("/api/send-email", mail | {"sendAt": "2099-01-01T00:00:00Z"}).status_code == 202
    return person


# Access


def test_everything_that_is_held_is_shown(api: Api, ann: Mapping[str, str]) -> None:
    shown = ask(api, access={"userId": ann["userId"]}).json()
    assert {(one["kind"], one["value"]) for one in shown["contact"]["identities"]} == {*ann.items()}
    assert shown["contact"]["traits"] == {"email": ann["email"]}
    assert sorted(one["name"] for one in shown["events"]) == ["Feature Used", "Feature Used", "identify"]
    assert [one["subject"] for one in shown["mails"]] == ["Hello"]
    assert shown["next"] is None


def test_a_long_history_comes_in_pages_each_event_once(api: Api) -> None:
    sent = [event(properties={"n": n, "filler": "x" * 30_000}) for n in range(120)]
    for start in range(0, 120, 15):
        api.track(*sent[start : start + 15])
    seen, pages, after = [], 0, None
    while pages == 0 or after:
        page = ask(api, access={"userId": "u1"}, after=after).json()
        assert len(str(page)) < 4_000_000
        seen += [one["messageId"] for one in page["events"]]
        after, pages = page["next"], pages + 1
    assert sorted(seen) == sorted(str(one["messageId"]) for one in sent)
    assert pages > 2


def test_what_is_said_of_somebody_may_be_long_too(api: Api) -> None:
    said = {f"trait {n}": f"{n} " + "ö" * 15_000 for n in range(200)}
    for start in range(0, 200, 15):
        api.track(*(event(type="identify", traits={key: said[key]}) for key in [*said][start : start + 15]))
    traits: dict[str, str] = {}
    history, after, first = [], None, True
    while first or after:
        answer = ask(api, access={"userId": "u1"}, after=after)
        assert len(answer.content) < 4_500_000
        page = answer.json()
        traits |= page.get("contact", {}).get("traits", {})
        history += [one["key"] for one in page.get("contact", {}).get("traitHistory", [])]
        after, first = page["next"], False
    assert traits == said
    assert sorted(history) == sorted(said)


def test_a_place_among_mails_may_be_spelt_as_a_urn(api: Api) -> None:
    api.person()
    place = {"of": "mails", "at": "2026-01-01T00:00:00Z", "id": uuid4().urn}
    assert ask(api, access={"userId": "u1"}, after=place).json() == {"events": [], "mails": [], "next": None}


def test_a_viewer_sees_everything_too(api: Api, bob: Session, ann: Mapping[str, str]) -> None:
    shown = api.member("/api/contact", {"access": {"email": ann["email"]}}, bob.access_token)
    assert shown.json()["contact"]["traits"] == {"email": ann["email"]}


def test_an_outsider_sees_nothing(api: Api, charlie: Session, ann: Mapping[str, str]) -> None:
    for question in ({"access": {"email": ann["email"]}}, {"correct": {"email": ann["email"]}, "traits": {"a": 1}}):
        answer = api.member("/api/contact", question, charlie.access_token)
        assert answer.json()["code"] in ("contact_unknown", "not_allowed")


def test_who_looked_is_logged(api: Api, bob: Session, ann: Mapping[str, str]) -> None:
    ask(api, access={"userId": ann["userId"]})
    api.member("/api/contact", {"access": {"userId": ann["userId"]}}, bob.access_token)
    logged = api.db.execute(
        """select action, actor, detail from public.audit_log
           where workspace_id = %s and contact_id is not null order by at""",
        (api.workspace.id,),
    ).fetchall()
    assert [(action, detail) for action, _, detail in logged] == [("contact.access", {})] * 2
    assert logged[0][1].startswith("key:")
    assert logged[1][1] == f"member:{bob.user_id}"


# Correct


def test_a_correction_outranks_what_was_said_and_what_is_claimed(api: Api, ann: Mapping[str, str]) -> None:
    api.secret("/api/identify", {"userId": ann["userId"], "traits": {"name": "An", "plan": "pro"}})
    answer = ask(api, correct={"email": ann["email"]}, traits={"name": "Ann"})
    assert answer.json()["traits"] == {"email": ann["email"], "name": "Ann", "plan": "pro"}
    api.public("/api/identify", {"userId": ann["userId"], "traits": {"name": "Evil"}})
    shown = ask(api, access={"userId": ann["userId"]}).json()
    assert shown["contact"]["traits"]["name"] == "Ann"


def test_a_corrected_address_is_the_one_that_is_mailed_and_found(api: Api, ann: Mapping[str, str]) -> None:
    right = f"right-{ann['email']}"
    assert ask(api, correct={"userId": ann["userId"]}, traits={"email": right.upper()}).json()["email"] == right
    assert api.score(email=right)["contactId"] == api.score(userId=ann["userId"])["contactId"]


def test_a_correction_outranks_what_a_fast_clock_said(api: Api) -> None:
    ahead = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    api.secret("/api/identify", {"userId": "u1", "timestamp": ahead, "traits": {"name": "An", "plan": "pro"}})
    for name in ("Ann", "Anna"):
        answer = ask(api, correct={"userId": "u1"}, traits={"name": name})
        assert answer.json()["traits"] == {"name": name, "plan": "pro"}


@pytest.mark.parametrize("lookup", [{"email": "lead@example.com"}, {"anonymousId": "browser"}, {"userId": "u1"}])
def test_a_correction_brings_no_erased_address_back(api: Api, ann: Mapping[str, str], lookup: dict[str, str]) -> None:
    erase(api, userId=ann["userId"])
    api.secret("/api/identify", lookup)
    problem(ask(api, correct=lookup, traits={"email": ann["email"]}), "not_stored")
    assert leftovers.tables_with(api.db, ann["email"]) == {}


def test_an_address_that_was_corrected_does_not_return_either(api: Api) -> None:
    api.secret("/api/identify", {"email": "wrong@example.com"})
    ask(api, correct={"email": "wrong@example.com"}, traits={"email": "right@example.com"})
    first = erase(api, email="wrong@example.com")
    assert errors(api.secret("/api/identify", {"email": "right@example.com"})) == [("", "not_stored")]
    assert erase(api, email="right@example.com") == first


def test_null_removes_a_trait(api: Api) -> None:
    api.person(plan="pro")
    assert "plan" not in ask(api, correct={"userId": "u1"}, traits={"plan": None}).json()["traits"]


@pytest.mark.parametrize("traits", [{}, {"email": "no address"}, {"a" * 256: 1}, {"card": 1.0, "b": {"c": "\x00"}}])
def test_what_no_identify_may_say_no_correction_may(api: Api, traits: Mapping[str, object]) -> None:
    api.person()
    assert errors(ask(api, correct={"userId": "u1"}, traits=traits))


def test_a_viewer_corrects_and_erases_nobody(api: Api, bob: Session, ann: Mapping[str, str]) -> None:
    for wish in ({"correct": {"userId": ann["userId"]}, "traits": {"a": 1}}, {"erase": {"userId": ann["userId"]}}):
        problem(api.member("/api/contact", wish, bob.access_token), "not_allowed")


# Erase


def test_who_is_erased_is_nowhere_any_more(api: Api, ann: Mapping[str, str]) -> None:
    [receipt] = erase(api, userId=ann["userId"])
    assert leftovers.tables_with(api.db, *ann.values(), ann["userId"].removeprefix("user-")) == {}
    held = leftovers.tables_with(api.db, receipt["contactId"])
    assert set(held) == {"audit_log", "erasures"}


def test_the_receipt_counts_what_is_gone(api: Api, ann: Mapping[str, str]) -> None:
    [receipt] = erase(api, email=ann["email"])
    assert receipt["status"] == "finished"
    counted = {"identities": 3, "identity_links": 2, "contacts": 1, "contact_states": 1, "events": 3, "messages": 1}
    assert {table: receipt["counts"][table] for table in counted} == counted


def test_asked_twice_the_same_receipt_comes(api: Api, ann: Mapping[str, str]) -> None:
    first = erase(api, userId=ann["userId"])
    assert erase(api, userId=ann["userId"]) == first
    assert erase(api, contactId=first[0]["contactId"]) == first


def test_erasing_by_an_address_acts_on_all_who_share_it(api: Api) -> None:
    address = f"{uuid4().hex}@example.com"
    for user in ("u1", "u2"):
        api.secret("/api/identify", {"userId": user, "traits": {"email": address}})
    problem(ask(api, access={"email": address}), "ambiguous")
    assert len(erase(api, email=address)) == 2
    assert leftovers.tables_with(api.db, address) == {}


def test_its_queued_events_are_refused(api: Api, ann: Mapping[str, str]) -> None:
    erase(api, userId=ann["userId"])
    by_browser = event(userId=None, anonymousId=ann["anonymousId"])
    assert errors(api.public("/api/track", by_browser)) == [("", "not_stored")]
    both = {"batch": [event(userId="somebody"), event(userId=ann["userId"], anonymousId=ann["anonymousId"])]}
    answer = api.public("/api/track", both).json()
    assert (answer["accepted"], [(bad["index"], bad["code"]) for bad in answer["rejected"]]) == (1, [(1, "not_stored")])
    assert leftovers.tables_with(api.db, *ann.values()) == {}


@pytest.mark.parametrize("kind", ["userId", "email"])
def test_it_can_not_come_back_by_a_server_either(api: Api, ann: Mapping[str, str], kind: str) -> None:
    erase(api, userId=ann["userId"])
    body = {"userId": ann["userId"]} if kind == "userId" else {"userId": "new", "traits": {"email": ann["email"]}}
    assert errors(api.secret("/api/identify", body)) == [("", "not_stored")]


def test_somebody_else_on_the_same_browser_goes_on_without_its_past(api: Api, ann: Mapping[str, str]) -> None:
    erase(api, userId=ann["userId"])
    answer = api.public("/api/track", event(userId="other", anonymousId=ann["anonymousId"])).json()
    assert (answer["accepted"], answer["rejected"]) == (1, [])
    assert leftovers.tables_with(api.db, ann["anonymousId"]) == {}


def test_its_address_is_never_mailed_again(
    api: Api, ann: Mapping[str, str], drain: Callable[[], httpx.Response], inbox: Inbox
) -> None:
    erase(api, userId=ann["userId"])
    api.db.execute("delete from private.tombstones where workspace_id = %s", (api.workspace.id,))
    api.secret("/api/identify", {"userId": "again", "traits": {"email": ann["email"]}})
    mail = {"to": {"userId": "again"}, "subject": "Hello", "text": "Hi", "category": "transactional"}
    queued = api.secret("/api/send-email", mail).json()
    drain()
    assert api.finished(queued["messageId"])["reason"] == "suppressed"
    assert inbox.to(ann["email"]) == []


def test_after_35_days_it_may_return_unless_that_was_ruled_out(
    api: Api, ann: Mapping[str, str], sweep: Callable[[], dict[str, Any]]
) -> None:
    ask(api, erase={"userId": ann["userId"]})
    api.track(event(userId="for-ever"))
    ask(api, erase={"userId": "for-ever"}, forever=True)
    api.db.execute(
        "update private.tombstones set expires_at = expires_at - interval '35 days 1 second' where workspace_id = %s",
        (api.workspace.id,),
    )
    sweep()
    assert api.public("/api/track", event(userId=ann["userId"])).status_code == 200
    assert errors(api.public("/api/track", event(userId="for-ever"))) == [("", "not_stored")]


def test_members_see_no_event_of_it_from_the_first_moment(api: Api, alice: Session, ann: Mapping[str, str]) -> None:
    api.track(event(userId="stays"), event(userId=ann["userId"], properties={"password": "secret"}))
    mine = {"workspace_id": f"eq.{api.workspace.id}"}
    assert len(alice.rest.get("/events", params=mine).json()) == 5
    assert len(alice.rest.get("/redactions", params=mine).json()) == 2
    keys = '{"tombstone": "k", "address": "k"}'
    lookup = f'{{"userId": "{ann["userId"]}"}}'
    api.db.execute("select public.erase_contacts(%s, %s, %s, 'operator')", (api.workspace.id, lookup, keys))
    left = api.db.execute("select count(*) from public.events where workspace_id = %s", (api.workspace.id,)).fetchall()
    assert left == [(5,)]
    assert len(alice.rest.get("/events", params=mine).json()) == 1
    assert len(alice.rest.get("/redactions", params=mine).json()) == 0


def test_an_admin_erases(api: Api, charlie: Session, ann: Mapping[str, str]) -> None:
    joined(api.db, charlie, api.workspace, "admin")
    answer = api.member("/api/contact", {"erase": {"userId": ann["userId"]}}, charlie.access_token)
    assert answer.status_code == 200
    by = api.db.execute("select requested_by from public.erasures where workspace_id = %s", (api.workspace.id,))
    assert by.fetchall() == [(f"member:{charlie.user_id}",)]


@pytest.mark.parametrize(
    "queue",
    [
        """select public.queue_message(
               workspace_id, jsonb_build_object('to', jsonb_build_object('contactId', contact_id),
               'subject', 'Late', 'text', 'Hi', 'category', 'transactional')
           ) from public.messages where workspace_id = %s""",
        """select public.ask_to_confirm(workspace_id, 'h', 'marketing', 'Late', 'Hi')
           from public.messages where workspace_id = %s""",
    ],
)
def test_a_mail_that_is_being_queued_meanwhile_goes_too(
    env: Mapping[str, str], api: Api, ann: Mapping[str, str], queue: str
) -> None:
    sent = "update public.messages set counted_at = now(), address_hash = 'h' where workspace_id = %s"
    api.db.execute(sent, (api.workspace.id,))
    with ThreadPoolExecutor(1) as pool, psycopg.connect(env["DATABASE_URL"]) as writer:
        writer.execute(queue.encode(), (api.workspace.id,))
        erased = pool.submit(erase, api, userId=ann["userId"])
        wait_until(lambda: erased.done() or waits_for_structure(api))
        writer.commit()
        assert erased.result()[0]["counts"]["messages"] == 2
    assert leftovers.tables_with(api.db, *ann.values()) == {}


def waits_for_structure(api: Api) -> bool:
    """Whether somebody waits to change who is who."""
    waiting = """select from pg_locks where locktype = 'advisory' and not granted
        and (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)"""
    return api.db.execute(waiting, (str(api.workspace.id),)).rowcount > 0


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_other_workspaces_do_not_notice(api: Api, new_workspace: Callable[[], Any], ann: Mapping[str, str]) -> None:
    other = Api(api.http, api.db, new_workspace())
    other.track(event(userId=ann["userId"]))
    erase(api, userId=ann["userId"])
    assert other.score(userId=ann["userId"])["score"] == 5
    assert other.track(event(userId=ann["userId"]))["accepted"] == 1


# Export


def built(api: Api, env: Mapping[str, str], export_id: str) -> dict[str, Any]:
    """Once it is complete."""
    while True:
        api.http.get("/api/export", headers=bearer(env["CRON_SECRET"]), timeout=90).raise_for_status()
        shown: dict[str, Any] = ask(api, exportId=export_id).json()
        if shown["status"] == "complete":
            return shown


def test_a_server_gets_a_contact_as_files(api: Api, env: Mapping[str, str], ann: Mapping[str, str]) -> None:
    asked = ask(api, export={"email": ann["email"]})
    assert asked.status_code == 202
    shown = built(api, env, asked.json()["exportId"])
    texts = [httpx.get(file["url"]).content for file in shown["files"] if file["name"].endswith(".zip")]
    held = b"".join(
        archive.read(name) for text in texts for archive in [ZipFile(BytesIO(text))] for name in archive.namelist()
    )
    assert all(value.encode() in held for value in ann.values())


def test_an_erasure_takes_back_every_export(api: Api, env: Mapping[str, str], ann: Mapping[str, str]) -> None:
    api.track(event(userId="somebody-else"))
    export_id = ask(api, export={"userId": "somebody-else"}).json()["exportId"]
    url = built(api, env, export_id)["files"][0]["url"]
    erase(api, userId=ann["userId"])
    assert ask(api, exportId=export_id).json()["status"] == "withdrawn"
    assert httpx.get(url).status_code == 404


def test_neither_a_member_nor_a_server_of_others_gets_it(
    api: Api, alice: Session, new_workspace: Callable[[], Any], ann: Mapping[str, str]
) -> None:
    export_id = ask(api, export={"userId": ann["userId"]}).json()["exportId"]
    other = Api(api.http, api.db, new_workspace())
    problem(ask(other, exportId=export_id), "export_unknown")
    problem(api.member("/api/contact", {"exportId": export_id}, alice.access_token), "not_allowed")


def test_a_server_gets_no_link_to_all_of_the_workspace(api: Api, alice: Session) -> None:
    export_id = api.member("/api/export", {}, alice.access_token).json()["exportId"]
    problem(ask(api, exportId=export_id), "export_unknown")


# Who may ask, and how


def test_nobody_unknown_is_shown_or_erased(api: Api) -> None:
    for wish in ({"access": {"userId": "nobody"}}, {"erase": {"userId": "nobody"}}):
        problem(ask(api, **wish), "contact_unknown")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/access"),
        ({"access": {}}, "/access"),
        ({"access": {"userId": "a", "email": "a@example.com"}}, "/access"),
        ({"correct": {"userId": "u1"}}, "/traits"),
        ({"erase": {"userId": "u1"}, "forever": "perhaps"}, "/forever"),
        ({"access": {"userId": "u1"}, "erase": {"userId": "u1"}}, "/access"),
        ({"erase": {"userId": "u1"}, "forever": 1}, "/forever"),
        ({"access": {"userId": "u1"}, "after": {"of": "pins", "at": "2026-01-01T00:00:00Z", "id": "a"}}, "/after/of"),
        ({"access": {"userId": "u1"}, "after": {"of": "mails", "at": "2026-01-01T00:00:00Z", "id": "a"}}, "/after"),
        ({"access": {"userId": "u1"}, "after": {"of": "mails", "at": 0, "id": "a"}}, "/after/at"),
        ({"access": {"userId": "u1"}, "after": {"of": "events", "at": "2026-01-01T00:00:00Z", "id": "a"}}, "/after"),
    ],
)
def test_a_body_says_one_thing(api: Api, body: dict[str, object], pointer: str) -> None:
    assert [place for place, _ in errors(api.secret("/api/contact", body))] == [pointer]


def test_one_that_it_does_not_know_is_refused(api: Api) -> None:
    answer = ask(api, suppressed={"userId": "u1"})
    assert errors(answer) == [("/access", "missing"), ("/suppressed", "extra_forbidden")]


def test_a_publishable_key_may_not_ask(api: Api) -> None:
    problem(api.public("/api/contact", {"access": {"userId": "u1"}}), "secret_key_required")


def test_without_a_key_nobody_is_told_anything(api: Api) -> None:
    problem(api.http.post("/api/contact", json={"access": {"userId": "u1"}}), "key_missing")
    problem(api.http.post("/api/contact", json={}, headers=bearer("sk_00nonsense")), "unknown_key")


def test_sixty_calls_a_minute_are_admitted(api: Api) -> None:
    answers = [ask(api, access={"userId": "nobody"}) for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert problem(answers[60], "rate_limited")["status"] == 429
    assert int(answers[60].headers["Retry-After"]) > 0
