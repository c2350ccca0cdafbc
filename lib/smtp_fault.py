"""Why a mail did not go through an SMTP server."""

from typing import Literal


class SmtpFault(Exception):
    """`code` is one of lib.errors.CODES; `status` what it means for the message (see lib.mail.Outcome)."""

    def __init__(
        self, code: str, status: Literal["retry", "failed", "unknown"] = "retry", *, bounced: bool = False
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.bounced = code, status, bounced
