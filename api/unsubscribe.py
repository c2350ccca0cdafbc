"""/api/unsubscribe: links of mails. GET and HEAD change nothing, because mail scanners open every link.

POST ?token=…     unsubscribes at once (RFC 8058, one click): no cookie, no redirect, whatever the body
POST ?again=…     the same token: mails a link to who wants to hear again
POST ?confirm=…   that mailed link: lifts the unsubscription, and nothing else

Refusals of people with a browser are pages too.
"""

from datetime import UTC, datetime

from lib import database, pages, unsubscription
from lib.endpoint import Request, Response, endpoint
from lib.errors import ApiError
from lib.unsubscription import Wish


def ask(request: Request) -> Response:
    if confirmation := request.query("confirm"):
        unsubscription.read_confirmation(confirmation, datetime.now(UTC))  # 404
        return pages.answer(pages.RESUBSCRIBE)
    unsubscription.read_token(_token(request))  # 404
    return pages.answer(pages.UNSUBSCRIBE)


def act(request: Request) -> Response:
    now = datetime.now(UTC)
    if confirmation := request.query("confirm"):
        database.call("resubscribe", _names(unsubscription.read_confirmation(confirmation, now)))  # 404 503
        return pages.answer(pages.RESUBSCRIBED)
    if again := request.query("again"):
        wish = unsubscription.read_token(again)  # 404
        database.call("ask_to_confirm", _names(wish) | unsubscription.confirmation_mail(wish, now))  # 503
        return pages.answer(pages.CONFIRMATION_SENT)
    token = _token(request)
    database.call("unsubscribe", _names(unsubscription.read_token(token)))  # 404 503
    return pages.answer(pages.unsubscribed(token))


def _names(wish: Wish) -> dict[str, str]:
    return {"p_workspace": wish.workspace_id, "p_address_hash": wish.address_hash, "p_category": wish.category}


def _token(request: Request) -> str:
    token = request.query("token")
    if not token:
        raise ApiError("link_invalid")
    return token


look = pages.for_people(ask)
app = endpoint(GET=look, HEAD=look, POST=pages.for_people(act), cors="app")
