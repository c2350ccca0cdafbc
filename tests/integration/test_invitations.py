"""Who is invited hears of it by mail: once, while it holds, and as often in all as is decent to strangers."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from lib import limits
from tests.conftest import Connection, Faults, Inbox, Session, sign_up
from tests.integration.conftest import Api, Instance, bearer, instance
from tests.integration.gate import Gate, standing
from tests.integration.test_self_service import accept, ask_for_workspace, invite, mine, team

Drain = Callable[[], httpx.Response]


@pytest.fixture
def erin(env: Mapping[str, str]) -> Iterator[Session]:
    """Has just signed up, so that nobody else's invitations count as hers."""
    person = sign_up(env, "erin")
    with person.rest:
        yield person


@pytest.fixture
def acme(erin: Session) -> UUID:
    """Erin's own workspace. Its plan has room for one more."""
    id_, answer = ask_for_workspace(erin, name="Acme <b>.io")
    assert answer.status_code == 201, answer.text
    return id_


@pytest.fixture
def dora(env: Mapping[str, str]) -> Iterator[Session]:
    """Has an account, and no invitation but these tests'."""
    person = sign_up(env, "dora")
    with person.rest:
        yield person


@pytest.fixture
def stranger() -> str:
    return f"stranger.{uuid4().hex}@example.com"


def invitations(person: Session, workspace: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.rest.post("/rpc/list_invitations", json={"p_workspace": str(workspace)}).json()
    return found


def fate(person: Session, workspace: UUID) -> tuple[str, str | None]:
    """Status and reason of the mail of its only invitation."""
    [invitation] = invitations(person, workspace)
    return invitation["mail"]["status"], invitation["mail"]["reason"]


def take_back(person: Session, workspace: UUID) -> None:
    assert person.rest.delete("/invitations", params={"workspace_id": f"eq.{workspace}"}).status_code < 300


def again(person: Session, workspace: UUID) -> httpx.Response:
    [invitation] = invitations(person, workspace)
    wish = {"p_workspace": str(workspace), "p_invitation": invitation["id"]}
    return person.rest.post("/rpc/invite_again", json=wish)


def settled(drain: Drain, person: Session, workspace: UUID) -> tuple[str, str | None]:
    """The fate, once no drain is at work on it, be it another test's."""
    for _ in range(50):
        drain().raise_for_status()
        if (found := fate(person, workspace))[0] != "queued":
            return found
    raise AssertionError("it stays queued")


def counted(db: Connection, many: int, **known: object) -> None:
    """So many mails to invited people have gone out today, all of them with what is known."""
    for _ in range(many):
        row = {"workspace_id": uuid4(), "invited_by": uuid4(), "address_hash": uuid4().hex} | known
        db.execute(
            "insert into private.invitation_mails values (gen_random_uuid(), %(workspace_id)s, %(invited_by)s,"
            " %(address_hash)s, now())",
            row,
        )


def test_who_is_invited_gets_one_mail_and_the_inviter_sees_that(
    erin: Session, acme: UUID, stranger: str, drain: Drain, inbox: Inbox
) -> None:
    assert invite(erin, acme, stranger, "viewer").status_code == 201
    assert fate(erin, acme)[0] == "queued"
    assert settled(drain, erin, acme) == ("sent", None)
    drain()
    [mail] = inbox.to(stranger)
    assert mail["subject"] == f"{erin.email} invites you to Acme b io on ConversionCRM"
    assert "/app/sign-up" in mail["text"] and "viewer" in mail["text"]
    [shown] = invitations(erin, acme)
    assert (shown["email"], shown["by"]) == (stranger, erin.email) and shown["mail"]["at"] > shown["createdAt"]


def test_an_invitation_that_is_taken_back_first_is_not_mailed(
    db: Connection, erin: Session, acme: UUID, stranger: str, drain: Drain, inbox: Inbox
) -> None:
    # Tomorrow, so that the drain of a test beside this one does not send it before.
    invite(erin, acme, stranger)
    db.execute("update private.notices set send_at = now() + interval '1 day' where workspace_id = %s", (acme,))
    take_back(erin, acme)
    notices = db.execute("select count(*) from private.notices where workspace_id = %s", (acme,))
    assert notices.fetchone() == (0,)
    drain()
    assert inbox.to(stranger) == []


def test_invited_again_within_a_day_they_get_no_second_mail(
    erin: Session, acme: UUID, stranger: str, drain: Drain, inbox: Inbox
) -> None:
    invite(erin, acme, stranger)
    assert settled(drain, erin, acme) == ("sent", None)
    take_back(erin, acme)
    invite(erin, acme, stranger.upper().lower())
    assert settled(drain, erin, acme) == ("skipped", "once_a_day")
    assert again(erin, acme).status_code < 300
    assert settled(drain, erin, acme) == ("skipped", "once_a_day")
    assert len(inbox.to(stranger)) == 1


def test_a_day_later_it_is_sent_again_and_holds_for_two_weeks_more(
    db: Connection, erin: Session, acme: UUID, stranger: str, drain: Drain, inbox: Inbox
) -> None:
    invite(erin, acme, stranger)
    assert settled(drain, erin, acme) == ("sent", None)
    ran_out = "update public.invitations set expires_at = now() - interval '1 day' where workspace_id = %s"
    db.execute(ran_out, (acme,))
    db.execute("update private.invitation_mails set at = at - interval '24 hours' where workspace_id = %s", (acme,))
    assert again(erin, acme).status_code < 300
    assert settled(drain, erin, acme) == ("sent", None)
    assert len(inbox.to(stranger)) == 2
    left = db.execute("select expires_at - now() from public.invitations where workspace_id = %s", (acme,)).fetchone()
    assert left is not None and left[0].days == 13


@pytest.mark.parametrize(
    ("column", "most", "reason"),
    [
        ("workspace_id", limits.INVITATION_MAILS_PER_WORKSPACE, "workspace_limit"),
        ("invited_by", limits.INVITATION_MAILS_PER_INVITER, "inviter_limit"),
    ],
)
def test_there_are_so_many_mails_a_day(
    db: Connection, erin: Session, acme: UUID, stranger: str, drain: Drain, inbox: Inbox,
    column: str, most: int, reason: str,
) -> None:  # fmt: skip
    of = acme if column == "workspace_id" else erin.user_id
    counted(db, most - 1, **{column: of})
    invite(erin, acme, stranger)
    assert settled(drain, erin, acme) == ("sent", None)
    take_back(erin, acme)
    invite(erin, acme, f"another.{stranger}")
    assert settled(drain, erin, acme) == ("skipped", reason)
    assert inbox.to(f"another.{stranger}") == []


def test_one_address_is_mailed_three_times_a_day_whoever_invites_it(
    db: Connection, erin: Session, acme: UUID, stranger: str, drain: Drain
) -> None:
    invite(erin, acme, stranger)
    assert settled(drain, erin, acme) == ("sent", None)
    statement = "select address_hash from private.invitation_mails where workspace_id = %s"
    [(address,)] = db.execute(statement, (acme,)).fetchall()
    assert stranger not in address
    counted(db, limits.INVITATION_MAILS_PER_ADDRESS - 2, address_hash=address)
    for workspace, expected in ((uuid4(), ("sent", None)), (uuid4(), ("skipped", "address_limit"))):
        workspace, answer = ask_for_workspace(erin)
        assert answer.status_code == 201
        invite(erin, workspace, stranger)
        assert settled(drain, erin, workspace) == expected


@pytest.mark.parametrize("name", ["x<{}>", "{},", "({0}){0}", '"x"{}', "[x]{}", "x:{};", "{}\\x"])
def test_an_address_has_one_spelling_to_be_counted_by(erin: Session, acme: UUID, stranger: str, name: str) -> None:
    refused = invite(erin, acme, name.format(stranger))
    assert refused.status_code >= 400 and "invitations_email_format" in refused.text


def test_nobody_joins_by_an_invitation_that_has_run_out(
    db: Connection, erin: Session, acme: UUID, dora: Session
) -> None:
    invite(erin, acme, dora.email)
    [waiting] = [one for one in mine(dora)["invitations"] if one["workspace"] == str(acme)]
    db.execute("update public.invitations set expires_at = now() where workspace_id = %s", (acme,))
    narrow = {"workspace_id": f"eq.{acme}", "id": f"eq.{waiting['id']}"}
    dora.rest.patch("/invitations", params=narrow, json={"status": "accepted"})
    assert team(erin, acme) == {erin.email: "owner"}
    assert [one for one in mine(dora)["invitations"] if one["workspace"] == str(acme)] == []
    # It takes nobody's place either.
    assert invite(erin, acme, "one@example.com").status_code == 201


def test_only_owners_send_again(db: Connection, erin: Session, acme: UUID, dora: Session) -> None:
    invite(erin, acme, dora.email)
    [invitation] = invitations(erin, acme)
    wish = {"p_workspace": str(acme), "p_invitation": invitation["id"]}
    assert dora.rest.post("/rpc/invite_again", json=wish).status_code == 403  # invited, and so may decline it
    db.execute("insert into public.members values (%s, %s, 'admin')", (acme, dora.user_id))
    assert dora.rest.post("/rpc/invite_again", json=wish).status_code == 403
    assert [one["id"] for one in invitations(dora, acme)] == [invitation["id"]]


def test_who_was_mailed_joins_with_that_address_alone(
    erin: Session, acme: UUID, dora: Session, charlie: Session
) -> None:
    invite(erin, acme, dora.email, "viewer")
    assert [one for one in mine(charlie)["invitations"] if one["workspace"] == str(acme)] == []
    assert accept(dora, acme).status_code < 300
    assert team(dora, acme)[dora.email] == "viewer"


# At an exact step


@pytest.fixture
def gate(env: Mapping[str, str]) -> Iterator[Gate]:
    with standing(env) as gate:
        yield gate


@pytest.fixture
def drainer(env: Mapping[str, str], gate: Gate, tmp_path: Path) -> Iterator[Instance]:
    with instance(env, tmp_path / "log", **gate.settings()) as drainer:
        yield drainer


def taken_back(db: Connection, person: Session, workspace: UUID) -> None:
    take_back(person, workspace)


def deleted(db: Connection, person: Session, workspace: UUID) -> None:
    db.execute("update public.workspaces set deletion_requested_at = now() where id = %s", (workspace,))


def demoted(db: Connection, person: Session, workspace: UUID) -> None:
    db.execute("update public.members set role = 'admin' where workspace_id = %s", (workspace,))


@pytest.mark.exclusive
@pytest.mark.parametrize(
    ("stop", "expected", "told"),
    [
        (taken_back, [], ("claim_lost", None)),
        (deleted, ["workspace_deletion_pending"], ("skipped", "workspace_deletion_pending")),
        (demoted, ["no_owner"], ("skipped", "no_owner")),
    ],
)
def test_what_is_claimed_already_does_not_go(
    env: Mapping[str, str], db: Connection, faults: Faults, gate: Gate, drainer: Instance, drain: Drain,
    erin: Session, acme: UUID, stranger: str, inbox: Inbox,
    stop: Callable[[Connection, Session, UUID], None], expected: list[str], told: tuple[str, str | None],
) -> None:  # fmt: skip
    drain()  # what other tests have left
    invite(erin, acme, stranger)
    here = gate.stop_at("start_notice", "before")
    with ThreadPoolExecutor(1) as scheduler:
        draining = scheduler.submit(drainer.http.get, "/api/send-email", headers=bearer(env["CRON_SECRET"]))
        here.wait()
        stop(db, erin, acme)
        here.go_on()
        assert draining.result().status_code == 200
    drain()
    assert inbox.to(stranger) == []
    assert [one["mail"]["reason"] for one in invitations(erin, acme)] == expected
    assert [(one["outcome"], one["reason"]) for one in drainer.log() if one.get("event") == "notice"] == [told]


@pytest.mark.exclusive
def test_a_mail_whose_answer_was_lost_goes_again_under_the_same_key(
    db: Connection, erin: Session, acme: UUID, stranger: str, faults: Faults, drain: Drain, inbox: Inbox
) -> None:
    drain()
    invite(erin, acme, stranger)
    faults.add("resend", dropAfterAccept=True, times=1)
    drain()
    assert fate(erin, acme)[0] == "queued"
    db.execute("update private.notices set send_at = now() where workspace_id = %s", (acme,))
    drain()
    assert (fate(erin, acme), len(inbox.to(stranger))) == (("sent", None), 1)


@pytest.mark.exclusive
def test_counts_go_after_a_day_and_invitations_two_weeks_after_they_held(
    api: Api, erin: Session, acme: UUID, stranger: str, sweep: Callable[..., dict[str, Any]]
) -> None:
    invite(erin, acme, stranger)
    counted(api.db, 1, workspace_id=acme)
    api.db.execute(
        "update private.invitation_mails set at = now() - interval '24 hours' where workspace_id = %s", (acme,)
    )
    ran_out = "update public.invitations set expires_at = now() - interval '%s days' where workspace_id = %%s"
    for days, left in ((13, 1), (14, 0)):
        api.db.execute((ran_out % days).encode(), (acme,))
        sweep()
        assert len(invitations(erin, acme)) == left
    counts = api.db.execute("select count(*) from private.invitation_mails where workspace_id = %s", (acme,))
    assert counts.fetchone() == (0,)
