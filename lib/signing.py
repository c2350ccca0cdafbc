"""Keys for one purpose each, all out of SIGNING_SECRET, and tokens that only we can have made."""

import base64
import hashlib
import hmac

from lib.config import config
from lib.errors import ApiError


def address_key() -> str:
    """The key of address hashes; handed to the SQL functions that compare them, never stored there."""
    return _derived("address").hex()


def tombstone_key() -> str:
    """The key of the hashes that are left of who was erased; handed to SQL functions, never stored there."""
    return _derived("tombstone").hex()


def seal(payload: str, purpose: str) -> str:
    """A token for an address line that says `payload`, for one purpose."""
    return _token(payload.encode(), purpose)


def unseal(token: str, purpose: str) -> str:
    """What a token says. Raises 404 for anything that seal() did not make for this purpose."""
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
    signature = hmac.new(_derived(purpose), payload, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signature + payload).decode().rstrip("=")


def _derived(purpose: str) -> bytes:
    return hmac.new(config.signing_secret.encode(), purpose.encode(), hashlib.sha256).digest()
