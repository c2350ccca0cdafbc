"""Sends messages as clients do: in Segment's form, by a clock that may be wrong, with a key or a userHash."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from lib import keys, limits, messages
from tests.conftest import Connection, Workspace
from tests.database.model import Message

# Either right, or so wrong that it is corrected; in between it is believed, and what it says is another time.
clock_errors = st.sampled_from([0, 0, 6, -6, 60 * 24 * 400, -60 * 24 * 400]).map(
    lambda minutes: timedelta(minutes=minutes)
)


@dataclass(frozen=True)
class Sender:
    """One request's key and messages."""

    key: str
    batch: Sequence[dict[str, Any]]

    def send(self, db: Connection, received: datetime, clock_error: timedelta) -> None:
        """Through the API's own validation, with `sentAt` restamped, as on every attempt."""
        max_age = limits.MAX_AGE_SECRET if self.key.startswith("sk_") else limits.MAX_AGE_PUBLISHABLE
        envelope = messages.Envelope(received, max_age, (received + clock_error).isoformat())
        stamped = [raw | {"timestamp": (raw["timestamp"] + clock_error).isoformat()} for raw in self.batch]
        read = messages.read_batch(list(stamped), envelope)
        assert read.rejected == []
        answer = db.execute(
            "select public.track(%s, null, %s, %s)", (keys.key_hash(self.key), json.dumps(read.rows), received)
        ).fetchall()[0][0]
        assert answer["rejected"] == []


@st.composite
def senders(draw: st.DrawFn, workspace: Workspace, batch: list[Message]) -> list[Sender]:
    """The batch as one request, or, where somebody vouches for users, as a server's and a browser's."""
    trusted = batch[0].trusted
    by_hash = [message for message in batch if message.identities[0][0] == "userId" and draw(st.booleans())]
    if not trusted:
        return [Sender(workspace.publishable_key, [segment(message) for message in batch])]
    by_key = [message for message in batch if message not in by_hash]
    secret = workspace.identity_secret
    parts = [
        Sender(workspace.publishable_key, [segment(message) | vouch(message, secret) for message in by_hash]),
        Sender(workspace.secret_key, [segment(message) for message in by_key]),
    ]
    return [part for part in draw(st.permutations(parts)) if part.batch]


def vouch(message: Message, secret: str) -> dict[str, str]:
    user_id = message.identities[0][1]
    return {"userHash": hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()}


def as_read(message: Message) -> Message:
    """The message with the trait that naming an email is, too."""
    email = dict(message.identities).get("email")
    return replace(message, traits={**(message.traits or {}), "email": email}) if email else message


def segment(message: Message) -> dict[str, Any]:
    """The message as an SDK sends it; its timestamp is still a datetime, for the clock to be applied."""
    sent: dict[str, Any] = {"type": message.type, "messageId": message.message_id, "timestamp": message.occurred_at}
    sent |= dict(message.identities)
    if message.type == "track":
        sent["event"] = message.name
    elif message.type == "alias":
        sent["previousId"] = sent.pop("anonymousId")
    elif message.type == "identify":
        sent["traits"] = dict(message.traits or {})
    elif message.type == "group" and message.traits:
        company = dict(message.traits["company"])
        sent |= {"groupId": company.pop("id"), "traits": company}
    return sent
