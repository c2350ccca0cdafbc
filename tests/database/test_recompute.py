"""A re-score counts again from the events, and repairs whatever has drifted from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force
from tests.database import reading
from tests.database.model import Message
from tests.database.reference import Rules
from tests.database.rulebooks import lives, receipts, rulebooks
from tests.database.standings import advance_rescore, check_scores, contacts, deliver
from tests.proofs import PROVE, examples

Make = Callable[[], Workspace]
# The fixtures make a workspace for each example, so that none sees another's.

MISCOUNTED = [
    "update public.signal_counts set count = count + 1 where identity_id = any (%s) returning identity_id",
    "update public.signal_counts set day = day - 200 where identity_id = any (%s) returning identity_id",
    "delete from public.signal_counts where identity_id = any (%s) returning identity_id",
    """insert into public.signal_counts (workspace_id, identity_id, day, signal, count)
       select i.workspace_id, i.id, '2020-02-02', r.signal, 3 from public.identities as i
       join public.score_rules as r on r.workspace_id = i.workspace_id
       where i.id = any (%s) returning identity_id""",
]
MISREMEMBERED = [
    "delete from public.stage_events where identity_id = any (%s)",
    "update public.stage_events set trusted = true, occurred_at = occurred_at + '1 year' where identity_id = any (%s)",
    """insert into public.stage_events (workspace_id, identity_id, signal, trusted, occurred_at, message_id)
       select i.workspace_id, i.id, g.signal, true, '2020-02-02', 'never sent' from public.identities as i
       join public.stages as g on g.workspace_id = i.workspace_id and g.signal is not null
       where i.id = any (%s) on conflict do nothing""",
]


def drifted(db: Connection, workspace: Workspace) -> set[UUID]:
    statement = """select d.contact_id from private.compiled_rules as r
                   cross join lateral private.drifted_contacts(r.workspace_id, r, %s) as d (contact_id)
                   where r.workspace_id = %s"""
    found = db.execute(statement, (list(contacts(db, workspace).values()), workspace.id))
    return {contact for (contact,) in found}


def identities(db: Connection, workspace: Workspace) -> dict[UUID, UUID]:
    """The contact of each, in the order of their names."""
    statement = "select id, contact_id from public.identities where workspace_id = %s order by kind, value"
    return dict(db.execute(statement, (workspace.id,)).fetchall())


def counted(db: Connection, workspace: Workspace) -> list[list[str]]:
    everything = reading.everything(db, workspace)
    return [everything[table] for table in ("signal_counts", "stage_events")]


@pytest.mark.prove
@examples(60, 10_000)
@given(
    rules=rulebooks,
    history=lives(25 if PROVE else 12),
    miscounted=st.sampled_from(MISCOUNTED),
    misremembered=st.sampled_from(MISREMEMBERED),
    data=st.data(),
)
def test_counts_that_have_drifted_are_found_and_repaired(
    db: Connection,
    new_workspace: Make,
    rules: Rules,
    history: list[Message],
    miscounted: str,
    misremembered: str,
    data: st.DataObject,
) -> None:
    workspace, received = new_workspace(), data.draw(receipts(history))
    put_in_force(db, workspace, rules)
    deliver(db, workspace, received)
    before, contact_of = counted(db, workspace), identities(db, workspace)
    assert drifted(db, workspace) == set()
    hit = [one for one in contact_of if data.draw(st.booleans())]
    db.execute(misremembered, (hit,))
    touched = {contact_of[one] for (one,) in db.execute(miscounted, (hit,)).fetchall()}
    assert touched <= drifted(db, workspace)
    db.execute("insert into public.rescore_requests (workspace_id) values (%s)", (workspace.id,))
    now = received[-1][0] + timedelta(days=data.draw(st.integers(0, 9)))
    while advance_rescore(db, workspace, data.draw(st.integers(1, 3)), now):
        pass
    assert (drifted(db, workspace), counted(db, workspace)) == (set(), before)
    check_scores(db, workspace, rules, history)
