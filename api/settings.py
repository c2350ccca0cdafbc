"""POST /api/settings: what needs a server's secrets. By an owner's or admin's access token.

200 {"smtp": {host, port, username, password, from, fromName?}}: saved, and used once a test has gone through it
200 {"smtp": null}: removed
200 {"testSmtp": true}: a test mail to the caller's own address has been sent; mail goes through it from now on
Each of these answers with {"smtp": {host, port, username, from, fromName, verifiedAt, lastError} | null}.

200 {"preview": {template | subject with html or text, category?, contact?, variables?}}: how it looks to that contact
200 {"testMail": the same}: it has been sent to the caller's own address
These answer with {"preview": {subject, html, text}} and {"testMail": {sentTo}}.

200 {"checkout": {plan, interval?}}: where an owner pays for a plan, {"checkout": {url}}
200 {"portal": true}: where an owner changes or cancels the subscription, {"portal": {url}}
"""

from lib import billing_links, bodies, callers, previews, ratelimit, smtp_settings
from lib.endpoint import Request, Response, endpoint, json_response
from lib.strict_json import Json


def change(request: Request) -> Response:
    body = request.json()  # 400 413 415
    callers.refuse_keys(request)  # 401 403
    asked = bodies.parse_settings(body)  # 422
    if isinstance(asked, bodies.CheckoutBody | bodies.PortalBody):
        caller = callers.call(request, None, asked.workspace_id, "billing_owner", {})  # 401 403 422 503
    elif isinstance(asked, bodies.SmtpBody):
        caller = callers.call(request, None, asked.workspace_id, "contact_admin", {})  # 401 403 422 503
    else:
        caller = callers.call(request, None, asked.workspace_id, "settings_admin", {})  # 401 403 422 503
    # From here on by our own rights: Postgres has decided that the caller is an owner, or an owner or admin, and said
    # their address; of who changes the server, how the audit log names them.
    return json_response(_answer(str(asked.workspace_id), asked, str(caller)))  # 404 409 422 429 503


def _answer(workspace_id: str, asked: bodies.SettingsBody, caller: str) -> Json:
    match asked:
        case bodies.MailPreviewBody():
            return {"preview": previews.preview(workspace_id, asked.preview, caller)}
        case bodies.MailTestBody():
            ratelimit.admit_test_mail(workspace_id)
            return {"testMail": previews.send_test(workspace_id, asked.test_mail, caller)}
        case bodies.SmtpTestBody():
            ratelimit.admit_test_mail(workspace_id)
            return {"smtp": smtp_settings.test(workspace_id, caller)}
        case bodies.CheckoutBody():
            ratelimit.admit_billing_link(workspace_id)
            wanted = asked.checkout
            return {"checkout": billing_links.checkout(workspace_id, wanted.plan, wanted.interval, caller)}
        case bodies.PortalBody():
            ratelimit.admit_billing_link(workspace_id)
            return {"portal": billing_links.portal(workspace_id, caller)}
        case bodies.SmtpBody():
            return {"smtp": smtp_settings.replace(workspace_id, asked.smtp, caller)}


app = endpoint(POST=change, cors="app")
