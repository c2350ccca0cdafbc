"""Links that stop mail, and that start it again: a signed token over workspace, address hash and category.

It holds no address. The one that stops has no expiry: whoever finds an old mail may still say so, also after their data
was erased. The one that starts again is mailed, and good for a week.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from lib.config import config
from lib.errors import ApiError

CONFIRMATION_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Wish:
    workspace_id: str
    address_hash: str
    category: str


def address_key() -> str:
    """The key of address hashes; handed to the SQL functions that compare them, never stored there."""
    return _derived("address").hex()


def address_hash(workspace_id: str, address: str) -> str:
    """Hex HMAC-SHA256; the same as private.recipient() computes."""
    message = f"{workspace_id}:{address}".encode()
    return hmac.new(address_key().encode(), message, hashlib.sha256).hexdigest()


def make_token(wish: Wish) -> str:
    return _sealed(f"{wish.workspace_id}:{wish.address_hash}:{wish.category}", "unsubscribe")


def read_token(token: str) -> Wish:
    """What a link asks for. Raises 404 for anything that make_token() did not make."""
    return Wish(*_opened(token, "unsubscribe").split(":"))


def link(wish: Wish) -> str:
    return f"{config.app_url}/api/unsubscribe?token={make_token(wish)}"


def confirmation_link(wish: Wish, now: datetime) -> str:
    """What is mailed to who wants to hear again; good for a week."""
    until = int((now + CONFIRMATION_LIFE).timestamp())
    token = _sealed(f"{wish.workspace_id}:{wish.address_hash}:{wish.category}:{until}", "resubscribe")
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
    *wish, until = _opened(token, "resubscribe").split(":")
    if now.timestamp() > int(until):
        raise ApiError("link_invalid")
    return Wish(*wish)


def _sealed(payload: str, purpose: str) -> str:
    return _token(payload.encode(), purpose)


def _opened(token: str, purpose: str) -> str:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise ApiError("link_invalid") from error
    payload = raw[32:]
    # As text: several spellings of base64 mean the same bytes, and only one of them was sent.
    if not hmac.compare_digest(token.encode(), _token(payload, purpose).encode()):
        raise ApiError("link_invalid")
    return payload.decode()


def _token(payload: bytes, purpose: str) -> str:
    return base64.urlsafe_b64encode(_signature(payload, purpose) + payload).decode().rstrip("=")


def _signature(payload: bytes, purpose: str) -> bytes:
    return hmac.new(_derived(purpose), payload, hashlib.sha256).digest()


def _derived(purpose: str) -> bytes:
    """One secret to configure, a key of its own for each purpose."""
    return hmac.new(config.signing_secret.encode(), purpose.encode(), hashlib.sha256).digest()
