"""POST /api/score: the explained score of one contact, or of up to 100.

By secret key, or by a member's access token with workspaceId in the body.
200 one: {contactId, score, stage, engagement, fit, breakdown, asOf}
200 {"contacts": [lookup, …]}: {"contacts": [such an object | {"ambiguous": ids} | null, …]}
"""

from typing import cast

from lib import callers, database
from lib.bodies import ScoreBody, parse
from lib.endpoint import Request, Response, endpoint, json_response
from lib.errors import ApiError, refuse
from lib.strict_json import Json


def score(request: Request) -> Response:
    body = request.json()  # 400 413 415
    key = callers.secret_key(request)  # 401 403
    is_list = isinstance(body, dict) and "contacts" in body
    asked = parse(ScoreBody, body if is_list else _one(body))  # 422
    arguments = {"p_lookups": [lookup.as_json() for lookup in asked.contacts]}
    if key:
        scores = database.call("score_by_key", arguments | {"p_key_hash": key.hash})  # 401 403 503
    else:
        workspace = callers.named_workspace(asked.workspace_id)  # 422
        scores = database.call("score", arguments | {"p_workspace": workspace}, token=request.bearer)  # 401 503
    found = cast(list[Json | None], scores)
    return json_response({"contacts": found} if is_list else _only(found))  # 404 409


def _one(body: object) -> object:
    """A body that is itself a lookup, in the form of a list of one."""
    if not isinstance(body, dict):
        raise refuse({"pointer": "", "code": "object_expected", "detail": "The body must be a JSON object."})
    lookup = {name: value for name, value in body.items() if name != "workspaceId"}
    return {"workspaceId": body.get("workspaceId"), "contacts": [lookup]}


def _only(scores: list[Json | None]) -> Json:
    if scores[0] is None:
        raise ApiError("contact_unknown")
    if "ambiguous" in scores[0]:
        raise ApiError("ambiguous", contactIds=scores[0]["ambiguous"])
    return scores[0]


app = endpoint(POST=score, cors="app")
