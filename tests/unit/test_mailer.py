"""What Resend's answers mean for a message."""

import pytest
from resend.exceptions import ResendError

from lib.mail import Outcome
from lib.mailer import _failure


def outcome(status: int, kind: str, **headers: str) -> Outcome:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _failure(ResendError(status, kind, "its own words", "", named))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "rate_limit_exceeded"),
        (409, "concurrent_idempotent_requests"),
        (500, "application_error"),
        (502, "application_error"),
        (503, "service_unavailable"),
        (500, "HttpClientError"),  # the network failed, so what became of the mail is not known
    ],
)
def test_what_may_pass_is_tried_again_with_the_same_key(status: int, kind: str) -> None:
    assert outcome(status, kind) == Outcome("retry", reason=f"resend_{kind}")


def test_it_waits_as_long_as_resend_says() -> None:
    assert outcome(429, "rate_limit_exceeded", retry_after="7").retry_after == 7
    assert outcome(429, "rate_limit_exceeded", Retry_After="7").retry_after == 7


@pytest.mark.parametrize("value", ["", "soon", "-1", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_wait_that_is_no_number_is_left_to_us(value: str) -> None:
    assert outcome(503, "x", retry_after=value) == Outcome("retry", reason="resend_x")


@pytest.mark.parametrize("kind", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_a_spent_quota_is_tried_again_in_an_hour(kind: str) -> None:
    assert outcome(429, kind, retry_after="1").retry_after == 3600


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, "validation_error"), (403, "invalid_api_key"), (401, "missing_api_key"), (422, "missing_required_field")],
)
def test_a_refusal_is_final(status: int, kind: str) -> None:
    assert outcome(status, kind) == Outcome("failed", reason=f"resend_{kind}")


def test_a_key_that_went_out_with_another_body_may_have_sent_it() -> None:
    assert outcome(409, "invalid_idempotent_request").status == "unknown"


def test_resends_own_words_are_not_stored_since_they_may_hold_an_address() -> None:
    assert "words" not in str(outcome(422, "validation_error"))
