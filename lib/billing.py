"""Who has paid for what: Lemon Squeezy's webhooks, and the sweep that makes up for those that were lost.

docs/billing.md says what each event and each status does.
"""

import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, ValidationError

from lib import checkouts, database, lemonsqueezy
from lib.config import config
from lib.errors import ApiError, Unavailable
from lib.log import log
from lib.strict_json import Json, as_object, parse_body

# What a webhook of an invoice says of the latest payment. Access follows from the subscription's status alone, so a
# refund changes nothing.
PAYMENTS: Mapping[str, str] = {
    "subscription_payment_success": "paid",
    "subscription_payment_recovered": "paid",
    "subscription_payment_failed": "failed",
}
# Webhooks that carry the subscription itself.
SUBSCRIPTIONS = frozenset({
    "subscription_created", "subscription_updated", "subscription_cancelled", "subscription_resumed",
    "subscription_expired", "subscription_paused", "subscription_unpaused",
})  # fmt: skip
# For each of its two parts.
STEP_SECONDS = 15.0


def _written(value: object) -> object:
    """An id is a number in attributes and text in `id`."""
    return str(value) if isinstance(value, int) else value


def _no_number(value: object) -> object:
    """A time is text; pydantic would take a number for seconds."""
    if isinstance(value, int | float):
        raise ValueError("A time is text.")
    return value


Id = Annotated[str, BeforeValidator(_written), Field(pattern=r"^[\w-]{1,64}$")]
Time = Annotated[AwareDatetime, BeforeValidator(_no_number)]


class _Pause(BaseModel):
    mode: Literal["void", "free"]


class _Subscription(BaseModel):
    """The attributes that count, of the twenty-odd there are."""

    variant_id: Id
    status: Literal["on_trial", "active", "paused", "past_due", "unpaid", "cancelled", "expired"]
    pause: _Pause | None = None
    trial_ends_at: Time | None = None
    renews_at: Time | None = None
    ends_at: Time | None = None
    created_at: Time
    updated_at: Time
    test_mode: bool = False
    user_email: str | None = None

    def as_row(self, subscription_id: str) -> Json:
        """As record_subscription() takes it."""
        times = {
            "trialEndsAt": self.trial_ends_at,
            "renewsAt": self.renews_at,
            "endsAt": self.ends_at,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }
        row = {name: moment and moment.isoformat() for name, moment in times.items()}
        pause = self.pause.mode if self.pause else None
        return {"id": subscription_id, "variantId": self.variant_id, "status": self.status, "pauseMode": pause, **row}


class _Invoice(BaseModel):
    subscription_id: Id
    updated_at: Time
    test_mode: bool = False


class _Resource[Attributes: BaseModel](BaseModel):
    id: Id
    attributes: Attributes


# Webhooks


def verified(raw: bytes, signature: str) -> object:
    """The event in the body. Raises 401 unless Lemon Squeezy has signed these very bytes, then 400 for no JSON."""
    secret = config.lemonsqueezy_webhook_secret
    expected = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise ApiError("signature_invalid")
    return parse_body(raw)


def apply(event: object) -> str:
    """Keeps what an event says, if it is the latest: applied, stale, unknown (whose it is), or ignored."""
    document = as_object(event)
    meta = as_object(document.get("meta"))
    name, custom = str(meta.get("event_name")), as_object(meta.get("custom_data"))
    try:
        if name in SUBSCRIPTIONS:
            return _apply_subscription(document.get("data"), custom)
        if name in PAYMENTS:
            return _apply_payment(document.get("data"), PAYMENTS[name], custom)
    except ValidationError as error:
        # Another attempt would say the same; the sweep asks the API.
        log(event="lemonsqueezy_unreadable", name=name, places=[".".join(map(str, e["loc"])) for e in error.errors()])
    return "ignored"


def _apply_subscription(data: object, custom: Mapping[str, Any]) -> str:
    said = _Resource[_Subscription].model_validate(data)
    if _is_pretended(test_mode=said.attributes.test_mode):
        return "ignored"
    arguments = {"p_subscription": said.attributes.as_row(said.id), "p_workspace": checkouts.workspace_of(custom)}
    return cast(str, database.call("record_subscription", arguments))


def _apply_payment(data: object, status: str, custom: Mapping[str, Any]) -> str:
    said = _Resource[_Invoice].model_validate(data).attributes
    if _is_pretended(test_mode=said.test_mode):
        return "ignored"
    row = {"subscriptionId": said.subscription_id, "status": status, "updatedAt": said.updated_at.isoformat()}
    return cast(str, database.call("record_payment", {"p_payment": row, "p_workspace": checkouts.workspace_of(custom)}))


def _is_pretended(*, test_mode: bool) -> bool:
    return test_mode and config.in_production


# The sweep


def sweep(now: datetime) -> Json:
    """Goes through Lemon Squeezy's list, and measures what workspaces use. May be cut off, and come twice at once.

    Returns {"measured", "pages", "applied", "stale", "unknown", "left"}: workspaces measured, pages read, what became
    of the subscriptions on them, and whether something is left for the next one.
    """
    totals: Counter[str] = Counter(dict.fromkeys(("measured", "pages", "applied", "stale", "unknown"), 0))
    # Neither keeps the other from its work, by its time or by failing.
    try:
        pages_left = _reconcile(now, totals)
    finally:
        events_left = _measure(now, totals)
    return {**totals, "left": pages_left or events_left}


def _measure(now: datetime, totals: Counter[str]) -> bool:
    """Returns whether there are events left to count."""
    deadline, at = time.monotonic() + STEP_SECONDS, {"p_now": now.isoformat()}
    while (left := database.call("meter_events", at) is True) and time.monotonic() < deadline:
        pass
    while time.monotonic() < deadline and (measured := cast(int, database.call("measure_usage", at))):
        totals["measured"] += measured
    return left


def _reconcile(now: datetime, totals: Counter[str]) -> bool:
    """Goes on where the last one stopped. Returns whether pages are left."""
    began = time.monotonic()
    if not config.lemonsqueezy_api_key:
        return False
    claimed = cast(dict[str, Any] | None, database.call("claim_reconciliation", {"p_now": now.isoformat()}))
    if claimed is None:
        return True

    def rest(seconds: int) -> None:
        until = now + timedelta(seconds=time.monotonic() - began + seconds)
        database.call("rest_reconciliation", {"p_claim": claimed["claim"], "p_until": until.isoformat()})

    page: int | None = claimed["page"]
    asked_at = claimed["askedAt"]
    while page is not None:
        if time.monotonic() > began + STEP_SECONDS:
            rest(0)
            return True
        try:
            listed = lemonsqueezy.subscriptions(page)
        except lemonsqueezy.Busy as busy:
            rest(busy.seconds)
            return True
        except Unavailable:
            rest(0)
            raise
        rows = [row for item in listed.items if (row := _row(item))]
        arguments = {"p_claim": claimed["claim"], "p_subscriptions": rows, "p_next": listed.next}
        arguments |= {"p_asked_at": asked_at, "p_now": now.isoformat()}
        applied = cast(dict[str, Any] | None, database.call("reconcile_page", arguments))
        if applied is None:
            return True
        asked_at = applied.pop("askedAt")
        totals.update(applied, pages=1)
        page = listed.next
    return False


def _row(item: object) -> Json | None:
    """A subscription of the list, as reconcile_page() takes it."""
    try:
        said = _Resource[_Subscription].model_validate(item)
    except ValidationError as error:
        log(event="lemonsqueezy_unreadable", name="list", places=[".".join(map(str, e["loc"])) for e in error.errors()])
        return None
    if _is_pretended(test_mode=said.attributes.test_mode):
        return None
    return {**said.attributes.as_row(said.id), "addressHash": checkouts.address_hash(said.attributes.user_email or "")}
