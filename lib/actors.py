"""Members who act for a workspace by our own rights, as the audit log names them."""

from uuid import UUID

from lib.callers import Ask, acting


def admin_actor(ask: Ask) -> str:
    """The member who is asking, once Postgres has said that they are an owner or admin. Raises 401, 403 and 422."""
    # The first of them acted for contacts, whence the function's name.
    return str(ask("contact_admin", {}))


def by_admin(ask: Ask, workspace_id: UUID | None) -> Ask:
    """Calls by our own rights for that member, who is in the audit log. Raises the same."""
    return acting(str(workspace_id), admin_actor(ask))
