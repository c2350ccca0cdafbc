"""GET /api/unsubscribe?token=…: a page that asks. POST: unsubscribes at once (RFC 8058, one click).

GET changes nothing, because mail scanners open every link. POST needs no cookie, no redirect, no body.
"""

from lib import database, pages, unsubscription
from lib.endpoint import Request, Response, endpoint
from lib.errors import ApiError


def ask(request: Request) -> Response:
    unsubscription.read_token(_token(request))  # 404
    return pages.html(pages.UNSUBSCRIBE)


def unsubscribe(request: Request) -> Response:
    wish = unsubscription.read_token(_token(request))  # 404
    database.call(
        "unsubscribe",
        {"p_workspace": wish.workspace_id, "p_address_hash": wish.address_hash, "p_category": wish.category},
    )  # 503
    return pages.html(pages.UNSUBSCRIBED)


def _token(request: Request) -> str:
    token = request.query("token")
    if not token:
        raise ApiError("link_invalid")
    return token


app = endpoint(GET=ask, POST=unsubscribe, cors="app")
