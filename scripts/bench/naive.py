"""What one would write first: supabase-py, and for each event a look-up of the key, an insert, a read and an update.

`python -m scripts.bench.naive SOCKET` serves it as the local stack serves functions. It is what /api/track is measured
against: no limit, no checks, no exactly once, no score.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from supabase import create_client

from scripts.local.functions import Handler, Server
from scripts.local.layout import ROOT
from scripts.local.routing import Routes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

client = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_SECRET_KEY"])


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Stores the messages of a body like /api/track's."""
    body = json.loads(environ["wsgi.input"].read())
    for message in body.get("batch", [body]):
        track(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "), message)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"success": true}']


def track(key: str, message: dict[str, Any]) -> None:
    """One event: four round trips."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    client.table("naive_keys").select("key_hash").eq("key_hash", digest).single().execute()
    event = {name: message[name] for name in ("messageId", "userId", "event", "properties")}
    client.table("naive_events").insert({name.lower(): value for name, value in event.items()}).execute()
    contacts = client.table("naive_contacts").select("events").eq("userid", message["userId"]).execute()
    rows: list[Any] = contacts.data
    row = {"userid": message["userId"], "events": rows[0]["events"] + 1 if rows else 1}
    client.table("naive_contacts").upsert(row).execute()


if __name__ == "__main__":
    Handler.routes, Handler.functions = Routes.read(ROOT / "vercel.json"), {"/api/track": app}
    Server(int(sys.argv[1])).serve_forever()
