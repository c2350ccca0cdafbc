"""Unsubscribe links: a signed token over workspace, address hash and category, without the address.

It has no expiry: whoever finds an old mail may still say stop, also after their data was erased.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from lib.config import config
from lib.errors import ApiError


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
    payload = f"{wish.workspace_id}:{wish.address_hash}:{wish.category}".encode()
    return base64.urlsafe_b64encode(_signature(payload) + payload).decode().rstrip("=")


def read_token(token: str) -> Wish:
    """What a link asks for. Raises 404 for anything that make_token() did not make."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise ApiError("link_invalid") from error
    signature, payload = raw[:32], raw[32:]
    if not hmac.compare_digest(signature, _signature(payload)):
        raise ApiError("link_invalid")
    return Wish(*payload.decode().split(":"))


def link(wish: Wish) -> str:
    return f"{config.app_url}/api/unsubscribe?token={make_token(wish)}"


def _signature(payload: bytes) -> bytes:
    return hmac.new(_derived("unsubscribe"), payload, hashlib.sha256).digest()


def _derived(purpose: str) -> bytes:
    """One secret to configure, a key of its own for each purpose."""
    return hmac.new(config.signing_secret.encode(), purpose.encode(), hashlib.sha256).digest()
