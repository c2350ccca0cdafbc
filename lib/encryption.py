"""Secrets that Postgres keeps and can't read: AES-256-GCM under a keyring that can be rotated.

A value is the key's id, a colon, and base64 of a nonce of 12 random bytes and the ciphertext with its tag. Purpose and
workspace are bound to it as associated data, so one that is moved to another row does not decrypt there.
The first key of ENCRYPTION_KEYS encrypts, all of them decrypt (scripts/rotate_encryption.py brings the old ones over).
"""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lib.config import config

NONCE_BYTES = 12


class Undecryptable(Exception):
    """No key of the keyring opens this value for this purpose and workspace."""


def can_encrypt() -> bool:
    return bool(config.encryption_keys)


def encrypt(secret: str, purpose: str, workspace_id: str) -> str:
    """Another value each time. Needs a keyring; see can_encrypt()."""
    key_id, key = next(iter(config.encryption_keys.items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.encode(), _bound_to(purpose, workspace_id))
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, purpose: str, workspace_id: str) -> str:
    """Raises Undecryptable."""
    key_id, _, encoded = value.partition(":")
    try:
        sealed = base64.b64decode(encoded, validate=True)
        cipher = AESGCM(config.encryption_keys[key_id])
        opened = cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(purpose, workspace_id))
    except (KeyError, ValueError, InvalidTag) as error:
        raise Undecryptable(key_id) from error
    return opened.decode()


def is_current(value: str) -> bool:
    """Whether the key that encrypts today made it."""
    return value.partition(":")[0] == next(iter(config.encryption_keys), None)


def _bound_to(purpose: str, workspace_id: str) -> bytes:
    return f"{purpose}:{workspace_id}".encode()
