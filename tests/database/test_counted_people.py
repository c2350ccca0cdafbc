"""A number stays the length of its list, and both what the log says, whoever joins, moves, goes quiet or is erased."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Connection, Workspace, put_in_force, rules_of
from tests.database import reading
from tests.database.histories import NOW, deliveries, histories
from tests.database.model import Identity, Message
from tests.database.test_moves import move_somewhere
from tests.database.test_stages_screen import one, paged
from tests.proofs import PROVE, examples

ALWAYS = {"p_from": datetime(2000, 1, 1, tzinfo=UTC), "p_to": datetime(2100, 1, 1, tzinfo=UTC)}
Entries = list[tuple[UUID, UUID]]
ANN, BEN, BROWSER = ("userId", "ann"), ("userId", "ben"), ("anonymousId", "a")


def entries(db: Connection, workspace: Workspace) -> Entries:
    """Who entered which stage, as it is in the log: a contact for each identity that did."""
    return db.execute(
        """select i.contact_id, t.to_stage_id from public.transitions as t
           join public.identities as i on i.id = t.contact_id where t.workspace_id = %s""",
        (workspace.id,),
    ).fetchall()


def assert_counted_as_listed(db: Connection, workspace: Workspace) -> None:
    span, logged = {"p_workspace": workspace.id, **ALWAYS}, entries(db, workspace)
    for stage in one(db, "cohort_funnel(%s, %s, %s)", workspace.id, *ALWAYS.values())["stages"]:
        reached, now = (paged(db, "list_cohort", **span, **{way: stage["id"]}) for way in ("p_reached", "p_now_in"))
        assert (len(reached), len(now)) == (stage["reached"], stage["now"])
        assert {str(who) for who, where in logged if str(where) == stage["id"]} <= set(reached)
    for stay in one(db, "time_in_stages(%s, %s, %s)", workspace.id, *ALWAYS.values()):
        listed = paged(db, "list_entries", **span, p_stage=stay["id"])
        assert sorted(listed) == sorted({str(who) for who, where in logged if str(where) == stay["id"]})
        assert len(listed) == stay["entered"]


def unlike_the_log(db: Connection, workspace: Workspace) -> list[Any]:
    """Contacts that do not say which stage they are in, and which they have been in."""
    return db.execute(
        """select s.contact_id from public.contact_states as s
           left join public.contacts as c on c.id = s.contact_id
           where s.workspace_id = %s and (
               c.stage_id is distinct from s.stage_id
               or c.stages_been is distinct from array(
                   select distinct g.number from public.identities as i
                   join public.transitions as t on t.contact_id = i.id
                   join public.stages as g on g.id = t.to_stage_id
                   where i.contact_id = s.contact_id order by 1
               )
           )""",
        (workspace.id,),
    ).fetchall()


def erase(db: Connection, workspace: Workspace, identity: Identity) -> None:
    lookup, keys = json.dumps(dict([identity])), json.dumps({"tombstone": "a", "address": "b"})
    db.execute("select public.erase_contacts(%s, %s, %s, 'operator')", (workspace.id, lookup, keys))


@pytest.mark.prove
@settings(examples(30, 1000), derandomize=not PROVE)
@given(history=histories(), data=st.data())
def test_numbers_are_lengths_of_lists_whoever_joins_moves_or_is_erased(
    db: Connection, new_workspace: Callable[[], Workspace], history: list[Message], data: st.DataObject
) -> None:
    workspace, pins, sent = new_workspace(), dict[Identity, Identity](), list[Message]()
    for batch in data.draw(deliveries(history)):
        reading.track(db, workspace, batch, NOW)
        sent += [message for message in batch if message not in sent]
        if data.draw(st.booleans()):
            pins = dict(move_somewhere(db, workspace, sent, pins, data))
    if data.draw(st.booleans()):
        erase(db, workspace, data.draw(st.sampled_from(sorted(sent, key=lambda m: m.message_id))).identities[0])
    assert unlike_the_log(db, workspace) == []
    assert_counted_as_listed(db, workspace)


@pytest.fixture
def two_customers(db: Connection, workspace: Workspace) -> Workspace:
    """Ann, who came as a visitor and was engaged as that already, and Ben; both went quiet and came back."""
    for day in (NOW, NOW + timedelta(days=20)):
        history = [Message(f"v{n}{day}", True, "track", "Upgrade Clicked", (BROWSER,), day) for n in range(2)]
        history += [Message(f"{who}{day}", True, "track", "Feature Used", (who,), day) for who in (ANN, BEN)]
        history.append(Message(f"s{day}", True, "identify", "identify", (ANN, BROWSER), day))
        for message in history:
            reading.track(db, workspace, [message], day)
    return workspace


def reached(db: Connection, workspace: Workspace) -> dict[str, int]:
    stages = one(db, "cohort_funnel(%s, %s, %s)", workspace.id, *ALWAYS.values())["stages"]
    return {stage["name"]: stage["reached"] for stage in stages if stage["reached"]}


def test_what_a_visitor_reached_is_reached_by_whom_it_joined(db: Connection, two_customers: Workspace) -> None:
    assert reached(db, two_customers) == {"signed_up": 2, "activated": 1, "engaged": 1, "at_risk": 2}
    reading.move(db, two_customers, BROWSER, BEN, NOW + timedelta(days=20))
    assert reached(db, two_customers)["engaged"] == 2
    assert unlike_the_log(db, two_customers) == []
    assert_counted_as_listed(db, two_customers)


def test_whoever_is_erased_is_counted_nowhere(db: Connection, two_customers: Workspace) -> None:
    erase(db, two_customers, ANN)
    assert reached(db, two_customers) == {"signed_up": 1, "at_risk": 1}
    assert_counted_as_listed(db, two_customers)


def test_a_stage_keeps_its_number_and_a_new_one_gets_another(db: Connection, two_customers: Workspace) -> None:
    def numbers() -> dict[str, int]:
        found = db.execute("select name, number from public.stages where workspace_id = %s", (two_customers.id,))
        return dict(found.fetchall())

    before, rules = numbers(), rules_of(db, two_customers)
    rules["stages"] = [*rules["stages"][::-1], {"name": "devoted", "score": 95}]
    put_in_force(db, two_customers, rules)
    assert numbers() == before | {"devoted": max(before.values()) + 1}
    assert_counted_as_listed(db, two_customers)


def test_the_daily_check_finds_contacts_that_are_unlike_the_log(db: Connection, two_customers: Workspace) -> None:
    db.execute("update public.contacts set stages_been = '{1}' where workspace_id = %s", (two_customers.id,))
    drifted = db.execute(
        """select private.drifted_contacts(r.workspace_id, r, array(
               select contact_id from public.contact_states as s where s.workspace_id = r.workspace_id
           )) from private.compiled_rules as r where r.workspace_id = %s""",
        (two_customers.id,),
    ).fetchall()
    assert len(drifted) == 2


def test_entries_recorded_out_of_order_are_one_person_in_any_span(db: Connection, two_customers: Workspace) -> None:
    [(contact, stage)] = db.execute(
        """select s.contact_id, g.id from public.contact_states as s
           join public.identities as i on i.id = s.contact_id and i.value = 'ben'
           join public.stages as g on g.workspace_id = s.workspace_id and g.name = 'customer'
           where s.workspace_id = %s""",
        (two_customers.id,),
    ).fetchall()
    for at in (NOW + timedelta(seconds=2), NOW + timedelta(seconds=1)):
        change = "array[row(%s, null, %s, 5)::private.stage_change]"
        db.execute(
            f"select private.log_transitions(%s, {change}, 'message', %s)".encode(),
            (two_customers.id, contact, stage, at),
        )
    for begin, end, expected in ((0, 9, 1), (1, 2, 1), (2, 9, 1), (3, 9, 0)):
        span = {"p_from": NOW + timedelta(seconds=begin), "p_to": NOW + timedelta(seconds=end)}
        listed = paged(db, "list_entries", p_workspace=two_customers.id, p_stage=stage, **span)
        days = one(db, "stage_entries(%s, %s, %s, %s)", two_customers.id, stage, *span.values())
        assert len(listed) == sum(day["contacts"] for day in days) == expected
