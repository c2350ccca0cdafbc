"""Where owners pay, and where they change or cancel what they pay for: pages of Lemon Squeezy's."""

from typing import cast

from lib import checkouts, database, lemonsqueezy
from lib.config import config
from lib.errors import ApiError, Unavailable
from lib.strict_json import Json


def checkout(workspace_id: str, plan: str, interval: str, address: str) -> Json:
    """Returns {"url"}, where the owner pays for a plan. Raises 409 if there is a subscription already, 422 and 503."""
    _refuse_unless_offered()
    arguments = {"p_workspace": workspace_id, "p_plan": plan, "p_interval": interval}
    purchase = cast(dict[str, str | None], database.call("purchase", arguments))
    if purchase["subscriptionId"]:
        raise ApiError("already_subscribed")
    variant = purchase["variantId"]
    if variant is None:
        raise ApiError("plan_not_sold")
    opened = {"p_workspace": workspace_id, "p_variant_id": variant, "p_address_hash": checkouts.address_hash(address)}
    database.call("open_checkout", opened)
    custom = checkouts.custom_data(workspace_id)
    try:
        return {"url": lemonsqueezy.create_checkout(variant, address, custom, f"{config.app_url}/")}
    except lemonsqueezy.Busy as busy:
        raise Unavailable(busy.seconds) from busy


def portal(workspace_id: str) -> Json:
    """Returns {"url"}, where the owner changes or cancels the subscription, for a day. Raises 404, 422 and 503."""
    _refuse_unless_offered()
    arguments = {"p_workspace": workspace_id, "p_plan": None, "p_interval": None}
    subscription = cast(dict[str, str | None], database.call("purchase", arguments))["subscriptionId"]
    if subscription is None:
        raise ApiError("not_subscribed")
    try:
        return {"url": lemonsqueezy.subscription(subscription)["attributes"]["urls"]["customer_portal"]}
    except lemonsqueezy.Busy as busy:
        raise Unavailable(busy.seconds) from busy


def _refuse_unless_offered() -> None:
    if not config.lemonsqueezy_api_key or not config.lemonsqueezy_store_id:
        raise ApiError("billing_not_offered")
