"""Whatever somebody sends with the public key, mail goes only to addresses that the founder's server vouched for."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Inbox, Workspace
from tests.integration.conftest import Api, bearer, event
from tests.proofs import PROVE, examples

pytestmark = [pytest.mark.exclusive, pytest.mark.prove, pytest.mark.timeout(3600 if PROVE else 120)]

# Whom a server knows, and who is made up. Mallory is a user of the product, whose page has the right userHash.
USERS = ["victim", "mallory", "thief"]
BROWSERS = ["theirs", "mine"]
# Addresses: those the server has vouched for, and those that nobody has.
VOUCHED = ["victim", "lead"]
EVIL = ["evil", "worse"]
Said = dict[str, Any]


def given_or_not(values: list[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


@st.composite
def forgeries(draw: st.DrawFn) -> tuple[str, Said]:
    """A path and a message, in which an address may stand wherever one is looked for."""
    addresses = st.fixed_dictionaries({}, optional={"email": st.sampled_from([*VOUCHED, *EVIL])})
    said: Said = {
        "type": draw(st.sampled_from(["track", "track", "page", "identify", "identify", "group", "alias"])),
        "event": draw(st.sampled_from(["Feature Used", "Upgrade Clicked"])),
        "groupId": "g",
        "userId": draw(given_or_not(USERS)),
        "anonymousId": draw(given_or_not(BROWSERS)),
        "previousId": draw(given_or_not([*USERS, *BROWSERS])),
        "email": draw(given_or_not([*VOUCHED, *EVIL])),
        "traits": draw(addresses),
        "context": {"traits": draw(addresses)},
        "properties": draw(addresses),
        "userHash": draw(given_or_not(["forged", "mallory"])),
    }
    return draw(st.sampled_from(["/api/track", "/api/identify"])), {k: v for k, v in said.items() if v is not None}


def at(api: Api, name: str) -> str:
    """The address of that name which is of this workspace alone."""
    return f"{name}@{str(api.workspace.id)[:8]}.example.com"


def addressed(api: Api, said: Said) -> Said:
    """The message with whole addresses, and with Mallory's userHash where it bears hers."""
    whole: Said = {name: addressed(api, value) if isinstance(value, dict) else value for name, value in said.items()}
    if "email" in whole:
        whole["email"] = at(api, whole["email"])
    if whole.get("userHash") == "mallory":
        secret = api.workspace.identity_secret.encode()
        whole["userHash"] = hmac.new(secret, b"mallory", hashlib.sha256).hexdigest()
    return whole


def by_mallory(said: Said) -> bool:
    """Whether the message is hers: then she says for herself where she is to be mailed."""
    return said.get("userHash") == "mallory" and said.get("userId") == "mallory"


def automate(api: Api) -> None:
    """Every event mails, each time, to whomever it reaches: advertising by one, receipts by the other."""
    api.set(postal_address="1 Road, Town", marketing_cap=100)
    templates = """insert into public.templates (workspace_id, name, category, subject, html)
                   values (%s, 'Receipt', 'transactional', 'x', 'x')"""
    api.db.execute(templates, (api.workspace.id,))
    automations = """insert into public.automations (workspace_id, name, template_id, status, event, repeats)
                     select workspace_id, e.event, t.id, 'live', e.event, true
                     from public.templates as t
                     join (values ('Feature Used', 'Receipt'), ('Upgrade Clicked', 'Ready to upgrade'))
                         as e (event, template) on e.template = t.name
                     where t.workspace_id = %s"""
    api.db.execute(automations, (api.workspace.id,))


def mail_everybody(api: Api) -> None:
    """The founder's server mails whomever it may, by any name."""
    lookups: list[dict[str, str]] = [
        *({"userId": user} for user in USERS),
        *({"anonymousId": browser} for browser in BROWSERS),
        *({"email": at(api, name)} for name in [*VOUCHED, *EVIL]),
    ]
    for to in lookups:
        body = {"to": to, "subject": "x", "text": "x", "category": "transactional"}
        assert api.secret("/api/send-email", body).status_code in (202, 404, 409, 422)


def drained(api: Api, env: Mapping[str, str], inbox: Inbox) -> set[str]:
    """Whom mail has gone to, of this workspace."""
    while api.http.get("/api/send-email", headers=bearer(env["CRON_SECRET"])).raise_for_status().json():
        pass
    everybody = {address for address in inbox.counts() if address.endswith(at(api, ""))}
    httpx.delete(f"{inbox.url}/messages").raise_for_status()
    return everybody


@examples(25, 500)
@given(attack=st.lists(forgeries(), min_size=1, max_size=15))
def test_mail_goes_to_nobody_that_no_server_vouched_for(
    http: httpx.Client, db: Connection, new_workspace: Callable[[], Workspace], env: Mapping[str, str], inbox: Inbox,
    attack: list[tuple[str, Said]],
) -> None:  # fmt: skip
    api = Api(http, db, new_workspace())
    automate(api)
    api.track(
        event(type="identify", userId="victim", anonymousId="theirs", traits={"email": at(api, "victim")}),
        event(type="identify", userId=None, email=at(api, "lead")),
    )
    for path, said in attack:
        assert api.public(path, event(**addressed(api, said))).status_code in (200, 422)
    mail_everybody(api)
    hers = {email for _, said in attack if by_mallory(said) for email in emails(said)}
    went = drained(api, env, inbox)
    assert went <= {at(api, name) for name in {*VOUCHED, *hers}}
    assert at(api, "victim") in went


def emails(said: Said) -> set[str]:
    """The addresses that a message names, wherever it does."""
    inside = [value for value in said.values() if isinstance(value, dict)]
    return {said["email"]} if "email" in said else set[str]().union(*map(emails, inside))
