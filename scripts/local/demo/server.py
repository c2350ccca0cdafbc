"""Acme Boards, a fictitious product with the widget in it: all that a founder's page and server have to do.

The page tracks with the publishable key, which is public. This server keeps the two secrets no page may see: with the
identity secret it proves who has signed in, with the secret key it asks for a contact's score.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Settings:
    api_url: str
    publishable_key: str
    secret_key: str
    identity_secret: str
    mail_url: str

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Settings:
        return cls(
            api_url=env["API_URL"].rstrip("/"),
            publishable_key=env["DEMO_PUBLISHABLE_KEY"],
            secret_key=env["DEMO_SECRET_KEY"],
            identity_secret=env["DEMO_IDENTITY_SECRET"],
            mail_url=env["MAIL_URL"].rstrip("/"),
        )


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: str = "200 OK"
    content_type: str = "application/json"


def as_json(value: object, status: str = "200 OK") -> Answer:
    return Answer(json.dumps(value).encode(), status)


def sign_in(settings: Settings, request: Mapping[str, Any]) -> Answer:
    """Answers who the visitor is now, with the hash that proves it to ConversionCRM.

    A real product asks for a password before it hands out this proof; here everybody is fictitious.
    """
    name, email = str(request.get("name", "")).strip(), str(request.get("email", "")).strip().lower()
    if not name or "@" not in email:
        return as_json({"detail": "A name and an email address, please."}, "400 Bad Request")
    user_id = "acme_" + hashlib.sha256(email.encode()).hexdigest()[:12]
    proof = hmac.new(settings.identity_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()
    return as_json({"userId": user_id, "userHash": proof, "name": name, "email": email})


def contact(settings: Settings, request: Mapping[str, Any]) -> Answer:
    """What ConversionCRM makes of a user, or `score: null` while it doesn't know them, and the mail they have got."""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        score = client.post(
            f"{settings.api_url}/api/score",
            headers={"Authorization": f"Bearer {settings.secret_key}"},
            json={"userId": request.get("userId")},
        )
        inbox = client.get(f"{settings.mail_url}/messages")
    known = score.status_code != httpx.codes.NOT_FOUND
    mails = [mail for mail in inbox.raise_for_status().json() if request.get("email") in mail["to"]]
    return as_json(
        {
            "score": score.raise_for_status().json() if known else None,
            "mails": [{"subject": mail["subject"], "at": mail["at"]} for mail in mails],
        }
    )


def page(settings: Settings) -> Answer:
    """The product page, its script tag filled in with this stack's address and key."""
    text = (STATIC / "index.html").read_text()
    for name, value in (
        ("API_URL", settings.api_url),
        ("PUBLISHABLE_KEY", settings.publishable_key),
        ("MAIL_URL", settings.mail_url),
    ):
        text = text.replace("{{" + name + "}}", html.escape(value))
    return Answer(text.encode(), content_type="text/html")


def static(path: str) -> Answer:
    """A file of the page; only names that lie in its folder are looked up, so no path leads out of it."""
    for file in STATIC.iterdir():
        if path == f"/{file.name}":
            return Answer(file.read_bytes(), content_type=CONTENT_TYPES[file.suffix])
    return as_json({"detail": "Nothing is here."}, "404 Not Found")


POSTS: Mapping[str, Callable[[Settings, Mapping[str, Any]], Answer]] = {"/sign-in": sign_in, "/contact": contact}


def respond(settings: Settings, environ: WSGIEnvironment) -> Answer:
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "POST":
        return page(settings) if path == "/" else static(path)
    if path not in POSTS:
        return as_json({"detail": "Nothing is here."}, "404 Not Found")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        return POSTS[path](settings, json.loads(body))
    except httpx.HTTPError:
        return as_json({"detail": "ConversionCRM does not answer. Events wait in the browser."}, "502 Bad Gateway")


def app(env: Mapping[str, str]) -> WSGIApplication:
    """The product as a WSGI application. Its policy shows that the widget needs no inline script."""
    settings = Settings.read(env)
    policy = (
        f"default-src 'none'; style-src 'self'; img-src data:; script-src 'self' {settings.api_url}; "
        f"connect-src 'self' {settings.api_url}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )

    def product(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = respond(settings, environ)
        headers = [
            ("Content-Type", f"{answer.content_type}; charset=utf-8"),
            ("Content-Length", str(len(answer.body))),
            ("Content-Security-Policy", policy),
            ("Cache-Control", "no-store"),
        ]
        start_response(answer.status, headers)
        return [answer.body]

    return product


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """A thread per connection: browsers open several and leave some of them idle."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """Logs nothing: the page asks for the score every second."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        pass


def serve(env: Mapping[str, str], port: int = 0) -> WSGIServer:
    """A server bound to 127.0.0.1, not yet running; port 0 takes a free one."""
    return make_server("127.0.0.1", port, app(env), server_class=ThreadingServer, handler_class=QuietHandler)


if __name__ == "__main__":
    with serve(os.environ, int(os.environ.get("DEMO_PORT", "0"))) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
