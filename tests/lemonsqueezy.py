"""Lemon Squeezy's webhooks as it sends them: every field of https://docs.lemonsqueezy.com/api, signed as documented."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

START = datetime(2026, 11, 1, tzinfo=UTC)


def written(moment: datetime) -> str:
    """In whole seconds, with zeros for microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def subscription(**changed: Any) -> dict[str, Any]:
    """The attributes of one that is active since START."""
    return {
        "store_id": 1,
        "customer_id": 1,
        "order_id": 1,
        "order_item_id": 1,
        "product_id": 1,
        "variant_id": 11,
        "product_name": "ConversionCRM",
        "variant_name": "Starter",
        "user_name": "Ann Founder",
        "user_email": "ann@acme.example",
        "status": "active",
        "status_formatted": "Active",
        "card_brand": "visa",
        "card_last_four": "4242",
        "payment_processor": "stripe",
        "pause": None,
        "cancelled": False,
        "trial_ends_at": None,
        "billing_anchor": 1,
        "first_subscription_item": {
            "id": 1,
            "subscription_id": 1,
            "price_id": 1,
            "quantity": 1,
            "is_usage_based": False,
            "created_at": written(START),
            "updated_at": written(START),
        },
        "urls": {
            "update_payment_method": "https://store.lemonsqueezy.com/subscription/1/payment-details?expires=1",
            "customer_portal": "https://store.lemonsqueezy.com/billing?expires=1",
            "customer_portal_update_subscription": "https://store.lemonsqueezy.com/billing/1/update?expires=1",
        },
        "renews_at": "2026-12-01T00:00:00.000000Z",
        "ends_at": None,
        "created_at": written(START),
        "updated_at": written(START),
        "test_mode": False,
        **changed,
    }


def invoice(subscription_id: str, **changed: Any) -> dict[str, Any]:
    """The attributes of a subscription's payment."""
    return {
        "store_id": 1,
        "subscription_id": int(subscription_id),
        "customer_id": 1,
        "user_name": "Ann Founder",
        "user_email": "ann@acme.example",
        "billing_reason": "renewal",
        "card_brand": "visa",
        "card_last_four": "4242",
        "currency": "USD",
        "currency_rate": "1.00000000",
        "status": "paid",
        "status_formatted": "Paid",
        "refunded": False,
        "refunded_at": None,
        "subtotal": 2900,
        "discount_total": 0,
        "tax": 0,
        "tax_inclusive": False,
        "total": 2900,
        "refunded_amount": 0,
        "subtotal_usd": 2900,
        "discount_total_usd": 0,
        "tax_usd": 0,
        "total_usd": 2900,
        "refunded_amount_usd": 0,
        "subtotal_formatted": "$29.00",
        "discount_total_formatted": "$0.00",
        "tax_formatted": "$0.00",
        "total_formatted": "$29.00",
        "refunded_amount_formatted": "$0.00",
        "urls": {"invoice_url": "https://app.lemonsqueezy.com/my-orders/1/subscription-invoice/1?expires=1"},
        "created_at": written(START),
        "updated_at": written(START),
        "test_mode": False,
        **changed,
    }


def order(**changed: Any) -> dict[str, Any]:
    return {
        "store_id": 1,
        "customer_id": 1,
        "identifier": str(uuid4()),
        "order_number": 1,
        "user_name": "Ann Founder",
        "user_email": "ann@acme.example",
        "currency": "USD",
        "currency_rate": "1.0000",
        "subtotal": 2900,
        "discount_total": 0,
        "tax": 0,
        "total": 2900,
        "refunded_amount": 0,
        "tax_name": None,
        "tax_rate": "0.00",
        "status": "paid",
        "status_formatted": "Paid",
        "refunded": False,
        "refunded_at": None,
        "first_order_item": {"id": 1, "order_id": 1, "product_id": 1, "variant_id": 11, "price": 2900},
        "urls": {"receipt": "https://app.lemonsqueezy.com/my-orders/1?signature=1"},
        "created_at": written(START),
        "updated_at": written(START),
        "test_mode": False,
        **changed,
    }


def license_key() -> dict[str, Any]:
    return {
        "store_id": 1,
        "customer_id": 1,
        "order_id": 1,
        "order_item_id": 1,
        "product_id": 1,
        "user_name": "Ann Founder",
        "user_email": "ann@acme.example",
        "key": "80e15db5-c796-436b-850c-8f9c98a48abe",
        "key_short": "XXXX-8f9c98a48abe",
        "activation_limit": 5,
        "instances_count": 0,
        "disabled": 0,
        "status": "inactive",
        "expires_at": None,
        "created_at": written(START),
        "updated_at": written(START),
    }


def webhook(
    name: str, kind: str, identifier: str, attributes: Mapping[str, Any], custom: Mapping[str, str] | None
) -> dict[str, Any]:
    """The body of an event; `kind` is the resource's type."""
    meta = {"event_name": name, "test_mode": attributes.get("test_mode", False), "webhook_id": str(uuid4())}
    return {
        "meta": meta | ({"custom_data": dict(custom)} if custom else {}),
        "data": {
            "type": kind,
            "id": identifier,
            "attributes": dict(attributes),
            "relationships": {"store": {"links": {"related": f"https://api.lemonsqueezy.com/v1/{kind}/1/store"}}},
            "links": {"self": f"https://api.lemonsqueezy.com/v1/{kind}/{identifier}"},
        },
    }
