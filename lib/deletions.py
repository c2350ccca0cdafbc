"""Workspaces whose owners want them deleted: the request, a week to think again, and the sweep that removes them.

Any of the sweep may be cut off, missed or done twice at once: what is left is found again by the next one.
"""

import time
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from lib import chunks, database, exports, lemonsqueezy, notices, receipts, signing, untold_owners
from lib.config import config
from lib.errors import ApiError, Unavailable
from lib.log import log
from lib.strict_json import Json

ORDERS = 20


def request(workspace_id: str, name: str, actor: str) -> Json:
    """{"requestId", "purgeAfter", "dueBy", "status"}. Raises 422 unless `name` is the workspace's; tells the owners."""
    arguments = {"p_workspace": workspace_id, "p_name": name, "p_actor": actor}
    answer = cast(Json, database.call("request_deletion", arguments))
    tell_owners()
    return answer


def cancel(workspace_id: str, actor: str) -> Json:
    """The same, with the status "cancelled". Raises 404 and 409."""
    answer = cast(Json, database.call("cancel_deletion", {"p_workspace": workspace_id, "p_actor": actor}))
    tell_owners()
    return answer


def cancel_by_link(token: str) -> None:
    """What the link in an owner's mail does. Raises 404 and 409."""
    request_id, owner = read_link(token)
    database.call("cancel_deletion_by_link", {"p_request": request_id, "p_owner": owner})
    tell_owners()


def check_link(token: str) -> None:
    """Whether the link would still do something. Raises 404 and 409."""
    request_id, owner = read_link(token)
    database.call("check_deletion_link", {"p_request": request_id, "p_owner": owner})


def read_link(token: str) -> tuple[str, str]:
    """The request and the owner that a link of notices' is for. Raises 404 for anything else."""
    request_id, owner = signing.unseal(token, "cancel-deletion").split(":")
    return str(UUID(request_id)), str(UUID(owner))


def tell_owners() -> None:
    """At once; what can't be sent now, the outbox's drain sends."""
    try:
        notices.drain_now()
    except ApiError as error:
        log(event="notices_wait", code=error.code)


def sweep(now: datetime) -> Json:
    """All there is to remove, each kind with its share of the time.

    Returns {"ordered", "finished", "left"}: subscriptions that Lemon Squeezy was told of, workspaces that are gone, and
    whether time ran out first.
    """
    began = time.monotonic()
    ordered = _settle_subscriptions(now, began + 8)
    left = chunks.remove("purge_workspaces", now, began + 32, rests=True)
    left |= chunks.remove("purge_erased", now, began + 40)
    left |= chunks.remove("forget_what_has_lapsed", now, began + 42)
    # Last what needs others, who may be down.
    finished = _finish(now, began + 48)
    untold_owners.tell(now, began + 50)
    receipts.store_of_deletions(now)
    left |= receipts.store_of_erasures(now, began + 52)
    return {"ordered": ordered, "finished": finished, "left": left}


def _finish(now: datetime, deadline: float) -> int:
    """The last rows of each workspace that is empty. Returns how many have gone."""
    finished = 0
    for emptied in cast(list[dict[str, str]], database.call("emptied_deletions", {})):
        if time.monotonic() > deadline:
            break
        exports.remove_all(emptied["workspaceId"])
        receipts.remove_all(emptied["workspaceId"])
        arguments = {"p_request": emptied["requestId"], "p_now": now.isoformat()}
        receipt = cast(dict[str, Any] | None, database.call("finish_deletion", arguments))
        if receipt is not None:
            log(event="workspace_deleted", requestId=receipt["requestId"], counts=receipt["counts"])
            finished += 1
    return finished


def _settle_subscriptions(now: datetime, deadline: float) -> int:
    """Tells Lemon Squeezy what is due. Returns how many it took; what it does not take now waits."""
    if not config.lemonsqueezy_api_key:
        return 0
    at = {"p_now": now.isoformat()}
    done = 0
    for order in cast(list[dict[str, str]], database.call("due_subscription_orders", {"p_limit": ORDERS, **at})):
        subscription_id, wish = order["subscriptionId"], order["wish"]
        if time.monotonic() > deadline:
            break
        try:
            is_known = _order(subscription_id, wish)
        except Unavailable:
            log(event="subscription_order_waits", subscriptionId=subscription_id, wish=wish)
            continue
        if not is_known:
            # Nothing there takes money any more, and nothing can be resumed.
            log(event="subscription_order_moot", subscriptionId=subscription_id, wish=wish)
        database.call("subscription_order_done", {"p_subscription": subscription_id, "p_wish": wish, **at})
        done += 1
    return done


def _order(subscription_id: str, wish: str) -> bool:
    """Cancels or resumes it. Returns whether Lemon Squeezy knows it; raises Unavailable where that can't be told."""
    try:
        if wish == "cancel":
            lemonsqueezy.cancel_subscription(subscription_id)
        else:
            lemonsqueezy.resume_subscription(subscription_id)
    except lemonsqueezy.Gone:
        # A key of another store does not know it either; and where ours is not set, nobody can tell.
        if not lemonsqueezy.sees_our_store():
            raise
        return False
    return True
