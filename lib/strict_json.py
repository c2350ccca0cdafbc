"""JSON as RFC 8259 has it, without the NaN and Infinity that Python's reads too."""

import json
from collections.abc import Mapping
from typing import Any

from lib.errors import ApiError

# A JSON object.
Json = dict[str, object]


def parse_json(text: str) -> object:
    """Raises ValueError, or RecursionError for what is nested too deep to be read."""
    return json.loads(text, parse_constant=_refuse_constant)


def parse_body(raw: bytes) -> object:
    """What a request's body holds. Raises 400."""
    try:
        return parse_json(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ApiError("json_malformed") from error


def as_object(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one: for those who take what they find."""
    return value if isinstance(value, dict) else {}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
