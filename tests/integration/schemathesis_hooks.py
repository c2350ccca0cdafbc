"""What schemathesis loads: times that are recent, and two of its checks, bent where a schema can't say what we mean."""

import os
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.database.histories import NOW

# Refusals of what a schema can't express: a time's distance from now, a size in bytes, nesting, characters, secrets,
# whether a string that looks like an address or a time is one, and what the key or the route adds.
BEYOND_A_SCHEMA = {
    "timestamp_in_future", "timestamp_too_old", "timestamp_invalid", "message_too_large", "too_deep", "too_many_keys",
    "character_not_storable", "number_not_finite", "sensitive_data", "email_invalid", "user_hash_invalid",
    "verification_required", "too_many_traits", "too_many_identities", "not_stored", "day_in_future",
}  # fmt: skip
# Only the route says which type its message has, so the schema can't say what that type requires.
REQUIRED_BY_ROUTE = {"event_invalid", "identity_missing", "group_id_missing", "object_expected", "trait_name_too_long"}
# What pydantic calls an address or a time that is none.
OF_PYDANTIC = {
    "value_error", "datetime_from_date_parsing", "datetime_parsing", "timezone_aware", "uuid_parsing",
    "date_from_datetime_parsing", "date_parsing",
}  # fmt: skip

# Any other time would nearly always be too old or in the future.
schemathesis.openapi.format(
    "date-time",
    st.integers(-29 * 86400, 0).map(lambda seconds: (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()),
)
schemathesis.openapi.format("date", st.dates(date(2020, 1, 1), date(2026, 11, 24)).map(date.isoformat))


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Keeps away from other tests: their contacts live at NOW and would age, their workspaces be removed."""
    if (case.method, case.path) == ("GET", "/api/score"):
        case.query = {"now": NOW.isoformat(), **(case.query or {})}
    if (case.method, case.path) == ("GET", "/api/delete-workspace"):
        case.query = {**(case.query or {}), "now": NOW.isoformat()}
    if (case.method, case.path) == ("POST", "/api/delete-workspace"):
        case.body = of_the_doomed(case.body)


def of_the_doomed(body: Any) -> Any:
    """The same of the workspace that may go, where it names any."""
    try:
        UUID(body["workspaceId"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return body
    return {**body, "workspaceId": os.environ["DOOMED_WORKSPACE"]}


@schemathesis.check
def what_the_schema_forbids_is_refused(context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """negative_data_rejection, for which a batch that names its bad message has refused it."""
    if response.status_code == HTTPStatus.OK and '"rejected": [{' in response.text:
        return None
    return negative_data_rejection(context, response, case)


@schemathesis.check
def what_the_schema_allows_is_accepted(context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """positive_data_acceptance, but for the refusals that the document describes in words."""
    if response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        codes = {error["code"] for error in response.json().get("errors", [])} or {response.json()["code"]}
        allowed = BEYOND_A_SCHEMA | OF_PYDANTIC | {"not_mailable", "name_mismatch"}
        if case.path.startswith("/v1/"):
            allowed |= REQUIRED_BY_ROUTE
        if codes <= allowed:
            return None
    # Only with `keep` it needs no body.
    if case.path == "/api/delete-workspace" and response.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE:
        return None
    return positive_data_acceptance(context, response, case)
