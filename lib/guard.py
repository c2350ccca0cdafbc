"""What is sensitive is taken out of a message before it is stored, and of what the debugger keeps of a refused one."""

from collections.abc import Iterable, Mapping
from typing import cast

from lib.redaction import is_sensitive, redact, redact_text, without_queries
from lib.storable import pointer_to, storable
from lib.strict_json import Json


def guarded(content: Json, ids: Mapping[str, str], kind: str) -> Json:
    """The content less what is sensitive in it, and the originals for a workspace that wants to keep them.

    An id can't be changed without making different people one, so its message is marked, to be refused.
    """
    clean, count = {}, 0
    for name, value in content.items():
        clean[name], found = redact(value)
        # What the traits hold is counted with the properties or the context, which hold it too.
        count += found if name != "traits" else 0
    marked = ["/" + name for name, value in ids.items() if is_sensitive(value)]
    if not count and not marked:
        return {}
    return clean | {
        "redactions": count + len(marked),
        "sensitive_id": bool(marked),
        "sensitive_at": (marked or [_place_of_change(content, clean, kind)])[0],
        "originals": {name: value for name, value in content.items() if clean[name] is not value},
    }


def _place_of_change(content: Json, clean: Json, kind: str) -> str:
    """JSON pointer, into the message as it was sent, of the first value that the guard changed."""
    name = next(name for name, value in content.items() if clean[name] is not value)
    sent_as = {"name": "event", "properties": "traits" if kind in ("identify", "group") else "properties"}
    return f"/{sent_as.get(name, name)}" + _first_difference(content[name], clean[name])


def _first_difference(before: object, after: object) -> str:
    pairs: Iterable[tuple[object, object, object]] = ()
    # A changed key is not named: it is what was sensitive.
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        pairs = ((key, value, after[key]) for key, value in before.items())
    elif isinstance(before, list) and isinstance(after, list):
        pairs = ((index, *both) for index, both in enumerate(zip(before, after, strict=True)))
    return next((pointer_to(key) + _first_difference(old, new) for key, old, new in pairs if old is not new), "")


def for_debugger(rejected: Iterable[Json]) -> list[Json]:
    """The rejections as they are kept: key, code and place, nothing of what was sent."""
    return [
        {
            "messageId": _kept(rejection["messageId"]),
            "code": rejection["code"],
            "pointer": _kept_pointer(cast(str, rejection["pointer"])),
        }
        for rejection in rejected
    ]


def _kept(text: object) -> str | None:
    return redact_text(storable(text))[0] if isinstance(text, str) else None


def _kept_pointer(pointer: str) -> str:
    """Each step read as the key it stands for, since a key that is an address looks like none when it is escaped."""
    keys = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    return "".join(pointer_to(_kept(without_queries(key))) for key in keys)
