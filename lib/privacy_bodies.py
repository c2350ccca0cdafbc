"""What contact, export and delete-workspace take, as pydantic models."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator

from lib import limits
from lib.bodies import Body, Lookup, Time, parse


class Place(Body):
    """Where the page before ended, as it said itself."""

    of: Literal["contact", "events", "mails"]
    # Of events and mails.
    at: Time | None = None
    id: Annotated[str, Field(max_length=limits.ID_LENGTH)]
    # Of events alone: one of each trust level may have the same id.
    trusted: StrictBool | None = None

    @model_validator(mode="after")
    def is_among_them(self) -> Self:
        if self.of != "contact" and self.at is None:
            raise ValueError("A place among events or mails says when that one was.")
        if self.of == "events" and self.trusted is None:
            raise ValueError("A place among events says whether that one is trusted.")
        if self.of == "mails":
            self.id = str(UUID(self.id))  # as Postgres writes it too
        return self


class AccessBody(Body):
    workspace_id: UUID | None = None
    access: Lookup
    after: Place | None = None


class CorrectBody(Body):
    workspace_id: UUID | None = None
    correct: Lookup
    traits: Annotated[dict[str, Any], Field(min_length=1)]


class EraseBody(Body):
    workspace_id: UUID | None = None
    erase: Lookup
    forever: StrictBool = False


class ExportContactBody(Body):
    workspace_id: UUID | None = None
    export: Lookup


class ContactExportBody(Body):
    """One that was asked for before."""

    workspace_id: UUID | None = None
    export_id: UUID


class SuppressionsBody(Body):
    """Asks whether an address is mailed: that of the lookup, or where its contact gets mail."""

    workspace_id: UUID | None = None
    suppressions: Lookup


class SuppressBody(Body):
    workspace_id: UUID | None = None
    suppress: Lookup


class LiftBody(Body):
    workspace_id: UUID | None = None
    lift: Lookup


type ContactBody = (
    AccessBody | CorrectBody | EraseBody | ExportContactBody | ContactExportBody
    | SuppressionsBody | SuppressBody | LiftBody
)  # fmt: skip
CONTACT: Mapping[str, type[ContactBody]] = {
    "correct": CorrectBody, "erase": EraseBody, "export": ExportContactBody, "exportId": ContactExportBody,
    "suppressions": SuppressionsBody, "suppress": SuppressBody, "lift": LiftBody,
}  # fmt: skip


def parse_contact(body: object) -> ContactBody:
    """The body of one of the things that /api/contact is asked for. Raises 422."""
    named = [name for name in CONTACT if isinstance(body, dict) and name in body]
    return parse(CONTACT[named[0]] if named else AccessBody, body)


class DeletionBody(Body):
    workspace_id: UUID
    # As its owner types it, to show that it is this one they mean.
    name: Annotated[str, Field(max_length=200)]


class CancelDeletionBody(Body):
    workspace_id: UUID
    cancel: Literal[True]


def parse_deletion(body: object) -> DeletionBody | CancelDeletionBody:
    """The body of one of the things that /api/delete-workspace is asked for. Raises 422."""
    if isinstance(body, dict) and "cancel" in body:
        return parse(CancelDeletionBody, body)
    return parse(DeletionBody, body)
