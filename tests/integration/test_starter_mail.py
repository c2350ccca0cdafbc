"""The templates a new workspace starts with: each is a mail that makes sense, whatever is known of its reader."""

from collections.abc import Mapping
from typing import Any

import pytest

from lib.mail import Email
from lib.rendering import render
from scripts.local.layout import ROOT
from scripts.mail_pictures.__main__ import file_name
from scripts.mail_pictures.starter import CONTACT, VARIABLES, WORKSPACE, as_message, starter_templates
from tests.conftest import Connection, Workspace

NAMES = ["Welcome", "Stalled setup", "Ready to upgrade", "Trial ending", "Win-back"]
BARE = {**WORKSPACE, "website": None, "replyTo": None}
HOSTILE = '"><script>alert(1)</script>{{ product.name }}{% if %}\r\nBcc: all@example.com'


def mail(env: Mapping[str, str], name: str, **changes: Any) -> Email:
    [template] = [each for each in starter_templates(env["DATABASE_URL"]) if each["name"] == name]
    return render(as_message(template, **changes))


def test_a_new_workspace_has_all_of_them(db: Connection, workspace: Workspace, env: Mapping[str, str]) -> None:
    rows = db.execute("select name, subject from public.templates where workspace_id = %s", (workspace.id,)).fetchall()
    assert dict(rows) == {each["name"]: each["subject"] for each in starter_templates(env["DATABASE_URL"])}
    assert {name for name, _ in rows} == set(NAMES)


def test_only_ready_to_upgrade_is_live(db: Connection, workspace: Workspace) -> None:
    statement = """select a.name, t.name, s.name, a.event, a.delay_minutes, a.status from public.automations as a
        join public.templates as t on t.id = a.template_id left join public.stages as s on s.id = a.entering_stage_id
        where a.workspace_id = %s"""
    assert set(db.execute(statement, (workspace.id,)).fetchall()) == {
        ("Welcome", "Welcome", "signed_up", None, 0, "draft"),
        ("Stalled setup", "Stalled setup", "signed_up", None, 4320, "draft"),
        ("Ready to upgrade", "Ready to upgrade", "ready", None, 0, "live"),
        ("Trial ending", "Trial ending", None, "Trial Ending", 0, "draft"),
        ("Win-back", "Win-back", "at_risk", None, 0, "draft"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_is_filled_in(env: Mapping[str, str], name: str) -> None:
    made = mail(env, name)
    assert "Hi Ada," in made.text
    assert "Acme Boards" in made.subject
    assert made.html.count('class="button"') == made.text.count("<https://acme-boards.example/") == 1
    assert "eply" in made.text


@pytest.mark.parametrize("name", NAMES)
def test_it_makes_sense_when_nothing_is_known(env: Mapping[str, str], name: str) -> None:
    made = mail(env, name, contact={}, variables={}, workspace=BARE)
    assert "Hi there," in made.text
    assert 'class="button"' not in made.html
    assert "eply" not in made.text
    assert not any(trace in made.subject + made.text for trace in ("{", "}", "  ", " .", " ,", "None", "href"))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_traits_and_variables_are_shown_as_text(env: Mapping[str, str], name: str) -> None:
    contact, variables = dict.fromkeys(CONTACT, HOSTILE), dict.fromkeys(VARIABLES, HOSTILE)
    made = mail(env, name, contact=contact, variables=variables)
    # html5ever leaves < in quoted attributes as it is, where it means nothing.
    assert "<script>alert(1)</script>" not in made.html.replace('="&quot;><script>', "")
    assert "{{ product.name }}{% if %}" in made.text
    assert len((made.subject + made.sender).splitlines()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_script_as_an_address_leads_nowhere(env: Mapping[str, str], name: str) -> None:
    made = mail(env, name, variables=dict.fromkeys(VARIABLES, "javascript:alert(1)"))
    assert 'href="javascript' not in made.html


@pytest.mark.parametrize("name", NAMES)
def test_the_document_shows_it(name: str) -> None:
    text = (ROOT / "docs" / "mail.md").read_text()
    pictures = [f"mail/{file_name(name)}-{width}-{scheme}.png" for width in (320, 1000) for scheme in ("light", "dark")]
    assert f"### {name}\n" in text
    assert [picture for picture in pictures if picture not in text] == []
    assert all((ROOT / "docs" / picture).stat().st_size < 60_000 for picture in pictures)
