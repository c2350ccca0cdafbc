"""The pgbench scripts of both sides: the same messages, once for track() and once for the floor table.

pgbench puts its variables into the text of a statement. Their names are as long as their values (":contact_00" stands
for eleven digits), so that it need not move the rest of a long statement for each of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

CONTACTS = 50_000
FIRST_CONTACT = 10_000_000_000  # eleven digits, as long as ":contact_00"
DRAW = "\\set message_identity random(10000000000000000, 99999999999999999)"
KEY_HASH = hashlib.sha256(b"benchmark").hexdigest()
WORKSPACE = "00000000-0000-4000-8000-000000000001"
TODAY = "2026-11-20"  # fixed: what is preloaded was summed on this day too, as on any but a contact's first of a day
NAME = "Feature Used"
PROPERTIES = {"feature": "export", "format": "csv", "rows": 1250, "plan": "free", "durationMs": 340.5, "first": False}
CONTEXT = {"page": {"path": "/reports", "title": "Reports"}, "library": {"name": "widget", "version": "1.0.0"}}


def message_id(position: int) -> str:
    """Unlike in its first characters, as random ids are: equal beginnings would be neighbours in the index."""
    return f"{hashlib.md5(str(position).encode()).hexdigest()[:8]}-:message_identity"


def message(position: int, contact: str, day: str) -> Mapping[str, object]:
    """One message as /api/track hands it to the database."""
    return {
        "index": position,
        "type": "track",
        "name": NAME,
        "kinds": ["userId"],
        "values": [f"user-{contact}"],
        "occurred_at": f"{day}T11:59:30Z",
        "message_id": message_id(position),
        "properties": PROPERTIES,
        "context": CONTEXT,
    }


def track_script(contacts: Sequence[str], day: str = TODAY, population: int = CONTACTS) -> str:
    """One call of track() with a message for each of those contacts, of as many as there are."""
    messages = json.dumps([message(position, contact, day) for position, contact in enumerate(contacts)])
    call = f"select public.track('{KEY_HASH}', null, '{messages}', '{TODAY}T12:00:00Z', '[]')"
    return "\n".join([*draws(contacts, population), f"{call};\n"])


def floor_script(contacts: Sequence[str]) -> str:
    """One INSERT of a row for each of those contacts."""
    values = ",\n".join(
        f"('{WORKSPACE}', '{message_id(position)}', 'user-{contact}', '{NAME}', '{json.dumps(PROPERTIES)}', now())"
        for position, contact in enumerate(contacts)
    )
    columns = "workspace_id, message_id, user_id, name, properties, occurred_at"
    return "\n".join([*draws(contacts, CONTACTS), f"insert into floor_events ({columns}) values\n{values};\n"])


def draws(contacts: Sequence[str], population: int) -> list[str]:
    """The lines that draw the random numbers which those contacts and the message ids stand for."""
    last = FIRST_CONTACT + population - 1
    drawn = [f"\\set {contact[1:]} random({FIRST_CONTACT}, {last})" for contact in dict.fromkeys(contacts)]
    return [DRAW, *drawn]


def random_contacts(count: int) -> list[str]:
    """That many contacts, each drawn anew for every transaction."""
    return [f":contact_{number:02}" for number in range(count)]


def one_contact(count: int) -> list[str]:
    """One contact, drawn anew for every transaction, that many times."""
    return random_contacts(1) * count
