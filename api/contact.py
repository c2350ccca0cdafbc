"""POST /api/contact: what an end user may ask a founder for. By secret key, or by a member's access token.

200 {"access": lookup, "after"?}: {contact, events, mails, next}: everything that is held, in pages
200 {"correct": lookup, "traits"}: {contactId, traits, email}: set so that no claim outranks it
200 {"erase": lookup, "forever"?}: {"receipts": [{erasureId, contactId, status, counts, …}]}, 202 while rows are left
202 {"export": lookup}: {exportId, status}: by secret key; an owner asks /api/export
200 {"exportId"}: how far it is, once it is complete with files
200 {"suppressions": lookup}: {address, suppressions}: whether it is mailed, and why not
200 {"suppress": lookup}, {"lift": lookup}: the same, once that is done by hand; nothing but what was is lifted
"""

from functools import partial

from lib import actors, callers, contacts, exports, ratelimit, suppressions
from lib.endpoint import Request, Response, endpoint, json_response
from lib.errors import ApiError
from lib.privacy_bodies import (
    AccessBody,
    ContactExportBody,
    CorrectBody,
    ExportContactBody,
    LiftBody,
    SuppressBody,
    SuppressionsBody,
    parse_contact,
)


def serve(request: Request) -> Response:
    body = request.json()  # 400 413 415
    key = callers.secret_key(request)  # 401 403
    ratelimit.admit_contact(request.bearer)  # 429
    asked = parse_contact(body)  # 422
    ask = partial(callers.call, request, key, asked.workspace_id)  # 401 403 422 503
    if isinstance(asked, AccessBody):
        return json_response(contacts.access(ask, asked))  # 404 409
    if isinstance(asked, SuppressionsBody):
        return json_response(suppressions.show(ask, asked))  # 404 409 422
    if isinstance(asked, ExportContactBody | ContactExportBody):
        if key is None:
            raise ApiError("not_allowed")
        if isinstance(asked, ContactExportBody):
            return json_response(exports.show(ask, str(asked.export_id)))  # 404 422
        return json_response(exports.request(ask, asked.export.as_json()), status=202)  # 404 409 422
    act = ask if key else actors.by_admin(ask, asked.workspace_id)  # 401 403 422 503
    if isinstance(asked, CorrectBody):
        return json_response(contacts.correct(act, asked))  # 404 409 422
    if isinstance(asked, SuppressBody | LiftBody):
        return json_response(suppressions.change(act, asked))  # 404 409 422
    receipts = contacts.erase(act, asked)  # 404
    is_done = all(receipt["status"] == "finished" for receipt in receipts)
    return json_response({"receipts": receipts}, status=200 if is_done else 202)


app = endpoint(POST=serve, cors="app")
