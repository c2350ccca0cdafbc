"""Every way a request can fail: a stable code, its HTTP status, and what the client should change.

ApiError
├── Invalid       one thing in a request's body is wrong (422 unless a code says otherwise)
└── Unavailable   something we depend on does not answer (503)
"""

from collections.abc import Mapping

# code: (status, detail). Codes are part of the API: they are added, never renamed.
CODES: Mapping[str, tuple[int, str]] = {
    "json_malformed": (400, "The body is not valid JSON (RFC 8259; no NaN, no Infinity)."),
    "encoding_malformed": (400, "The body could not be decoded as its Content-Encoding says; only gzip is supported."),
    "key_missing": (401, "Send an API key as a bearer token, as Basic user name, or (publishable) as writeKey."),
    "unknown_key": (401, "This API key is unknown or revoked."),
    "token_invalid": (401, "The access token is not valid or has expired."),
    "cron_secret_required": (401, "Scheduled requests carry the cron secret as a bearer token."),
    "signature_invalid": (401, "The signature is missing, wrong, or more than 5 minutes old."),
    "origin_not_allowed": (403, "This key may not be used from this origin."),
    "secret_key_in_browser": (403, "A secret key must never reach a browser: revoke it and use a publishable key."),
    "secret_key_in_body": (403, "A secret key belongs in the Authorization header, not in the body."),
    "secret_key_required": (403, "A publishable key may only track and identify; use a secret key."),
    "token_required": (403, "This is for people who have signed in: send their access token, not an API key."),
    "workspace_deletion_pending": (403, "This workspace is being deleted and accepts nothing."),
    "now_refused": (403, "A deployment keeps its own time."),
    "not_allowed": (403, "Your role in this workspace does not allow this."),
    "contact_unknown": (404, "There is no such contact."),
    "template_unknown": (404, "There is no template of that name."),
    "draft_unknown": (404, "There is no such draft of rules."),
    "workspace_unknown": (404, "There is no such workspace."),
    "deletion_unknown": (404, "This workspace is not being deleted; there is nothing to cancel."),
    "not_subscribed": (404, "This workspace has no subscription."),
    "export_unknown": (404, "This workspace has no such export."),
    "link_invalid": (404, "This link is incomplete or too old; please use the one in the email."),
    "method_not_allowed": (405, "This URL does not answer that method; see Allow."),
    "ambiguous": (409, "Several contacts share this email; name one by userId or contactId."),
    "deletion_grace_over": (409, "It is too late to cancel: the workspace's data is being removed."),
    "last_owner": (
        409,
        "This account is the only owner of a workspace: delete that first, or make someone else an owner.",
    ),
    "already_subscribed": (409, "There is a subscription already; change its plan in the customer portal."),
    "body_too_large": (413, "The body may have 512 KiB at most, also after decompression."),
    "content_type_unsupported": (415, "Send application/json, or text/plain that holds JSON."),
    "validation_failed": (422, "The request holds nothing that could be accepted; see errors."),
    "not_mailable": (
        422,
        "This contact has no address that may be mailed: none by a secret key or with a valid userHash.",
    ),
    "template_invalid": (422, "The template can't be rendered; look at its tags and at its HTML."),
    "mail_refused": (422, "The mail provider refuses this message; see reason."),
    "billing_not_offered": (422, "Nothing is sold here: the operator has to set up Lemon Squeezy."),
    "plan_not_sold": (422, "This plan is not for sale at that interval."),
    "export_not_offered": (422, "Nothing can be exported here: the operator has to set up storage (S3_BUCKET)."),
    "smtp_not_offered": (422, "This deployment keeps no SMTP passwords: its operator has to set ENCRYPTION_KEYS."),
    "smtp_not_set": (422, "Save SMTP settings before you test them."),
    "smtp_port_refused": (422, "Use port 465 (TLS), 587 or 2525 (STARTTLS)."),
    "smtp_host_unknown": (422, "This host name leads to no address; check its spelling."),
    "smtp_host_refused": (422, "This host is not on the public internet; name your provider's SMTP server."),
    "smtp_unreachable": (422, "No SMTP server answers properly at this host and port; check both."),
    "smtp_tls_missing": (422, "The server does not offer TLS 1.2 or newer on this port; mail is sent encrypted only."),
    "smtp_certificate_invalid": (422, "The server's certificate has expired, is not for this host or not trusted."),
    "smtp_refused": (422, "The server refuses our connection; ask your provider whether it admits senders like us."),
    "smtp_busy": (422, "The server says to come back later; test again in some minutes."),
    "smtp_login_unsupported": (422, "The server offers no login by user name and password (PLAIN or LOGIN)."),
    "smtp_login_refused": (422, "The server refuses this user name and password; some want an app password."),
    "smtp_sender_refused": (422, "The server does not let this login send from this address."),
    "smtp_recipient_refused": (422, "The server says that the recipient's address does not exist."),
    "smtp_message_refused": (422, "The server refuses the message; its rules on content or recipients may say why."),
    "smtp_address_unsupported": (422, "An address has characters before its @ that not every server takes."),
    "smtp_try_later": (422, "The server does not take the message now; test again in some minutes."),
    "smtp_outcome_unknown": (422, "The connection broke before the server's answer: look whether the mail came."),
    "smtp_password_unreadable": (422, "The saved password can't be read any more; save it again."),
    "name_mismatch": (422, "Type the workspace's name exactly as it is, to show that you mean this one."),
    "rate_limited": (429, "Too many messages; wait as Retry-After says."),
    "internal_error": (500, "Something went wrong on our side."),
    "unavailable": (503, "The service can't be reached right now; nothing was stored. Try again."),
    # Of one message in a batch; alone in its request it is the 422's error.
    "message_not_object": (422, "A message is a JSON object."),
    "message_too_large": (422, "A message may have 32 KiB at most."),
    "batch_invalid": (422, "batch must be an array of 1 to 100 messages."),
    "type_unknown": (422, "type must be track, page, screen, identify, group or alias."),
    "event_invalid": (422, "event must be a string of 1 to 200 characters."),
    "identity_missing": (422, "Name at least one of userId, anonymousId and email."),
    "group_id_missing": (422, "A group call names the groupId of the company."),
    "sensitive_data": (422, "Don't send card numbers, government ids, bank accounts or passwords; see pointer."),
    "id_invalid": (422, "An id must be a string of at most 255 characters."),
    "email_invalid": (422, "This is not an email address."),
    "object_expected": (422, "This must be a JSON object."),
    "too_many_keys": (422, "An object may have 255 keys at most."),
    "trait_name_too_long": (422, "A trait's name may have 255 characters at most."),
    "too_deep": (422, "Objects and arrays may be nested 8 levels deep at most."),
    "character_not_storable": (422, "U+0000 and lone surrogates can't be stored."),
    "number_not_finite": (422, "A number must be finite."),
    "timestamp_invalid": (422, "A time must be RFC 3339 or milliseconds since 1970."),
    "timestamp_in_future": (422, "The timestamp is more than 5 minutes ahead."),
    "timestamp_too_old": (422, "Older than 30 days by a publishable key, or 5 years by a secret one."),
    "verification_required": (422, "Only a secret key or a valid userHash may say this."),
    "user_hash_invalid": (422, "userHash is not the HMAC-SHA256 of this userId with the identity secret."),
    "too_many_traits": (422, "A contact may have 255 traits at most."),
    "too_many_identities": (422, "A contact may have 50 identities at most."),
    "not_stored": (422, "Who this names was erased on request; nothing of them is stored for now."),
}


class ApiError(Exception):
    """A refusal with one of CODES; `extra` are further members of the problem document."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, default = CODES[code]
        self.detail = detail or default
        self.headers = dict(headers or {})
        self.extra: dict[str, object] = extra


class Invalid(ApiError):
    """What `pointer` (RFC 6901, into the body) points to can't be accepted."""

    def __init__(self, code: str, pointer: str = "", detail: str | None = None) -> None:
        super().__init__(code, detail)
        self.pointer = pointer

    def as_error(self, prefix: str = "") -> dict[str, str]:
        return {"pointer": prefix + self.pointer, "code": self.code, "detail": self.detail}


class Unavailable(ApiError):
    """A dependency is down; a client may repeat the request after `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__("unavailable", headers={"Retry-After": str(retry_after)})


def refuse(*errors: dict[str, str], rejected: object = ()) -> ApiError:
    """The 422 for a body in which nothing can be accepted; `rejected` as in a 200, where there was a batch."""
    error = ApiError("validation_failed", errors=list(errors))
    if rejected:
        error.extra["rejected"] = rejected
    return error


class ConfigError(Exception):
    """A variable is missing or holds what can't be used; the message names it."""
