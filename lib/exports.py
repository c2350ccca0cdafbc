"""What an owner asks about exports, and where their objects are; lib/export_builder.py makes them.

docs/export.md says what is in one.
"""

from datetime import datetime
from typing import Any, cast

from lib import database, storage
from lib.callers import Ask
from lib.errors import ApiError
from lib.strict_json import Json


def ask(act: Ask, contact: Json | None) -> Json:
    """{exportId, status} of a new export, or of the same one that is under way. Raises 404, 409 and 422."""
    _refuse_without_storage()
    return cast(Json, act("request_export", {"p_lookup": contact}))


def show(act: Ask, export_id: str) -> Json:
    """How far an export is; once it is complete with a link to each file. Raises 404, 422.

    {exportId, status, contactId, requestedAt, asOf, finishedAt, expiresAt, bytes, progress: {rows, parts, table}}, and
    {files: [{name, bytes, sha256, url}], expiresIn: seconds}.
    """
    _refuse_without_storage()
    shown = cast(dict[str, Any] | None, act("show_export", {"p_export": export_id}))
    if shown is None:
        raise ApiError("export_unknown")
    workspace_id, files = shown.pop("workspaceId"), shown.pop("files")
    if files is None:
        return shown
    links = [
        {
            **{name: file[name] for name in ("name", "bytes", "sha256")},
            "url": storage.link(object_key(workspace_id, export_id, file)),
        }
        for file in files
    ]
    return {**shown, "files": links, "expiresIn": storage.LINK_SECONDS}


def folder(workspace_id: str, export_id: str = "") -> str:
    """Below which an export's objects are; without one those of all the workspace's."""
    return f"exports/{workspace_id}/" + (f"{export_id}/" if export_id else "")


def object_key(workspace_id: str, export_id: str, file: Json) -> str:
    """No part of it comes from what the export holds."""
    return f"{folder(workspace_id, export_id)}{file['folder']}/{file['name']}"


def clean(now: datetime, workspace_id: str | None = None) -> int:
    """Deletes the objects of exports that have ended: a day old, withdrawn or given up. Returns of how many.

    Of one workspace: right after a contact was erased, instead of waiting for the scheduler.
    """
    if not storage.is_offered():
        return 0
    at = {"p_now": now.isoformat()}
    ended = cast(list[dict[str, str]], database.call("exports_to_clean", {"p_workspace": workspace_id, **at}))
    for export in ended:
        storage.delete_all(folder(export["workspaceId"], export["exportId"]))
        database.call("export_cleaned", {"p_export": export["exportId"], **at})
    return len(ended)


def remove_all(workspace_id: str) -> int:
    """Deletes every object of a workspace's exports. Returns how many. Raises Unavailable.

    For its deletion: after private.withdraw_exports(), and once more when private.exports_at_rest() says so, since a
    builder that was at work may have uploaded meanwhile.
    """
    return storage.delete_all(folder(workspace_id)) if storage.is_offered() else 0


def _refuse_without_storage() -> None:
    if not storage.is_offered():
        raise ApiError("export_not_offered")
