"""Mail that is tried out before it is live: shown as a contact would get it, or mailed to whoever asks."""

from dataclasses import replace
from typing import Any, cast

from liquid.exceptions import LiquidError, TemplateNotFoundError

from lib import database, mailer, smtp_settings
from lib.bodies import Draft
from lib.errors import CODES, ApiError, Unavailable
from lib.layout import PageRefused
from lib.mail import Email, one_line
from lib.rendering import TemplateFault, render
from lib.strict_json import Json
from lib.templating import TooMuch


def preview(workspace_id: str, draft: Draft, address: str) -> Json:
    """Returns {"subject", "html", "text"}, as the contact would get them but for the link to unsubscribe, which is the
    address's. Raises 404 and 409 for the contact, 422 for what can't be rendered.
    """
    email = _rendered(_message(workspace_id, draft, address))
    return {"subject": email.subject, "html": email.html, "text": email.text}


def send_test(workspace_id: str, draft: Draft, address: str) -> Json:
    """Mails it to the address, the way the workspace's mail goes. No cap and no quota counts it.

    Returns {"sentTo": address}. Raises as preview() does, 422 when the mail is refused, 503 when to try again.
    """
    message = _message(workspace_id, draft, address)
    email = _rendered(message)
    email = replace(email, subject=f"[Test] {email.subject}")
    if message["smtp"]:
        outcome = smtp_settings.send(message["smtp"], workspace_id, email, message["id"])
    else:
        outcome = mailer.send(email, message["id"])
    if outcome.status == "sent":
        return {"sentTo": address}
    if str(outcome.reason) in CODES:
        raise ApiError(str(outcome.reason))
    if outcome.status == "retry":
        raise Unavailable(int(outcome.retry_after or 30))
    raise ApiError("mail_refused", reason=outcome.reason)


def _message(workspace_id: str, draft: Draft, address: str) -> dict[str, Any]:
    arguments = {"p_workspace": workspace_id, "p_mail": {**draft.as_json(), "to": address}}
    return cast(dict[str, Any], database.call("preview_mail", arguments))


def _rendered(message: dict[str, Any]) -> Email:
    try:
        return render(message)
    except TemplateFault as fault:
        raise ApiError("template_invalid", _explained(fault.__cause__)) from fault


def _explained(error: BaseException | None) -> str | None:
    """What to mend, in the words of who found it; None where those would say nothing of the template."""
    match error:
        case TemplateNotFoundError():
            said = "there is no other template to include or render"
        case LiquidError():
            said = f"{error.message}{_line(error)}"
        case TooMuch() | PageRefused():
            said = str(error)
        case _:
            return None
    return f"The template can't be rendered: {one_line(said)}."


def _line(error: LiquidError) -> str:
    try:
        context = error.context()
    except ValueError:  # it is at the very end
        return ""
    return f" (line {context[0]})" if context else ""
