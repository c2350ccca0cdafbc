"""POST /api/send-email: queues one message. GET (the scheduler): sends what is due.

POST by secret key, or by an owner's or admin's access token with workspaceId in the body.
202 {"messageId", "status"}
"""

import time

from lib import callers, notices, outbox, untold_owners
from lib.bodies import MessageBody, parse
from lib.endpoint import Request, Response, endpoint, json_response


def queue_email(request: Request) -> Response:
    body = request.json()  # 400 413 415
    key = callers.secret_key(request)  # 401 403
    message = parse(MessageBody, body)  # 422
    # A broken connection is tried again, so without a key of its own the request is its key.
    arguments = {"p_message": {"idempotencyKey": f"request:{request.id}"} | message.as_json()}
    queued = callers.call(request, key, message.workspace_id, "queue_message", arguments)  # 401 403 404 409 422 503
    return json_response(queued, status=202)


def drain_outbox(request: Request) -> Response:
    now = callers.scheduled_at(request)  # 401
    began = time.monotonic()
    outcomes = outbox.drain(now)  # 503
    told = notices.drain(now, began)  # 503
    untold_owners.tell(now, began + notices.BUDGET_SECONDS)  # 503
    return json_response(outcomes | ({"notices": told} if told else {}))


app = endpoint(POST=queue_email, GET=drain_outbox, cors="app")
