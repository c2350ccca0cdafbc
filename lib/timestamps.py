"""When a message happened by our clock, from what a client's clock says."""

import re
from datetime import UTC, datetime, timedelta

from lib import limits
from lib.errors import Invalid

_LEAP_SECOND = re.compile(r"(?<=T\d\d:\d\d):60")


def occurred_at(stated: object, sent_at: object, received_at: datetime, max_age: timedelta) -> datetime:
    """The stated time, corrected by the clock's error when that is more than 5 minutes. Raises Invalid.

    Times are RFC 3339 or milliseconds since 1970. Nothing stated means now. The error is `received_at - sent_at`.
    """
    error = received_at - _time(sent_at, "/sentAt") if _given(sent_at) else timedelta()
    if not _given(stated):
        return received_at
    moment = _time(stated, "/timestamp")
    if abs(error) > limits.CLOCK_TOLERANCE:
        moment = _shift(moment, error)
    if moment - received_at > limits.CLOCK_TOLERANCE:
        raise Invalid("timestamp_in_future", "/timestamp")
    if received_at - moment > max_age:
        raise Invalid("timestamp_too_old", "/timestamp")
    return moment


def first_given(*values: object) -> object:
    """The first that is neither null nor an empty string; 0 is a time, and [] a mistake to be named."""
    return next((value for value in values if _given(value)), None)


def _given(value: object) -> bool:
    return value is not None and value != ""


def _shift(moment: datetime, error: timedelta) -> datetime:
    try:
        return moment + error
    except OverflowError as overflow:
        raise Invalid("timestamp_invalid", "/timestamp") from overflow


def _time(value: object, pointer: str) -> datetime:
    """RFC 3339, or milliseconds since 1970; without an offset it is UTC."""
    try:
        if isinstance(value, str):
            # RFC 3339 allows lower case, and a leap second, which datetime knows nothing of.
            moment = datetime.fromisoformat(_LEAP_SECOND.sub(":59", value.upper()))
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Invalid("timestamp_invalid", pointer)
