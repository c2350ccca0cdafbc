"""Scores and stages that move without an event: what is due, re-scores, and previews of drafts, in chunks.

Each chunk is a transaction of some milliseconds, so that ingestion goes on. Any of it may be cut off, missed or done
twice at once: what is left is found again by the next call.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from lib import database
from lib.bodies import ScoreBody
from lib.callers import Ask
from lib.errors import ApiError
from lib.log import log
from lib.strict_json import Json

UNFINISHED = ("running", "counting", "previewing")
CHUNK = 100
# Within the function's duration; and how long somebody waits who asked for a re-score or a preview.
SWEEP_SECONDS = 40.0
PERSON_SECONDS = 5.0


def sweep(now: datetime) -> Json:
    """All there is to do, a chunk of each kind in turn.

    Returns {"swept", "moved", "rescored", "previewed", "drift", "left"}: contacts that were due and stages that changed
    by it; chunks of re-scores and of drafts; the nightly check ({on, contacts, differences}, null when it is done
    already); and whether time ran out first.
    """
    totals = {"swept": 0, "moved": 0, "rescored": 0, "previewed": 0}
    drift = cast(Json | None, database.call("check_drift", {"p_now": now.isoformat()}))
    if drift is not None:
        log(event="drift_check", **drift)

    def due() -> bool:
        chunk = cast(dict[str, int], _chunk("sweep_contacts", now))
        totals["swept"] += chunk["swept"]
        totals["moved"] += chunk["moved"]
        return chunk["swept"] == CHUNK

    def counted(name: str, function: str) -> Callable[[], bool]:
        def work() -> bool:
            done = _chunk(function, now) is not None
            totals[name] += done
            return done

        return work

    work = [due, counted("rescored", "advance_rescore"), counted("previewed", "advance_draft")]
    left = _take_turns(work, SWEEP_SECONDS)
    return {**totals, "drift": drift, "left": left}


def explain(ask: Ask, asked: ScoreBody) -> list[Json | None]:
    """For each lookup its explained score, null for nobody, {"ambiguous": ids} for several contacts."""
    lookups = [lookup.as_json() for lookup in asked.contacts]
    scores = ask("score", {"p_lookups": lookups, "p_on": asked.on.isoformat() if asked.on else None})
    return cast(list[Json | None], scores)


def only(scores: list[Json | None]) -> Json:
    """The one score of a lone lookup. Raises 404 and 409."""
    if scores[0] is None:
        raise ApiError("contact_unknown")
    if "ambiguous" in scores[0]:
        raise ApiError("ambiguous", contactIds=scores[0]["ambiguous"])
    return scores[0]


def rescore(ask: Ask) -> Json:
    """Asks for a re-score, or goes on with the one under way. Returns its progress after some seconds at most."""
    progress = cast(Json, ask("recompute", {}))

    def work() -> bool:
        return _chunk("advance_rescore", datetime.now(UTC), p_workspace=str(progress["workspaceId"])) is not None

    if progress["status"] in UNFINISHED:
        _take_turns([work], PERSON_SECONDS)
        # Asking once more does not begin once more: it has only just ended, or is under way.
        progress = cast(Json, ask("recompute", {}))
    return progress


def preview(ask: Ask, draft: UUID) -> Json:
    """Goes on with counting back and previewing a draft. Returns what there is after a few seconds. Raises 404."""

    def look() -> Json:
        seen = cast(Json | None, ask("preview", {"p_draft": str(draft)}))
        if seen is None:
            raise ApiError("draft_unknown")
        return seen

    seen = look()
    if seen["status"] in UNFINISHED:
        _take_turns(
            [lambda: _chunk("advance_draft", datetime.now(UTC), p_draft=str(draft)) is not None], PERSON_SECONDS
        )
        seen = look()
    return seen


def _chunk(function: str, now: datetime, **arguments: str) -> object:
    return database.call(function, {"p_limit": CHUNK, "p_now": now.isoformat(), **arguments})


def _take_turns(work: list[Callable[[], bool]], seconds: float) -> bool:
    """One chunk of each in turn, while it says that there is more. Returns whether time ran out first.

    Rests after each round for as long as it took, or a long re-score would slow down ingestion.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        began = time.monotonic()
        work = [do for do in work if do()]
        if not work:
            return False
        time.sleep(time.monotonic() - began)
    return True
