"""A workspace of a million contacts and ten million events costs what a small one does. Small in `make test`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from scripts.bench import dashboard, scale
from scripts.bench.cluster import Cluster, cluster
from scripts.bench.publishing import Connection, one, untrue
from scripts.bench.scale import BIG, FEW_CONTACTS, FULL, SMALL
from scripts.bench.workload import TODAY
from tests.proofs import PROVE

SIZE = FULL if PROVE else SMALL
POPULATION = SIZE.populations[BIG]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="scale-") as made:  # whose name is short enough for a socket's
        yield Path(made)


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[Cluster]:
    with cluster(folder, 16) as running:
        scale.seed(running, SIZE, folder)
        yield running


def connect(postgres: Cluster, database: str) -> Connection:
    return psycopg.connect(postgres.address(database), autocommit=True)


def drifted(db: Connection, limit: int) -> int:
    """Of so many contacts, how many are not what their events and the rules say."""
    sample = "array(select contact_id from public.contact_states order by contact_id limit %s)"
    checked = f"private.drifted_contacts(r.workspace_id, r, {sample})"
    return int(one(db, f"select count(*) from private.compiled_rules as r, {checked}", limit))


@pytest.mark.prove
def test_a_sweep_reads_what_is_due_and_nothing_else(postgres: Cluster) -> None:
    few, big = (scale.sweep(postgres, postgres.restore(name)) for name in (FEW_CONTACTS, BIG))
    print(few, big)
    assert few.swept == big.swept == POPULATION.lagging
    assert big.rows_read <= few.rows_read * 1.05
    assert not PROVE or (big.seconds < 2 and big.seconds < few.seconds * 1.5)


@pytest.mark.prove
def test_the_hottest_contacts_are_listed_at_once(postgres: Cluster) -> None:
    with connect(postgres, postgres.restore(BIG)) as db:
        taken = [scale.top_milliseconds(db, statement) for statement in (scale.TOP, scale.TOP_NAMED)]
        scale.tie(db, POPULATION.contacts // 5)
        taken += [scale.top_milliseconds(db, statement) for statement in (scale.TOP, scale.TOP_NAMED)]
    print(taken)
    assert max(taken) < 20


@pytest.mark.prove
def test_the_dashboards_lists_are_answered_at_once_and_by_index(postgres: Cluster) -> None:
    with connect(postgres, postgres.restore(BIG)) as db:
        for tied in (0, POPULATION.contacts // 5):
            scale.tie(db, tied)
            taken = {}
            for name, call in (scale.LISTS | dashboard.LISTS).items():
                statement = dashboard.statement(db, call)
                before = scale.scans(db)
                taken[name] = scale.top_milliseconds(db, statement)
                # Of a table as small as here, reading all is the best way to what came in last.
                assert scale.scans(db) == before or (not PROVE and name.startswith("what came in")), name
            print(taken)
            assert not PROVE or max(taken.values()) < 20


@pytest.mark.prove
def test_the_dashboards_numbers_are_answered_at_once_and_by_index(postgres: Cluster) -> None:
    with connect(postgres, postgres.restore(BIG)) as db:
        taken = {}
        for name, call in dashboard.NUMBERS.items():
            statement = dashboard.statement(db, call)
            before = scale.scans(db)
            taken[name] = scale.top_milliseconds(db, statement)
            assert scale.scans(db) == before, name
        print(taken)
        assert not PROVE or max(taken.values()) < 300


@pytest.mark.prove
def test_rules_are_tried_on_the_past_within_a_second_and_by_index(postgres: Cluster) -> None:
    with connect(postgres, postgres.restore(BIG)) as db:
        scale.pay(db, 240)
        call = f"select public.back_test('{{workspace}}', p_now => '{TODAY}T00:00Z')"
        before = scale.scans(db)
        taken = scale.top_milliseconds(db, call)
        assert scale.scans(db) == before
        print(taken)
        found = one(db, call.replace("{workspace}", one(db, "select id::text from public.workspaces")))
    assert (len(found["payers"]) + found["tooNew"], found["isCut"]) == (200, True)
    # Of as few as here, a few tries may find nobody who did not pay.
    assert found["others"]["contacts"] == len(found["payers"]) or (not PROVE and found["others"]["contacts"] > 0)
    assert taken < 1000


@pytest.mark.prove
@pytest.mark.parametrize(("messages", "transactions"), [(1, SIZE.single), (100, SIZE.batches)])
def test_messages_cost_little_more_when_many_have_come(
    postgres: Cluster, folder: Path, messages: int, transactions: int
) -> None:
    few, many = scale.ingest(postgres, SIZE, messages, transactions, folder)
    print(few * messages, many * messages)
    assert not PROVE or few / many <= 1.3


@pytest.mark.prove
def test_rules_are_published_while_messages_come_in(postgres: Cluster, folder: Path) -> None:
    pairs, chunks = scale.publish(postgres, SIZE, folder)
    print(pairs)
    with connect(postgres, f"{BIG}_run") as db:
        assert untrue(db) == []
        assert drifted(db, 5000) == 0
    assert {chunk.step for chunk in chunks} == {"counting", "previewing", "rescoring"}
    assert not PROVE or all(scale.ratio(pair) <= 2 for pair in scale.medians(pairs))
