"""Where owners pay, and where they change or cancel what they pay for: pages of Lemon Squeezy's."""

from typing import Any, cast

from lib import checkouts, database, lemonsqueezy
from lib.config import config
from lib.errors import ApiError
from lib.strict_json import Json


def checkout(workspace_id: str, plan: str, interval: str, address: str) -> Json:
    """Returns {"url"}, where the owner pays for a plan. Raises 409 if there is a subscription already, 422 and 503."""
    _refuse_unless_offered()
    arguments = {"p_workspace": workspace_id, "p_plan": plan, "p_interval": interval}
    purchase = cast(dict[str, Any], database.call("purchase", arguments))
    if purchase["subscriptionId"]:
        raise ApiError("already_subscribed")
    variant = purchase["variantId"]
    if variant is None:
        raise ApiError("plan_not_sold")
    opened = {"p_workspace": workspace_id, "p_variant_id": variant, "p_address_hash": checkouts.address_hash(address)}
    database.call("open_checkout", opened)
    wanted = lemonsqueezy.Checkout(variant, address, checkouts.custom_data(workspace_id), skip_trial=purchase["hadOne"])
    return {"url": lemonsqueezy.create_checkout(wanted)}


def portal(workspace_id: str, address: str) -> Json:
    """Returns {"url"}, where the owner changes or cancels the subscription, for a day. Raises 404, 422 and 503.

    The page that Lemon Squeezy signs shows all that its payer has ever bought, so another owner is sent to it unsigned,
    where Lemon Squeezy asks who they are.
    """
    _refuse_unless_offered()
    arguments = {"p_workspace": workspace_id, "p_plan": None, "p_interval": None}
    subscription = cast(dict[str, Any], database.call("purchase", arguments))["subscriptionId"]
    if subscription is None:
        raise ApiError("not_subscribed")
    attributes = lemonsqueezy.subscription(str(subscription))["attributes"]
    signed = str(attributes["urls"]["customer_portal"])
    is_payer = checkouts.address_hash(str(attributes.get("user_email"))) == checkouts.address_hash(address)
    return {"url": signed if is_payer else signed.partition("?")[0]}


def _refuse_unless_offered() -> None:
    if not config.lemonsqueezy_api_key or not config.lemonsqueezy_store_id:
        raise ApiError("billing_not_offered")
