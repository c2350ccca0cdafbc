"""What Postgres can hold as jsonb, and our limits of depth and keys."""

import math
import re
from collections.abc import Iterator

from lib import limits
from lib.errors import Invalid

_SURROGATE_OR_NUL = re.compile("[\x00\ud800-\udfff]")


def refuse_unstorable(value: object) -> None:
    """Raises Invalid for what jsonb can't hold, and past the limits of depth and keys."""
    for pointer, part in _walk(value, "", 0):
        _check(part, pointer)


def storable(text: str) -> str:
    """The text with U+FFFD for each character that can't be stored."""
    return _SURROGATE_OR_NUL.sub("\ufffd", text)


def pointer_to(key: object) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def _walk(value: object, pointer: str, depth: int) -> Iterator[tuple[str, object]]:
    """Everything inside a value, keys included, each with its JSON pointer. Raises past the depth limit."""
    yield pointer, value
    if depth > limits.DEPTH and isinstance(value, dict | list):
        raise Invalid("too_deep", pointer)
    if isinstance(value, dict):
        for key, item in value.items():
            yield pointer, key
            yield from _walk(item, pointer + pointer_to(key), depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, pointer + pointer_to(index), depth + 1)


def _check(value: object, pointer: str) -> None:
    if isinstance(value, str) and _SURROGATE_OR_NUL.search(value):
        raise Invalid("character_not_storable", storable(pointer))
    if isinstance(value, float) and not math.isfinite(value):
        raise Invalid("number_not_finite", pointer)
    if isinstance(value, dict) and len(value) > limits.OBJECT_KEYS:
        raise Invalid("too_many_keys", pointer)
