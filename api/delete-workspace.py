"""/api/delete-workspace. POST by an owner's access token; GET with the cron secret is the sweep.

202 {"workspaceId", "name"}: {requestId, purgeAfter, dueBy, status}: from now on keys refuse and no product mail leaves
200 {"workspaceId", "cancel": true}: the same with the status "cancelled": everything is as it was
GET, HEAD ?keep=…   the page of the link that all owners get by mail; POST ?keep=… does what its button says
"""

from lib import callers, deletions, pages, ratelimit
from lib.endpoint import Request, Response, endpoint, json_response
from lib.privacy_bodies import CancelDeletionBody, parse_deletion


@pages.for_people
def look(request: Request) -> Response:
    deletions.check_link(request.query("keep") or "")  # 404 409 503
    return pages.answer(pages.KEEP_WORKSPACE)


@pages.for_people
def keep(request: Request) -> Response:
    deletions.cancel_by_link(request.query("keep") or "")  # 404 409 503
    return pages.answer(pages.WORKSPACE_KEPT)


def ask(request: Request) -> Response:
    if request.names("keep"):
        return keep(request)
    body = request.json()  # 400 413 415
    callers.refuse_keys(request)  # 401 403
    asked = parse_deletion(body)  # 422
    owner = str(callers.call(request, None, asked.workspace_id, "workspace_owner", {}))  # 401 403 503
    ratelimit.admit_deletion(str(asked.workspace_id))  # 429
    # From here on by our own rights: Postgres has decided that the caller is an owner.
    if isinstance(asked, CancelDeletionBody):
        return json_response(deletions.cancel(str(asked.workspace_id), owner))  # 404 409
    return json_response(deletions.request(str(asked.workspace_id), asked.name, owner), status=202)  # 422


def sweep(request: Request) -> Response:
    if request.names("keep"):
        return look(request)
    now = callers.scheduled_at(request)  # 401
    return json_response(deletions.sweep(now))  # 503


app = endpoint(POST=ask, GET=sweep, HEAD=look, cors="app")
