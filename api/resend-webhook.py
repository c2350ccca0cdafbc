"""POST /api/resend-webhook: what became of a mail, by Resend (signed by Svix): in any order, maybe twice or early.

200 {"status": "recorded" | "duplicate" | "ignored"}; whatever else it answers, Resend sends again for about a day.
"""

from lib import mail_events
from lib.endpoint import Request, Response, endpoint, json_response


def record_event(request: Request) -> Response:
    raw = request.json_bytes()  # 400 413 415
    event = mail_events.verified(raw, request.header)  # 401
    status = mail_events.record(request.header("svix-id"), event)  # 503
    request.facts["outcome"] = status
    return json_response({"status": status})


app = endpoint(POST=record_event, cors="app")
