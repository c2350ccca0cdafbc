"""Links that stop mail, and that start it again: a signed token over workspace, address hash and category.

It holds no address. The one that stops has no expiry: whoever finds an old mail may still say so, also after their data
was erased. The one that starts again is mailed, and good for a week.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib import signing
from lib.config import config
from lib.errors import ApiError

CONFIRMATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wish:
    workspace_id: str
    address_hash: str
    category: str


def address_hash(workspace_id: str, address: str) -> str:
    """Hex HMAC-SHA256; the same as private.recipient() computes."""
    message = f"{workspace_id}:{address}".encode()
    return hmac.new(signing.address_key().encode(), message, hashlib.sha256).hexdigest()


def make_token(wish: Wish) -> str:
    return signing.seal(f"{wish.workspace_id}:{wish.address_hash}:{wish.category}", "unsubscribe")


def read_token(token: str) -> Wish:
    """What a link asks for. Raises 404 for anything that make_token() did not make."""
    return Wish(*signing.unseal(token, "unsubscribe").split(":"))


def link(wish: Wish) -> str:
    return f"{config.app_url}/api/unsubscribe?token={make_token(wish)}"


def confirmation_link(wish: Wish, now: datetime) -> str:
    """What is mailed to who wants to hear again; good for a week."""
    until = int((now + CONFIRMATION_LIFE).timestamp())
    token = signing.seal(f"{wish.workspace_id}:{wish.address_hash}:{wish.category}:{until}", "resubscribe")
    return f"{config.app_url}/api/unsubscribe?confirm={token}"


def confirmation_mail(wish: Wish, now: datetime) -> dict[str, str]:
    """Subject and text, as ask_to_confirm() takes them."""
    text = (
        "You asked to get these emails again. If that was you, please confirm it within a week:\n\n"
        f"{confirmation_link(wish, now)}\n\n"
        "If it was not you, there is nothing to do: you stay unsubscribed."
    )
    return {"p_subject": "Please confirm that you want our emails again", "p_text": text}


def read_confirmation(token: str, now: datetime) -> Wish:
    """What a mailed link confirms. Raises 404 for anything that confirmation_link() did not make within a week."""
    *wish, until = signing.unseal(token, "resubscribe").split(":")
    if now.timestamp() > int(until):
        raise ApiError("link_invalid")
    return Wish(*wish)
