"""POST /api/score: explained scores, a re-score, or a draft's preview. GET (the scheduler): what the days have changed.

POST by secret key, or by a member's access token with workspaceId in the body.
200 a lookup, maybe with "on": {contactId, score, stage, engagement, fit, breakdown, asOf}
200 {"contacts": [lookup, …]}: {"contacts": [such an object | {"ambiguous": ids} | null, …]}
202 {"recompute": true}: {status, done, total, …}, and 200 once it is done
202 {"preview": draft}: {status, on, done, total, moves, mails}, and 200 once it is complete
"""

from functools import partial

from lib import callers, scoring
from lib.bodies import LoneScoreBody, PreviewBody, RecomputeBody, parse_score
from lib.endpoint import Request, Response, endpoint, json_response
from lib.strict_json import Json


def answer(request: Request) -> Response:
    body = request.json()  # 400 413 415
    key = callers.secret_key(request)  # 401 403
    asked = parse_score(body)  # 422
    ask = partial(callers.call, request, key, asked.workspace_id)  # 401 403 422 503
    if isinstance(asked, RecomputeBody):
        return _so_far(scoring.rescore(ask))
    if isinstance(asked, PreviewBody):
        return _so_far(scoring.preview(ask, asked.preview))  # 404
    scores = scoring.explain(ask, asked)
    return json_response(scoring.only(scores) if isinstance(asked, LoneScoreBody) else {"contacts": scores})  # 404 409


def sweep(request: Request) -> Response:
    now = callers.scheduled_at(request)  # 401
    return json_response(scoring.sweep(now))  # 503


def _so_far(progress: Json) -> Response:
    return json_response(progress, status=202 if progress["status"] in scoring.UNFINISHED else 200)


app = endpoint(POST=answer, GET=sweep, cors="app")
