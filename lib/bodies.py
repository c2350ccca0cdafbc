"""What the endpoints for people take, as pydantic models; ingestion has messages.py, which stays light."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from lib import limits
from lib.emails import normalise_email
from lib.errors import Invalid, refuse
from lib.storable import pointer_to, refuse_unstorable


def _email(address: str) -> str:
    normalised = normalise_email(address)
    if normalised is None:
        raise ValueError("This is not an email address.")
    return normalised


def _written_time(value: object) -> object:
    """A number might be seconds or milliseconds, and pydantic would guess."""
    if value is not None and (not isinstance(value, str) or re.fullmatch(r"[\s\d.+-]*", value)):
        raise ValueError("A time is written as RFC 3339 says, with its offset.")
    return value


def _written_day(value: object) -> object:
    if value is not None and (not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        raise ValueError("A day is written as 2026-11-25.")
    return value


def _not_ahead(day: date) -> date:
    if day > datetime.now(UTC).date():
        raise PydanticCustomError("day_in_future", "This day, in UTC, has not come yet.")
    return day


def _host(name: str) -> str:
    """A host name or an address, as it is looked up."""
    host = name.lower().removesuffix(".")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f.]*:[0-9a-f:.]+", host):
        raise ValueError("A host is written as smtp.example.com.")
    return host


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Control characters and line breaks are not allowed here.")
    return text


def _sender(address: str) -> str:
    """Few servers take more before the @ than ASCII."""
    normalised = _email(address)
    if not normalised.rpartition("@")[0].isascii():
        raise ValueError("The part before the @ must be ASCII.")
    return normalised


Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Day = Annotated[date, BeforeValidator(_written_day), AfterValidator(_not_ahead)]
Time = Annotated[AwareDatetime, BeforeValidator(_written_time)]
Id = Annotated[str, Field(min_length=1, max_length=limits.ID_LENGTH)]
Email = Annotated[str, AfterValidator(_email)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)

    def as_json(self) -> dict[str, Any]:
        """Only what was given, in the API's spelling."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Lookup(Body):
    """Names one contact by exactly one of its identities, or by its id."""

    contact_id: UUID | None = None
    user_id: Id | None = None
    email: Email | None = None
    anonymous_id: Id | None = None

    @model_validator(mode="after")
    def names_one(self) -> Self:
        if len(self.as_json()) != 1:
            raise ValueError("Name the contact by one of contactId, userId, email and anonymousId.")
        return self


class ScoreBody(Body):
    workspace_id: UUID | None = None
    contacts: Annotated[list[Lookup], Field(min_length=1, max_length=limits.LOOKUPS)]
    on: Day | None = None


class LoneScoreBody(ScoreBody):
    """A body that was itself a lookup, in the form of a list of one."""


class RecomputeBody(Body):
    workspace_id: UUID | None = None
    recompute: Literal[True]


class PreviewBody(Body):
    workspace_id: UUID | None = None
    preview: UUID


class Content(Body):
    """What a mail says: a template of the workspace's, or a subject with html, text or both."""

    template: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    subject: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    html: Annotated[str, Field(max_length=200_000)] | None = None
    text: Annotated[str, Field(max_length=200_000)] | None = None
    variables: dict[str, Any] = {}

    @model_validator(mode="after")
    def has_content(self) -> Self:
        if (self.template is None) == (self.subject is None):
            raise ValueError("Give either a template or a subject with html or text.")
        if self.subject is not None and self.html is None and self.text is None:
            raise ValueError("A subject needs html or text.")
        return self


class MessageBody(Content):
    workspace_id: UUID | None = None
    to: Lookup
    category: Literal["transactional", "marketing"]
    idempotency_key: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    send_at: Time | None = None


class Draft(Content):
    """A mail that is tried out, maybe with a contact's traits. A template has its own category."""

    category: Literal["transactional", "marketing"] = "marketing"
    contact: Lookup | None = None


class Smtp(Body):
    """A submission server, and whom mail through it is from."""

    host: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_host)]
    port: Annotated[int, Field(strict=True, ge=1, le=65535)]
    username: Annotated[Line, Field(max_length=255)]
    # Not shown by repr(), so that no log has it by mistake.
    password: Annotated[SecretStr, Field(min_length=1, max_length=1024)]
    from_address: Annotated[str, Field(alias="from", max_length=254), AfterValidator(_sender)]
    from_name: Annotated[Line, Field(max_length=100)] | None = None

    def shown(self) -> dict[str, Any]:
        """All but the password, in the API's spelling."""
        return self.model_dump(by_alias=True, exclude={"password"})


class SmtpBody(Body):
    workspace_id: UUID | None = None
    smtp: Smtp | None


class SmtpTestBody(Body):
    workspace_id: UUID | None = None
    test_smtp: Literal[True]


class MailPreviewBody(Body):
    workspace_id: UUID | None = None
    preview: Draft


class MailTestBody(Body):
    workspace_id: UUID | None = None
    test_mail: Draft


class Purchase(Body):
    plan: Literal["starter", "growth"]
    interval: Literal["month", "year"] = "month"


class CheckoutBody(Body):
    workspace_id: UUID | None = None
    checkout: Purchase


class PortalBody(Body):
    workspace_id: UUID | None = None
    portal: Literal[True]


class ExportBody(Body):
    """A request for everything or for one contact, or a look at an export."""

    workspace_id: UUID | None = None
    contact: Lookup | None = None
    export_id: UUID | None = None

    @model_validator(mode="after")
    def asks_one_thing(self) -> Self:
        if self.contact is not None and self.export_id is not None:
            raise ValueError("Name a contact to ask for an export, or an exportId to look at one.")
        return self


# What needs to know the caller's own address: a mail goes there, or a purchase is made under it.
type OwnAddressBody = SmtpTestBody | MailPreviewBody | MailTestBody | CheckoutBody | PortalBody
type SettingsBody = SmtpBody | OwnAddressBody
SETTINGS: Mapping[str, type[SettingsBody]] = {
    "testSmtp": SmtpTestBody, "preview": MailPreviewBody, "testMail": MailTestBody, "checkout": CheckoutBody,
    "portal": PortalBody,
}  # fmt: skip


def parse_settings(body: object) -> SettingsBody:
    """The body of one of the things that /api/settings is asked for. Raises 422."""
    named = [name for name in SETTINGS if isinstance(body, dict) and name in body]
    return parse(SETTINGS[named[0]] if named else SmtpBody, body)


def parse_score(body: object) -> ScoreBody | RecomputeBody | PreviewBody:
    """The body of one of the things that /api/score is asked for. Raises 422."""
    if not isinstance(body, dict) or "contacts" in body:
        return parse(ScoreBody, body)
    if "recompute" in body:
        return parse(RecomputeBody, body)
    if "preview" in body:
        return parse(PreviewBody, body)
    beside = {name: body[name] for name in ("workspaceId", "on") if name in body}
    lookup = {name: value for name, value in body.items() if name not in beside}
    return parse(LoneScoreBody, beside | {"contacts": [lookup]})


def parse[Model: Body](model: type[Model], body: object) -> Model:
    """The body as `model`. Raises 422 with a pointer to each thing that is wrong."""
    if not isinstance(body, dict):
        raise refuse({"pointer": "", "code": "object_expected", "detail": "The body must be a JSON object."})
    try:
        refuse_unstorable(body)
        return model.model_validate(body)
    except Invalid as error:
        raise refuse(error.as_error()) from error
    except ValidationError as error:
        raise refuse(
            *(
                {
                    "pointer": "".join(map(pointer_to, problem["loc"])),
                    "code": problem["type"],
                    "detail": problem["msg"].removeprefix("Value error, "),
                }
                for problem in error.errors(include_url=False, include_input=False, include_context=False)
            )
        ) from error
