"""The mail inbox: everything that would have left, for people at `/` and for tests at `/messages`."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

STYLE = (Path(__file__).parent / "inbox.css").read_text()
# What a mail contains is not ours: its scripts don't run, and it loads nothing.
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Mail:
    """One email as its recipient gets it."""

    to: list[str]
    sender: str
    subject: str
    provider: str
    headers: Mapping[str, str]
    html: str
    text: str
    # Resend's, which its webhook's events repeat.
    tags: Mapping[str, str] = field(default_factory=dict)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))
    id: str = field(default_factory=lambda: str(uuid4()))

    def as_json(self) -> dict[str, object]:
        fields = asdict(self)
        return {"id": fields.pop("id"), "to": fields.pop("to"), "from": fields.pop("sender"), **fields}


@dataclass
class Inbox:
    mails: list[Mail] = field(default_factory=list)

    def add(self, mail: Mail) -> None:
        self.mails.insert(0, mail)

    def find(self, mail_id: str) -> Mail | None:
        return next((mail for mail in self.mails if mail.id == mail_id), None)


def inbox_app(inbox: Inbox) -> Starlette:
    async def page(request: Request) -> Response:
        return HTMLResponse(listing(inbox.mails), headers={"Content-Security-Policy": PAGE_POLICY})

    async def messages(request: Request) -> Response:
        if request.method == "DELETE":
            inbox.mails.clear()
            return Response(status_code=204)
        return JSONResponse([mail.as_json() for mail in inbox.mails])

    async def body(request: Request) -> Response:
        mail = inbox.find(request.path_params["id"])
        if mail is None:
            return Response(status_code=404)
        return HTMLResponse(mail.html or as_page(mail.text), headers={"Content-Security-Policy": MAIL_POLICY})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/messages", messages, methods=["GET", "DELETE"]),
            Route("/messages/{id}/html", body),
        ]
    )


def listing(mails: Sequence[Mail]) -> str:
    shown = "".join(map(article, mails)) or "<p>No mail yet. It refreshes by itself.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="5">'
        f"<title>Inbox ({len(mails)})</title><style>{STYLE}</style><h1>Inbox</h1><main>{shown}</main>"
    )


def article(mail: Mail) -> str:
    """A mail's head, its body in a frame of its own, and its headers for who wants them."""
    headers = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in mail.headers.items())
    return (
        f"<article><h2>{html.escape(mail.subject)}</h2>"
        f"<p>{html.escape(mail.sender)} to <b>{html.escape(', '.join(mail.to))}</b>, {mail.at}, by {mail.provider}</p>"
        f'<iframe sandbox src="/messages/{mail.id}/html" title="The mail"></iframe>'
        f"<details><summary>Text and headers</summary><pre>{html.escape(mail.text)}</pre><dl>{headers}</dl></details>"
        "</article>"
    )


def as_page(text: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><pre style="white-space: pre-wrap">{html.escape(text)}</pre>'
