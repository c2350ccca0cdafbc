"""The order, number and grouping in which messages arrive change nothing."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace
from tests.database import model, reading
from tests.database.histories import NOW, deliveries, histories
from tests.database.model import Message
from tests.database.sending import as_read, clock_errors, senders
from tests.proofs import PROVE, examples

# The fixtures make a workspace for each example, so that none sees another's.


@pytest.mark.prove
@examples(60, 10_000)
@given(history=histories(50 if PROVE else 25), data=st.data())
def test_any_order_and_repetition_gives_what_the_model_says(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Message], data: st.DataObject
) -> None:
    workspace = new_workspace()
    for batch in data.draw(deliveries(history)):
        reading.track(db, workspace, batch, NOW)
    assert reading.comparable(reading.describe(db, workspace)) == reading.comparable(
        model.describe(history, NOW.date())
    )


@pytest.mark.prove
@examples(10, 500)
@given(history=histories(40), data=st.data())
def test_four_writers_at_once_give_what_the_model_says(
    env: Mapping[str, str], new_workspace: Callable[[], Workspace], history: list[Message], data: st.DataObject
) -> None:
    workspace = new_workspace()
    batches = data.draw(deliveries(history))

    def write(share: list[list[Message]]) -> None:
        with psycopg.connect(env["DATABASE_URL"], autocommit=True) as writer:
            for batch in share:
                reading.track(writer, workspace, batch, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [batches[n::4] for n in range(4)]))
    with psycopg.connect(env["DATABASE_URL"]) as reader:
        found = reading.describe(reader, workspace)
    assert reading.comparable(found) == reading.comparable(model.describe(history, NOW.date()))


@pytest.mark.prove
@examples(60, 5_000)
@given(history=histories(), data=st.data())
def test_what_comes_late_from_wrong_clocks_and_other_senders_gives_what_the_model_says(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Message], data: st.DataObject
) -> None:
    workspace, last = new_workspace(), NOW
    for batch in data.draw(deliveries(history)):
        received = NOW + timedelta(hours=data.draw(st.integers(0, 120)))
        last = max(last, received)
        for sender in data.draw(senders(workspace, batch)):
            sender.send(db, received, data.draw(clock_errors))
    found = reading.explained(db, workspace, last.date())
    assert reading.comparable(found) == reading.comparable(model.describe(map(as_read, history), last.date()))
