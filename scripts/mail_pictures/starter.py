"""The templates a new workspace starts with, and what they look like filled in."""

from __future__ import annotations

from typing import Any

import psycopg

WORKSPACE = {
    "id": "00000000-0000-0000-0000-000000000000",
    "name": "Acme Boards",
    "slug": "acme-boards",
    "replyTo": "mia@acme-boards.example",
    "postalAddress": "1 Sample Street, Springfield",
    "website": "https://acme-boards.example/",
}
CONTACT = {"firstName": "Ada", "name": "Ada Lovelace"}
VARIABLES = {
    "setup_url": "https://acme-boards.example/setup",
    "next_step": "invite your team",
    "plans_url": "https://acme-boards.example/plans",
    "trial_ends": "3 December",
}


def starter_templates(database_url: str) -> list[dict[str, str]]:
    """Name, category, subject and html of each, as the migrations have them."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select name, category, subject, html from private.starter_templates()").fetchall()
    return [dict(zip(("name", "category", "subject", "html"), row, strict=True)) for row in rows]


def as_message(template: dict[str, str], **changes: Any) -> dict[str, Any]:
    """The message that a claim would return for the template, with sample data unless something else is given."""
    return {
        "to": "ada@example.com",
        "category": template["category"],
        "subject": template["subject"],
        "html": template["html"],
        "text": None,
        "variables": VARIABLES,
        "contact": CONTACT,
        "rendered": False,
        "workspace": WORKSPACE,
        **changes,
    }
