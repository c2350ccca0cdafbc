"""The founder's own SMTP server: saved, removed, tested, sent through.

Its password is in Postgres as lib/encryption.py's ciphertext, and in the clear for as long as one mail takes.
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

from lib import database, encryption, smtp, smtp_hosts
from lib.bodies import Smtp
from lib.callers import acting
from lib.errors import ApiError
from lib.mail import Email, Outcome, mailbox
from lib.strict_json import Json

PURPOSE = "smtp"


def replace(workspace_id: str, settings: Smtp | None, actor: str) -> Json | None:
    """Stores what has to be tested before it is used, or removes it, for an actor of the audit log's.

    Returns it as it is shown. Raises 422.
    """
    act = acting(workspace_id, actor)
    if settings is None:
        act("remove_smtp", {})
        return None
    if not encryption.can_encrypt():
        raise ApiError("smtp_not_offered")
    if not smtp_hosts.port_is_allowed(settings.host, settings.port):
        raise ApiError("smtp_port_refused")
    password = encryption.encrypt(settings.password.get_secret_value(), PURPOSE, workspace_id)
    return cast(Json, act("save_smtp", {"p_smtp": settings.shown(), "p_password": password}))


def test(workspace_id: str, address: str) -> Json:
    """Mails to the address, and verifies the settings when that works. Raises 422 with what to change when not."""
    server = cast(Json | None, database.call("smtp_server", {"p_workspace": workspace_id}))
    if server is None:
        raise ApiError("smtp_not_set")
    outcome = send(server, workspace_id, _test_mail(server, address), str(uuid4()))
    shown = record(workspace_id, server, outcome)
    if outcome.status != "sent":
        raise ApiError(str(outcome.reason))
    return shown


def record(workspace_id: str, server: Mapping[str, Any], outcome: Outcome) -> Json:
    """Keeps for the dashboard how the server behaved. Returns the settings, or what they have become meanwhile."""
    arguments = {"p_workspace": workspace_id, "p_revision": server["revision"], "p_error": outcome.reason}
    return cast(Json, database.call("record_smtp_outcome", arguments))


def send(server: Mapping[str, Any], workspace_id: str, email: Email, message_id: str) -> Outcome:
    """One email through smtp_server()'s answer."""
    try:
        password = encryption.decrypt(server["password"], PURPOSE, workspace_id)
    except encryption.Undecryptable:
        return Outcome("retry", reason="smtp_password_unreadable")
    login = smtp.Server(server["host"], server["port"], server["username"], password)
    return smtp.send(email, login, message_id)


def _test_mail(server: Mapping[str, Any], address: str) -> Email:
    return Email(
        to=address,
        sender=mailbox(server["fromName"], server["from"]),
        reply_to=None,
        subject="Your SMTP server works",
        html="<p>This mail went through your own SMTP server. From now on, all mail of your workspace does.</p>",
        text="This mail went through your own SMTP server. From now on, all mail of your workspace does.",
        headers={},
    )
