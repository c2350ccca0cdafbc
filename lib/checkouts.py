"""What ties a subscription to a workspace: the data that our checkouts carry, and who was about to pay."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from lib.config import config
from lib.emails import normalise_email


def custom_data(workspace_id: str) -> dict[str, str]:
    """What a checkout of ours carries, and Lemon Squeezy repeats in every webhook."""
    return {"workspace_id": workspace_id, "signature": _keyed_hash(workspace_id)}


def workspace_of(custom: Mapping[str, Any]) -> str | None:
    """Whom a checkout was for, if we have opened it: anybody can write a checkout's address, with any data in it."""
    workspace_id, signature = str(custom.get("workspace_id")), str(custom.get("signature"))
    if not hmac.compare_digest(_keyed_hash(workspace_id).encode(), signature.encode()):
        return None
    return str(UUID(workspace_id))


def address_hash(address: str) -> str:
    """Who opened a checkout, without their address."""
    return _keyed_hash(normalise_email(address) or address)


def _keyed_hash(text: str) -> str:
    return hmac.new(config.signing_secret.encode(), f"checkout:{text}".encode(), hashlib.sha256).hexdigest()
