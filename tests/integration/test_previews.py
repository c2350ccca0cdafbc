"""A mail is tried out before it is live: previewed as a contact gets it, and mailed to whoever asks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from lib import limits
from lib.unsubscription import Wish, address_hash, link
from tests.conftest import Connection, Faults, Inbox, Session, Workspace, joined
from tests.integration.conftest import Api, errors, problem
from tests.integration.smtp_servers import PASSWORD, USER, World

MAIL = {
    "subject": "Hello {{ contact.name | default: 'you' }}",
    "html": "<p>{{ contact.name }} has {{ rows }} rows.</p>",
    "variables": {"rows": 3},
}
Preview = Callable[..., dict[str, Any]]


@pytest.fixture
def preview(api: Api, alice: Session) -> Preview:
    """What Alice sees of MAIL with some things changed."""

    def seen(**changes: object) -> dict[str, Any]:
        answer = api.member("/api/settings", {"preview": {**MAIL, **changes}}, alice.access_token)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()["preview"]
        return shown

    return seen


def tried(api: Api, who: Session, what: str = "testMail", mail: object = MAIL) -> httpx.Response:
    return api.member("/api/settings", {what: mail}, who.access_token)


# Preview


def test_a_preview_is_what_the_contact_would_get(api: Api, preview: Preview) -> None:
    api.person("ann", name="Ann <b>")
    shown = preview(contact={"userId": "ann"})
    assert shown["subject"] == "Hello Ann <b>"
    assert "Ann &lt;b&gt; has 3 rows." in shown["html"]
    assert shown["text"].startswith("Ann <b> has 3 rows.")


def test_a_preview_for_nobody_shows_what_is_there_without_traits(preview: Preview) -> None:
    assert preview()["subject"] == "Hello you"


def test_a_preview_of_marketing_unsubscribes_whoever_looks_and_not_the_contact(
    api: Api, preview: Preview, alice: Session
) -> None:
    api.set(postal_address="1 Road, Town")
    api.person("ann")
    shown = preview(contact={"userId": "ann"})
    workspace = str(api.workspace.id)
    assert link(Wish(workspace, address_hash(workspace, alice.email), "marketing")) in shown["text"]
    assert "1 Road, Town" in shown["html"]


def test_a_preview_of_transactional_mail_has_no_link_to_unsubscribe(preview: Preview) -> None:
    assert "Unsubscribe" not in preview(category="transactional")["text"]


def test_a_saved_template_is_previewed_with_its_own_category(api: Api, alice: Session) -> None:
    shown = tried(api, alice, "preview", {"template": "Trial ending", "variables": {"trial_ends": "3 December"}}).json()
    assert shown["preview"]["subject"].endswith("trial ends on 3 December")
    assert "Unsubscribe" not in shown["preview"]["text"]


def test_text_alone_is_previewed(api: Api, alice: Session) -> None:
    shown = tried(api, alice, "preview", {"subject": "Hi", "text": "One\n\nTwo"}).json()["preview"]
    assert "<p" in shown["html"] and shown["text"].startswith("One")


def test_a_preview_stores_and_sends_nothing(
    api: Api, preview: Preview, inbox: Inbox, db: Connection, alice: Session
) -> None:
    address, subject = api.person("ann"), uuid4().hex
    preview(subject=subject, contact={"userId": "ann"})
    assert inbox.to(address) == [mail for mail in inbox.to(alice.email) if subject in mail["subject"]] == []
    assert db.execute("select from public.messages where workspace_id = %s", (api.workspace.id,)).fetchall() == []


@pytest.mark.parametrize("what", ["preview", "testMail"])
def test_whoever_is_not_there_is_not_shown(
    api: Api, alice: Session, new_workspace: Callable[[], Workspace], what: str
) -> None:
    other = replace(api, workspace=new_workspace())
    other.person("theirs", name="Somebody else's")
    for contact in ({"userId": "theirs"}, {"contactId": other.score(userId="theirs")["contactId"]}):
        problem(tried(api, alice, what, {**MAIL, "contact": contact}), "contact_unknown")


def test_one_of_several_contacts_has_to_be_named(api: Api, alice: Session) -> None:
    for user in ("ann", "bob"):
        api.secret("/api/identify", {"userId": user, "traits": {"email": "shared@example.com"}})
    answer = tried(api, alice, "preview", {**MAIL, "contact": {"email": "shared@example.com"}})
    assert len(problem(answer, "ambiguous")["contactIds"]) == 2


@pytest.mark.parametrize("what", ["preview", "testMail"])
def test_another_workspaces_template_is_unknown(
    api: Api, db: Connection, alice: Session, new_workspace: Callable[[], Workspace], what: str
) -> None:
    statement = "update public.templates set name = 'Theirs' where workspace_id = %s and name = 'Welcome'"
    db.execute(statement, (new_workspace().id,))
    problem(tried(api, alice, what, {"template": "Theirs"}), "template_unknown")


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>\n{{ contact.name | shout }}", "unknown filter 'shout' (line 2)."),
        ("{% if contact.name %}", "expected tag endif, found end of expression."),
        ("{% render 'header' %}", "there is no other template to include or render."),
        ("{% for a in (1..10000) %}{% for b in (1..10000) %}x{% endfor %}{% endfor %}", "loop iteration limit reached"),
        ("{{ 'x' ", "a tag is too long, or not closed."),
        ("<div>" * 5000, "there are too many elements."),
    ],
)
def test_a_broken_template_is_told_what_to_mend(api: Api, alice: Session, html: str, said: str) -> None:
    for what in ("preview", "testMail"):
        detail = problem(tried(api, alice, what, {**MAIL, "html": html}), "template_invalid")["detail"]
        assert detail.startswith("The template can't be rendered: ") and said in detail


@pytest.mark.parametrize(
    ("mail", "pointer"),
    [
        ({}, "/preview"),
        ({"subject": "Hello"}, "/preview"),
        ({"template": "Welcome", "subject": "Hello"}, "/preview"),
        ({**MAIL, "to": "x@example.com"}, "/preview/to"),
        ({**MAIL, "category": "news"}, "/preview/category"),
        ({**MAIL, "contact": {"userId": "a", "email": "a@example.com"}}, "/preview/contact"),
        ([], "/preview"),
    ],
)
def test_a_fault_of_the_request_is_named_with_its_place(api: Api, alice: Session, mail: object, pointer: str) -> None:
    assert [place for place, _ in errors(tried(api, alice, "preview", mail))] == [pointer]


# Test mail


def test_a_test_mail_goes_to_whoever_asks_and_to_nobody_else(
    api: Api, db: Connection, alice: Session, inbox: Inbox
) -> None:
    address, subject = api.person("ann", name="Ann"), uuid4().hex
    answer = tried(api, alice, mail={**MAIL, "subject": subject, "contact": {"userId": "ann"}})
    assert answer.json() == {"testMail": {"sentTo": alice.email}}
    [mail] = [mail for mail in inbox.to(alice.email) if subject in mail["subject"]]
    assert mail["subject"] == f"[Test] {subject}"
    assert "Ann has 3 rows." in mail["html"]
    assert inbox.to(address) == []
    assert db.execute("select from public.messages where workspace_id = %s", (api.workspace.id,)).fetchall() == []


def test_a_test_mail_goes_by_the_workspaces_own_server(own: Api, alice: Session, world: World) -> None:
    smtp = {"host": "localhost", "port": world.ports["starttls"], "username": USER, "password": PASSWORD,
            "from": "news@acme.example"}  # fmt: skip
    own.member("/api/settings", {"smtp": smtp}, alice.access_token)
    assert own.member("/api/settings", {"testSmtp": True}, alice.access_token).status_code == 200
    assert tried(own, alice).status_code == 200
    assert world.handler.to(alice.email)[-1].headers["Subject"] == "[Test] Hello you"
    world.handler.will_answer("DATA", "554 5.7.1 spam")
    problem(tried(own, alice), "smtp_message_refused")


def test_a_workspace_tests_five_times_a_minute(
    api: Api, alice: Session, db: Connection, new_workspace: Callable[[], Workspace]
) -> None:
    for _ in range(limits.TEST_MAILS_PER_MINUTE):
        problem(api.member("/api/settings", {"testSmtp": True}, alice.access_token), "smtp_not_set")
    for body in ({"testSmtp": True}, {"testMail": MAIL}):
        answer = api.member("/api/settings", body, alice.access_token)
        problem(answer, "rate_limited")
        assert 1 <= int(answer.headers["Retry-After"]) <= 64
    assert tried(api, alice, "preview").status_code == 200
    other = replace(api, workspace=new_workspace())
    joined(db, alice, other.workspace, "owner")
    assert tried(other, alice).status_code == 200


@pytest.mark.exclusive
@pytest.mark.parametrize("status", [429, 500])
def test_a_provider_in_trouble_is_to_be_asked_again(api: Api, alice: Session, faults: Faults, status: int) -> None:
    faults.add("resend", status=status, times=5)
    answer = tried(api, alice)
    problem(answer, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.exclusive
def test_a_providers_refusal_is_told_by_its_code(api: Api, alice: Session, faults: Faults) -> None:
    faults.add("resend", status=403, times=1)
    assert problem(tried(api, alice), "mail_refused")["reason"].startswith("resend_")
