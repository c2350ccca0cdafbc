"""POST /api/lemonsqueezy-webhook: what became of a subscription, by Lemon Squeezy; in any order, twice, or never.
GET (the scheduler): asks Lemon Squeezy itself, and measures what workspaces use.

200 {"status": "applied" | "stale" | "unknown" | "ignored"}; after anything else Lemon Squeezy tries three times more.
"""

from lib import billing, callers
from lib.endpoint import Request, Response, endpoint, json_response


def apply_event(request: Request) -> Response:
    raw = request.json_bytes()  # 400 413 415
    event = billing.verified(raw, request.header("X-Signature"))  # 400 401
    status = billing.apply(event)  # 503
    request.facts["outcome"] = status
    return json_response({"status": status})


def sweep(request: Request) -> Response:
    now = callers.scheduled_at(request)  # 401 403 422
    return json_response(billing.sweep(now))  # 503


app = endpoint(POST=apply_event, GET=sweep, cors="app")
