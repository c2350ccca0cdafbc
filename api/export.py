"""POST /api/export: an owner takes along all of a workspace's data, or of one contact. GET (the scheduler) builds it.

POST by an owner's access token with workspaceId in the body, also while the workspace waits for its deletion.
202 {workspaceId, contact?: lookup}: {exportId, status}, the same as long as it is under way
200 {workspaceId, exportId}: {exportId, status, progress: {rows, parts, table}, …}, and once it is complete
    {files: [{name, bytes, sha256, url}], expiresIn}
"""

from lib import bodies, callers, export_builder, exports, ratelimit
from lib.endpoint import Request, Response, endpoint, json_response


def answer(request: Request) -> Response:
    body = request.json()  # 400 413 415
    callers.refuse_keys(request)  # 401 403
    asked = bodies.parse(bodies.ExportBody, body)  # 422
    owner = str(callers.call(request, None, asked.workspace_id, "workspace_owner", {}))  # 401 403 422 503
    # From here on by our own rights: Postgres has decided that the caller is an owner.
    ratelimit.admit_export(str(asked.workspace_id))  # 429
    act = callers.acting(str(asked.workspace_id), owner)
    if asked.export_id is not None:
        return json_response(exports.show(act, str(asked.export_id)))  # 404 422 503
    contact = asked.contact.as_json() if asked.contact is not None else None
    return json_response(exports.ask(act, contact), status=202)  # 404 409 422 503


def build(request: Request) -> Response:
    now = callers.scheduled_at(request)  # 401 403 422
    return json_response(export_builder.sweep(now))  # 503


app = endpoint(POST=answer, GET=build, cors="app")
