"""The calls as Segment's and RudderStack's Python SDKs spell them, which is the same."""

import re
from typing import Any

from tests.sdks.calls import Call


def say(client: Any, calls: list[Call]) -> None:
    """Makes the calls and returns once nothing of them waits to be sent."""
    for kind, message in calls:
        getattr(client, kind)(**{snake_case(name): value for name, value in message.items()})
    client.flush()


def snake_case(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name)
