"""Whether a workspace mails an address, and stopping that by hand. The key of the hashes is here, not in Postgres."""

from typing import cast

from lib import signing
from lib.callers import Ask
from lib.privacy_bodies import LiftBody, SuppressBody, SuppressionsBody
from lib.strict_json import Json


def show(ask: Ask, asked: SuppressionsBody) -> Json:
    """{"address", "suppressions": [{"category", "reason", "at", "by", "who"}]}. Raises 404, 409 and 422."""
    arguments = {"p_lookup": asked.suppressions.as_json(), "p_address_key": signing.address_key()}
    return cast(Json, ask("suppressions_of", arguments))


def change(act: Ask, asked: SuppressBody | LiftBody) -> Json:
    """Suppresses by hand, or lifts what was, and nothing else. Returns what holds now, as show(). Raises the same."""
    key = {"p_address_key": signing.address_key()}
    if isinstance(asked, SuppressBody):
        return cast(Json, act("suppress_by_hand", {"p_lookup": asked.suppress.as_json(), **key}))
    return cast(Json, act("lift_by_hand", {"p_lookup": asked.lift.as_json(), **key}))
