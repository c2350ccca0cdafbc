"""JSON as RFC 8259 has it, without the NaN and Infinity that Python's reads too."""

import json

# A JSON object.
Json = dict[str, object]


def parse_json(text: str) -> object:
    """Raises ValueError, or RecursionError for what is nested too deep to be read."""
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
