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

from functools import partial

from lib import actors, billing_links, bodies, callers, previews, ratelimit, smtp_settings
from lib.endpoint import Request, Response, endpoint, json_response
from lib.strict_json import Json


def change(request: Request) -> Response:
    body = request.json()  # 400 413 415
    callers.refuse_keys(request)  # 401 403
    asked = bodies.parse_settings(body)  # 422
    ask = partial(callers.call, request, None, asked.workspace_id)  # 401 403 422 503
    workspace_id = str(asked.workspace_id)
    # Postgres decides that the caller is an owner, or an owner or admin; what follows is by our own rights.
    if isinstance(asked, bodies.SmtpBody):
        actor = actors.admin_actor(ask)
        return json_response({"smtp": smtp_settings.replace(workspace_id, asked.smtp, actor)})  # 404 422 503
    if isinstance(asked, bodies.CheckoutBody | bodies.PortalBody):
        own_address = str(ask("billing_owner", {}))
    else:
        own_address = str(ask("settings_admin", {}))
    return json_response(_answer(workspace_id, asked, own_address))  # 404 409 422 429 503


def _answer(workspace_id: str, asked: bodies.OwnAddressBody, own_address: str) -> Json:
    match asked:
        case bodies.MailPreviewBody():
            return {"preview": previews.preview(workspace_id, asked.preview, own_address)}
        case bodies.MailTestBody():
            ratelimit.admit_test_mail(workspace_id)
            return {"testMail": previews.send_test(workspace_id, asked.test_mail, own_address)}
        case bodies.SmtpTestBody():
            ratelimit.admit_test_mail(workspace_id)
            return {"smtp": smtp_settings.test(workspace_id, own_address)}
        case bodies.CheckoutBody():
            ratelimit.admit_billing_link(workspace_id)
            wanted = asked.checkout
            return {"checkout": billing_links.checkout(workspace_id, wanted.plan, wanted.interval, own_address)}
        case bodies.PortalBody():
            ratelimit.admit_billing_link(workspace_id)
            return {"portal": billing_links.portal(workspace_id, own_address)}


app = endpoint(POST=change, cors="app")
