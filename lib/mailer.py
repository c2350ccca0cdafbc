"""Resend: one email, and what its answer means for the message."""

import resend
from resend.exceptions import ResendError

from lib import resend_pace
from lib.config import config
from lib.mail import Email, Outcome

resend.api_key = config.resend_api_key
resend.api_url = config.resend_api_url

# Errors of Resend that another attempt with the same key and body may still turn into a delivery.
TRANSIENT_TYPES = frozenset({"concurrent_idempotent_requests", "rate_limit_exceeded"})
QUOTA_TYPES = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded"})
# Reasons with which Resend has surely not sent the mail, and may be asked for it even a day later.
NOT_TAKEN = frozenset(f"resend_{kind}" for kind in QUOTA_TYPES | {"rate_limit_exceeded"})


def send(email: Email, message_id: str) -> Outcome:
    """Asks Resend once. The message's id is its idempotency key, which Resend keeps for 24 h, so that a repeated call
    sends nothing twice within that; and a tag, which the webhook's events repeat.
    """
    params: resend.Emails.SendParams = {
        "from": email.sender,
        "to": [email.to],
        "subject": email.subject,
        "html": email.html,
        "text": email.text,
        "headers": email.headers,
        "tags": [{"name": "message_id", "value": message_id}],
    }
    if email.reply_to:
        params["reply_to"] = email.reply_to
    resend_pace.wait_for_turn()
    try:
        answer = resend.Emails.send(params, {"idempotency_key": message_id})
    except ResendError as error:
        return _failure(error)
    return Outcome("sent", provider_message_id=answer["id"])


def _failure(error: ResendError) -> Outcome:
    code, kind = int(error.code), str(error.error_type)
    reason = f"resend_{kind}"[:100]
    if kind == "invalid_idempotent_request":
        # The key went out with another body before: that mail may have been sent.
        return Outcome("unknown", reason=reason)
    if kind in QUOTA_TYPES:
        return Outcome("retry", reason=reason, retry_after=3600.0)
    if code == 429 or code >= 500 or kind in TRANSIENT_TYPES:
        return Outcome("retry", reason=reason, retry_after=_retry_after(error))
    return Outcome("failed", reason=reason)


def _retry_after(error: ResendError) -> float | None:
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    value = headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
