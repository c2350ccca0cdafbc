"""/api/settings: a workspace's own SMTP server is saved, tested and removed, by owners and admins."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from lib import encryption
from lib.config import config
from scripts import rotate_encryption
from tests.conftest import Connection, Inbox, Session, Workspace, joined
from tests.integration.conftest import Api, Instance, bearer, errors, instance, problem
from tests.integration.smtp_servers import PASSWORD, USER, World

SMTP: dict[str, object] = {
    "host": "localhost", "port": 587, "username": USER, "password": PASSWORD, "from": "news@acme.example",
}  # fmt: skip


Settings = Callable[..., httpx.Response]


@pytest.fixture
def settings(own: Api, alice: Session) -> Settings:
    """Posts as Alice."""
    return lambda **body: own.member("/api/settings", body, alice.access_token)


@pytest.fixture
def tested(settings: Settings, world: World) -> Callable[..., httpx.Response]:
    """Saves a server of the world, by name, with some things changed, and tests it."""

    def saved_and_tested(server: str, **changes: object) -> httpx.Response:
        answer = settings(smtp={**SMTP, "port": world.ports[server], **changes})
        assert answer.status_code == 200, answer.text
        return settings(testSmtp=True)

    return saved_and_tested


Tested = Callable[..., httpx.Response]


def test_settings_are_saved_unverified(settings: Settings) -> None:
    answer = settings(smtp={**SMTP, "host": "SMTP.Example.com.", "from": "News@Acme.example", "fromName": "Ann"})
    shown = {"host": "smtp.example.com", "port": 587, "username": USER, "from": "news@acme.example", "fromName": "Ann"}
    assert answer.status_code == 200
    assert answer.json() == {"smtp": shown | {"verifiedAt": None, "lastError": None}}


@pytest.mark.parametrize("server", ["starttls", "tls", "login"])
def test_a_test_mail_goes_to_whoever_asks_and_verifies(
    tested: Tested, world: World, alice: Session, server: str
) -> None:
    before = len(world.handler.to(alice.email))
    answer = tested(server, fromName="Müller & Söhne")
    assert answer.status_code == 200, answer.text
    assert answer.json()["smtp"]["verifiedAt"]
    mails = world.handler.to(alice.email)
    assert len(mails) == before + 1
    assert mails[-1].sender == "Müller & Söhne <news@acme.example>"
    assert mails[-1].headers["Message-ID"].endswith("@acme.example>")


def test_without_a_name_mail_is_from_the_workspaces(tested: Tested, world: World, api: Api, alice: Session) -> None:
    api.set(name='Acme" <ceo@bank.com>')
    assert tested("starttls").status_code == 200
    assert world.handler.to(alice.email)[-1].sender == '"Acme <ceo@bank.com>" <news@acme.example>'


@pytest.mark.parametrize(
    ("server", "changes", "code"),
    [
        ("plain", {}, "smtp_tls_missing"),
        ("closed", {}, "smtp_unreachable"),
        ("no login", {}, "smtp_login_unsupported"),
        ("login", {"password": "wrong"}, "smtp_login_refused"),
        ("expired", {}, "smtp_certificate_invalid"),
        ("other name", {}, "smtp_certificate_invalid"),
        ("stranger", {}, "smtp_certificate_invalid"),
        ("starttls", {"password": "wrong"}, "smtp_login_refused"),
        ("tls", {"username": "nobody"}, "smtp_login_refused"),
        ("starttls", {"host": "127.0.0.1", "port": 587}, "smtp_host_refused"),
        ("starttls", {"host": "localhost", "port": 465}, "smtp_host_refused"),
        ("starttls", {"host": "10.0.0.1", "port": 587}, "smtp_host_refused"),
        ("starttls", {"host": "169.254.169.254", "port": 2525}, "smtp_host_refused"),
        ("starttls", {"host": "::ffff:8.8.8.8", "port": 587}, "smtp_host_refused"),
        ("starttls", {"host": "127.1", "port": 587}, "smtp_host_refused"),
        ("starttls", {"host": "nowhere.invalid", "port": 587}, "smtp_host_unknown"),
    ],
)
def test_a_test_that_fails_says_what_to_change(
    tested: Tested, db: Connection, workspace: Workspace, server: str, changes: dict[str, object], code: str
) -> None:
    problem(tested(server, **changes), code)
    statement = "select verified_at, last_error from public.smtp_settings where workspace_id = %s"
    assert db.execute(statement, (workspace.id,)).fetchall() == [(None, code)]


@pytest.mark.parametrize(
    ("command", "reply", "code"),
    [
        ("MAIL", "553 5.7.1 not your address", "smtp_sender_refused"),
        ("RCPT", "550 5.1.1 nobody here", "smtp_recipient_refused"),
        ("RCPT", "450 4.2.0 later", "smtp_try_later"),
        ("DATA", "554 5.7.1 spam", "smtp_message_refused"),
        ("DATA", "cut", "smtp_outcome_unknown"),
    ],
)
def test_a_servers_refusal_is_told_without_its_words(
    tested: Tested, world: World, command: str, reply: str, code: str
) -> None:
    world.handler.will_answer(command, reply)
    answer = tested("starttls")
    problem(answer, code)
    assert reply not in answer.text


def test_a_wrong_password_then_the_right_one(tested: Tested) -> None:
    problem(tested("starttls", password="wrong"), "smtp_login_refused")
    shown = tested("starttls").json()["smtp"]
    assert (shown["lastError"], bool(shown["verifiedAt"])) == (None, True)


@pytest.mark.parametrize("change", ["port", "username", "password", "from", "host"])
def test_a_change_of_anything_has_to_be_tested_again(
    tested: Tested, settings: Settings, world: World, change: str
) -> None:
    assert tested("starttls").json()["smtp"]["verifiedAt"]
    changed = {"host": "smtp.example.com", "port": world.ports["tls"], "from": "x@acme.example"}.get(change, "x")
    port = 587 if change == "host" else world.ports["starttls"]
    answer = settings(smtp={**SMTP, "port": port, change: changed})
    assert answer.json()["smtp"]["verifiedAt"] is None


def test_a_test_that_fails_later_leaves_the_settings_verified(tested: Tested, settings: Settings, world: World) -> None:
    tested("starttls")
    world.handler.will_answer("RCPT", "450 4.2.0 later")
    problem(settings(testSmtp=True), "smtp_try_later")
    assert settings(testSmtp=True).json()["smtp"]["verifiedAt"]


def test_removed_settings_are_gone_with_their_password(
    settings: Settings, db: Connection, workspace: Workspace
) -> None:
    settings(smtp=SMTP)
    assert settings(smtp=None).json() == {"smtp": None}
    problem(settings(testSmtp=True), "smtp_not_set")
    for table in ("public.smtp_settings", "private.smtp_passwords"):
        assert db.execute(f"select from {table} where workspace_id = %s", (workspace.id,)).fetchall() == []


def test_who_saved_or_removed_the_server_is_in_the_audit_log_without_its_password(
    settings: Settings, api: Api, alice: Session
) -> None:
    for smtp in (SMTP, {**SMTP, "port": 2525}, None, None):
        assert settings(smtp=smtp).status_code == 200
    statement = """select action, actor, detail from public.audit_log
                   where workspace_id = %s and action like 'smtp%%' order by at"""
    log = api.db.execute(statement, (api.workspace.id,)).fetchall()
    assert [action for action, _, _ in log] == [f"smtp_settings.{deed}" for deed in ("insert", "update", "delete")]
    assert {actor for _, actor, _ in log} == {f"member:{alice.user_id}"}
    assert log[1][2] == {"columns": ["port", "password"]}


def test_a_deployment_without_keys_keeps_no_password(
    env: Mapping[str, str], tmp_path: Path, api: Api, alice: Session
) -> None:
    with instance(env, tmp_path / "log", ENCRYPTION_KEYS="") as without:
        answer = replace(api, http=without.http).member("/api/settings", {"smtp": SMTP}, alice.access_token)
    problem(answer, "smtp_not_offered")


@pytest.mark.parametrize("port", [25, 80, 443, 5432, 466])
def test_other_ports_are_refused(settings: Settings, port: int) -> None:
    problem(settings(smtp={**SMTP, "port": port}), "smtp_port_refused")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"host": ""}, "/smtp/host"),
        ({"host": "smtp example.com"}, "/smtp/host"),
        ({"host": "smtp.example.com\r\nX"}, "/smtp/host"),
        ({"host": "user@smtp.example.com"}, "/smtp/host"),
        ({"port": "587"}, "/smtp/port"),
        ({"port": 0}, "/smtp/port"),
        ({"username": "a\nb"}, "/smtp/username"),
        ({"password": ""}, "/smtp/password"),
        ({"password": None}, "/smtp/password"),
        ({"password": "x" * 1025}, "/smtp/password"),
        ({"from": "acme"}, "/smtp/from"),
        ({"from": "ä@acme.example"}, "/smtp/from"),
        ({"from": "a@acme.example\r\nBcc: b@acme.example"}, "/smtp/from"),
        ({"fromName": "Acme\r\nBcc: b@acme.example"}, "/smtp/fromName"),
        ({"replyTo": "x"}, "/smtp/replyTo"),
    ],
)
def test_a_fault_is_named_with_its_place(settings: Settings, change: dict[str, object], pointer: str) -> None:
    assert [place for place, _ in errors(settings(smtp={**SMTP, **change}))] == [pointer]


@pytest.mark.parametrize("body", [{}, {"testSmtp": False}, {"testSmtp": True, "smtp": None}, {"smtp": []}])
def test_one_thing_is_asked_at_a_time(settings: Settings, body: dict[str, object]) -> None:
    problem(settings(**body), "validation_failed")


# Who may


MAIL = {"subject": "Hello", "text": "Hello"}
BODIES: dict[str, dict[str, object]] = {
    "save": {"smtp": SMTP}, "remove": {"smtp": None}, "test": {"testSmtp": True}, "preview": {"preview": MAIL},
    "test mail": {"testMail": MAIL},
}  # fmt: skip


@pytest.mark.parametrize("role", ["owner", "admin", "viewer", None])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_owners_and_admins_may_and_others_may_not(
    own: Api, cast: Mapping[str, Session], world: World, role: str | None, body: dict[str, object]
) -> None:
    alice = cast["alice"]  # other tests need Charlie outside of every workspace
    if role:
        joined(own.db, alice, own.workspace, role)
    answer = own.member("/api/settings", body, alice.access_token)
    if role not in ("owner", "admin"):
        problem(answer, "not_allowed")
    elif body == {"testSmtp": True}:
        problem(answer, "smtp_not_set")
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_keys_may_not(own: Api, body: dict[str, object]) -> None:
    problem(own.secret("/api/settings", body), "token_required")
    problem(own.public("/api/settings", body), "token_required")
    problem(own.http.post("/api/settings", json=body), "key_missing")
    problem(own.member("/api/settings", body, "a.b.c"), "token_invalid")


def test_a_member_names_the_workspace(own: Api, alice: Session) -> None:
    answer = own.http.post("/api/settings", json={"smtp": None}, headers=bearer(alice.access_token))
    assert errors(answer) == [("/workspaceId", "missing")]


def test_a_workspace_that_is_being_deleted_changes_nothing(settings: Settings, api: Api) -> None:
    api.set(deletion_requested_at="2026-11-25T00:00:00Z")
    for body in BODIES.values():
        problem(settings(**body), "workspace_deletion_pending")


def test_owners_and_admins_see_the_settings_and_viewers_do_not(
    settings: Settings, workspace: Workspace, alice: Session, bob: Session, charlie: Session
) -> None:
    settings(smtp=SMTP)
    only = {"workspace_id": f"eq.{workspace.id}"}
    [seen] = alice.rest.get("/smtp_settings", params=only).json()
    assert (seen["host"], seen["username"]) == ("localhost", USER)
    assert bob.rest.get("/smtp_settings", params=only).json() == []
    assert charlie.rest.get("/smtp_settings", params=only).json() == []


# The password


def test_no_member_reads_the_password_in_any_form(
    settings: Settings, alice: Session, db: Connection, workspace: Workspace
) -> None:
    answer = settings(smtp=SMTP)
    stored = ciphertext(db, workspace)
    seen = answer.text + alice.rest.get("/smtp_settings").text
    assert PASSWORD not in seen and "password" not in seen and stored not in seen
    for name in ("smtp_server", "encrypted_values", "save_smtp", "replace_encrypted_value", "record_smtp_outcome"):
        arguments = {"p_workspace": str(workspace.id)} if name == "smtp_server" else {}
        assert alice.rest.post(f"/rpc/{name}", json=arguments).status_code in (403, 404), name
    assert alice.rest.get("/smtp_passwords", headers={"Accept-Profile": "private"}).status_code in (403, 404, 406)


def test_roles_but_the_service_role_have_no_right_to_it(db: Connection) -> None:
    rows = db.execute(
        """select distinct grantee from information_schema.role_table_grants
           where table_name = 'smtp_passwords' and grantee <> 'postgres'"""
    )
    assert rows.fetchall() == [("service_role",)]


def ciphertext(db: Connection, workspace: Workspace) -> str:
    statement = "select password from private.smtp_passwords where workspace_id = %s"
    return str(db.execute(statement, (workspace.id,)).fetchall()[0][0])


def test_the_same_password_is_stored_differently_each_time(
    settings: Settings, db: Connection, workspace: Workspace
) -> None:
    stored = set()
    for _ in range(3):
        settings(smtp=SMTP)
        stored.add(ciphertext(db, workspace))
    assert len(stored) == 3
    assert not [value for value in stored if PASSWORD in value or PASSWORD.encode() in base64.b64decode(value[6:])]


def test_a_password_moved_to_another_workspace_opens_nothing_there(
    tested: Tested, settings: Settings, db: Connection, workspace: Workspace, new_workspace: Callable[[], Workspace]
) -> None:
    assert tested("starttls").status_code == 200
    other = new_workspace()
    statement = "select public.save_smtp(%s, %s::jsonb, %s)"
    row = '{"host": "h", "port": 1, "username": "u", "from": "f"}'
    theirs = encryption.encrypt(PASSWORD, "smtp", str(other.id))
    db.execute(statement, (other.id, row, theirs))
    db.execute("update private.smtp_passwords set password = %s where workspace_id = %s", (theirs, workspace.id))
    problem(settings(testSmtp=True), "smtp_password_unreadable")


def test_nothing_secret_is_logged(tested: Tested, functions: Instance, alice: Session) -> None:
    tested("starttls")
    tested("starttls", password="a wrong one")
    written = functions.output.read_text()
    known = [PASSWORD, "a wrong one", base64.b64encode(PASSWORD.encode()).decode(), USER, alice.email, "news@acme"]
    assert [word for word in known if word in written] == []


# A new key


@pytest.mark.exclusive
def test_rotation_brings_every_password_over_and_sending_goes_on(
    tested: Tested, settings: Settings, env: Mapping[str, str], db: Connection, workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    tested("starttls")
    before = ciphertext(db, workspace)
    keys = {"later": b"k" * 32, **config.encryption_keys}
    monkeypatch.setattr(encryption, "config", replace(config, encryption_keys=keys))
    assert rotate_encryption.main(["--dry-run"]) in (0, 1)
    assert " to encrypt anew" in capsys.readouterr().out
    assert ciphertext(db, workspace) == before
    rotate_encryption.main([])
    after = ciphertext(db, workspace)
    assert after.startswith("later:")
    assert encryption.decrypt(after, "smtp", str(workspace.id)) == PASSWORD
    rotate_encryption.main([])
    assert ciphertext(db, workspace) == after
    db.execute("delete from private.smtp_passwords")


def test_a_password_that_is_replaced_during_the_rotation_stays(db: Connection, settings: Settings, api: Api) -> None:
    settings(smtp=SMTP)
    now = ciphertext(db, api.workspace)
    statement = "select public.replace_encrypted_value(%s, 'old:before', 'new:after')"
    assert db.execute(statement, (api.workspace.id,)).fetchall() == [(False,)]
    assert ciphertext(db, api.workspace) == now


def test_the_rotation_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        rotate_encryption.main(["--help"])
    assert ended.value.code == 0
    assert "--dry-run" in capsys.readouterr().out


# Sending


def test_mail_of_the_workspace_goes_through_its_own_server(
    api: Api, alice: Session, drain: Callable[[], httpx.Response], inbox: Inbox, env: Mapping[str, str]
) -> None:
    address = api.person()
    stacks = {"port": int(env["SMTP_PORT"]), "username": env["SMTP_USER"], "password": env["SMTP_PASSWORD"]}
    api.member("/api/settings", {"smtp": {**SMTP, **stacks}}, alice.access_token)
    assert api.member("/api/settings", {"testSmtp": True}, alice.access_token).status_code == 200
    body = {"to": {"userId": "u1"}, "subject": "Grüße", "text": "Hi", "category": "transactional"}
    message = api.secret("/api/send-email", body).json()["messageId"]
    drain()
    [mail] = inbox.wait_for(address)
    assert (mail["provider"], mail["subject"], mail["text"].strip()) == ("smtp", "Grüße", "Hi")
    assert mail["from"].endswith("<news@acme.example>")
    row: dict[str, Any] = api.finished(message)
    assert (row["status"], row["provider"]) == ("sent", "smtp")
    assert row["provider_message_id"] == mail["headers"]["Message-ID"] == f"<{message}@acme.example>"
