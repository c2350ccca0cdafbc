"""Lemon Squeezy's API, as much of it as we call: https://docs.lemonsqueezy.com/api

It answers 300 calls a minute of one key, and 429 with Retry-After beyond.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests

from lib.config import config
from lib.errors import Unavailable
from lib.log import log

JSON_API = "application/vnd.api+json"
TIMEOUT = (3.0, 10.0)
PAGE_SIZE = 100
REST_SECONDS = 60

_session = requests.Session()
_session.headers.update({"Accept": JSON_API, "Content-Type": JSON_API})


class Busy(Unavailable):
    """Lemon Squeezy takes no call for `seconds`, as it says itself."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Gone(Unavailable):
    """Lemon Squeezy knows nothing under this id."""

    def __init__(self) -> None:
        super().__init__(REST_SECONDS)


@dataclass(frozen=True, slots=True)
class Page:
    """JSON:API resources, and the number of the page that follows; None after the last."""

    items: list[dict[str, Any]]
    next: int | None


@dataclass(frozen=True, slots=True)
class Checkout:
    """One variant, and under which address it will be paid; webhooks repeat `custom`."""

    variant_id: str
    email: str
    custom: Mapping[str, str]
    skip_trial: bool


def subscriptions(page: int) -> Page:
    """One page of the store's subscriptions. Raises Unavailable, Busy where it is that.

    The newest come first, so one that is added meanwhile moves others to the next page: twice seen, never missed.
    """
    parameters: dict[str, str | int] = {"page[number]": page, "page[size]": PAGE_SIZE}
    if config.lemonsqueezy_store_id:
        parameters["filter[store_id]"] = config.lemonsqueezy_store_id
    document = _call("GET", "subscriptions", params=parameters)
    last = document.get("meta", {}).get("page", {}).get("lastPage", page)
    return Page(document["data"], page + 1 if page < last else None)


def subscription(subscription_id: str) -> dict[str, Any]:
    """One as it is now, with links to its portal that work for a day. Raises Unavailable, maybe Busy or Gone."""
    return cast(dict[str, Any], _call("GET", f"subscriptions/{subscription_id}")["data"])


def cancel_subscription(subscription_id: str) -> None:
    """Ends it with what is paid for; until then it can be resumed. Raises Unavailable, maybe Busy or Gone."""
    if subscription(subscription_id)["attributes"]["status"] not in ("cancelled", "expired"):
        _call("DELETE", f"subscriptions/{subscription_id}")


def resume_subscription(subscription_id: str) -> None:
    """Undoes a cancellation; nothing can where it has ended. Raises Unavailable, maybe Busy or Gone."""
    if subscription(subscription_id)["attributes"]["status"] == "cancelled":
        resumed = {"type": "subscriptions", "id": subscription_id, "attributes": {"cancelled": False}}
        _call("PATCH", f"subscriptions/{subscription_id}", json={"data": resumed})


def sees_our_store() -> bool:
    """Whether the key is of our store: what it does not know is not there then. Raises Unavailable."""
    if not config.lemonsqueezy_store_id:
        return False  # stores/ would be the list, which any key may see
    try:
        _call("GET", f"stores/{config.lemonsqueezy_store_id}")
    except Gone:
        return False
    return True


def create_checkout(wanted: Checkout) -> str:
    """Where that is bought. Raises Unavailable, Busy where it is that."""
    checkout = {
        "type": "checkouts",
        "attributes": {
            "checkout_data": {"email": wanted.email, "custom": dict(wanted.custom)},
            "checkout_options": {"skip_trial": wanted.skip_trial},
            "product_options": {"redirect_url": f"{config.app_url}/", "enabled_variants": [int(wanted.variant_id)]},
        },
        "relationships": {
            "store": {"data": {"type": "stores", "id": config.lemonsqueezy_store_id}},
            "variant": {"data": {"type": "variants", "id": wanted.variant_id}},
        },
    }
    return str(_call("POST", "checkouts", json={"data": checkout})["data"]["attributes"]["url"])


def _call(method: str, path: str, **arguments: Any) -> dict[str, Any]:
    url = f"{config.lemonsqueezy_api_url}/v1/{path}"
    headers = {"Authorization": f"Bearer {config.lemonsqueezy_api_key}"}
    try:
        answer = _session.request(method, url, headers=headers, timeout=TIMEOUT, **arguments)
        if answer.status_code == 429:
            raise Busy(_seconds(answer.headers.get("Retry-After", "")))
        answer.raise_for_status()
        return cast(dict[str, Any], answer.json())
    except requests.RequestException as error:
        status = error.response.status_code if error.response is not None else None
        log(event="lemonsqueezy_failed", path=path.partition("/")[0], status=status, error=type(error).__name__)
        if status == 404:
            raise Gone from error
        raise Unavailable(REST_SECONDS) from error


def _seconds(value: str) -> int:
    return int(value) if value.isdigit() else REST_SECONDS
