"""POST /api/settings: what needs a server's secrets. By an owner's or admin's access token.

200 {"smtp": {host, port, username, password, from, fromName?}}: saved, and used once a test has gone through it
200 {"smtp": null}: removed
200 {"testSmtp": true}: a test mail to the caller's own address has been sent; mail goes through it from now on
Each answers with {"smtp": {host, port, username, from, fromName, verifiedAt, lastError} | null}.
"""

from lib import callers, smtp_settings
from lib.bodies import SmtpBody, parse_settings
from lib.endpoint import Request, Response, endpoint, json_response
from lib.strict_json import Json


def change(request: Request) -> Response:
    body = request.json()  # 400 413 415
    callers.refuse_keys(request)  # 401 403
    asked = parse_settings(body)  # 422
    own_address = callers.call(request, None, asked.workspace_id, "settings_admin", {})  # 401 403 422 503
    # From here on by our own rights: Postgres has decided that the caller is an owner or admin.
    return json_response({"smtp": _answer(str(asked.workspace_id), asked, str(own_address))})  # 422 503


def _answer(workspace_id: str, asked: object, own_address: str) -> Json | None:
    if not isinstance(asked, SmtpBody):
        return smtp_settings.test(workspace_id, own_address)
    if asked.smtp is not None:
        return smtp_settings.save(workspace_id, asked.smtp)
    smtp_settings.remove(workspace_id)
    return None


app = endpoint(POST=change, cors="app")
