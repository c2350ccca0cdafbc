"""API keys: pk_ or sk_, two characters that name the cell, 24 random base62 characters, 6 of checksum.

The checksum (CRC-32 of all before it, base62) tells a mistyped or invented key without a round trip;
it is no secret and proves nothing.
"""

import hashlib
import secrets
import string
import zlib
from dataclasses import dataclass
from typing import Literal

from lib.config import config

Kind = Literal["publishable", "secret"]

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIXES: dict[Kind, str] = {"publishable": "pk_", "secret": "sk_"}
RANDOM_LENGTH = 24
CHECKSUM_LENGTH = 6
LENGTH = len("pk_") + 2 + RANDOM_LENGTH + CHECKSUM_LENGTH


@dataclass(frozen=True, slots=True)
class ApiKey:
    kind: Kind
    hash: str


def generate(kind: Kind) -> str:
    """A new key with 142 bits of randomness; show it once and store its key_hash()."""
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    body = PREFIXES[kind] + config.cell + random
    return body + _checksum(body)


def key_hash(key: str) -> str:
    """Hex SHA-256, the only form in which a key is stored. Keys are random, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def hint(key: str) -> str:
    """Enough of a key to tell it from others in a list."""
    return key[:7] + "…" + key[-4:]


def parse(key: str) -> ApiKey | None:
    """The key, or None for what generate() can't have made."""
    kind = kind_of(key)
    body, checksum = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    if kind is None or len(key) != LENGTH or not key.isascii() or checksum != _checksum(body):
        return None
    return ApiKey(kind, key_hash(key))


def kind_of(key: str) -> Kind | None:
    """What a string claims to be by its prefix."""
    return next((kind for kind, prefix in PREFIXES.items() if key.startswith(prefix)), None)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
