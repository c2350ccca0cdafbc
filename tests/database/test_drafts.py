"""Rules are drafted, counted back, previewed, and then published as previewed."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Connection, Workspace, rules_of
from tests.database.histories import NOW
from tests.database.model import Message
from tests.database.reading import describe, identity_id, track
from tests.database.test_stages import ANN, READY, events, mails

BEN = ("userId", "ben")
# A conditional signal that no rule has counted before.
TRIED = {"name": "Paid feature tried", "event": "Feature Used", "condition": {"plan": "paid"}, "points": 30, "cap": 60}


def draft(db: Connection, workspace: Workspace, rules: Mapping[str, Any]) -> UUID:
    statement = "insert into public.rule_drafts (workspace_id, rules) values (%s, %s) returning id"
    made: UUID = db.execute(statement, (workspace.id, json.dumps(rules))).fetchall()[0][0]
    return made


def changed(db: Connection, workspace: Workspace, **members: Any) -> dict[str, Any]:
    return rules_of(db, workspace) | members


def prepare(db: Connection, made: UUID, chunk: int = 1) -> None:
    """Counts a draft back and previews it, in chunks of that many contacts."""
    while db.execute("select public.advance_draft(%s, %s, %s)", (chunk, NOW, made)).fetchall()[0][0]:
        pass


def decide(db: Connection, made: UUID, decision: str) -> None:
    db.execute("update public.rule_drafts set decision = %s where id = %s", (decision, made))


def publish(db: Connection, workspace: Workspace, made: UUID) -> None:
    decide(db, made, "publish")
    while db.execute("select public.advance_rescore(1, %s, %s)", (NOW, workspace.id)).fetchall()[0][0]:
        pass


def preview(db: Connection, workspace: Workspace, made: UUID) -> dict[str, Any]:
    return dict(db.execute("select public.preview(%s, %s)", (workspace.id, made)).fetchall()[0][0])


def scores(db: Connection, workspace: Workspace) -> dict[str, tuple[int, str]]:
    return {max(c.identities)[1]: (c.score, c.stage) for c in describe(db, workspace)}


def transitions(db: Connection, workspace: Workspace, cause: str) -> list[tuple[str, str, int]]:
    return db.execute(
        """select f.name, t.name, count(*)::integer from public.transitions as x
           join public.stages as f on f.id = x.from_stage_id
           join public.stages as t on t.id = x.to_stage_id
           where x.workspace_id = %s and x.cause = %s group by 1, 2 order by 1, 2""",
        (workspace.id, cause),
    ).fetchall()


def counted(db: Connection, workspace: Workspace) -> int:
    """How often signals with a condition have happened."""
    found = db.execute(
        """select sum(c.count)::integer from public.signal_counts as c
           join public.signals as s on s.workspace_id = c.workspace_id and s.number = c.signal
           where s.workspace_id = %s and s.condition is not null""",
        (workspace.id,),
    ).fetchall()
    return int(found[0][0])


def refusal(db: Connection, workspace: Workspace, rules: Mapping[str, Any]) -> list[str]:
    """Where rules that can't be drafted are wrong."""
    with pytest.raises(psycopg.Error) as refused:
        draft(db, workspace, rules)
    assert refused.value.sqlstate == "PT422"
    return [problem["pointer"] for problem in json.loads(refused.value.diag.message_detail or "")]


@pytest.fixture
def used(db: Connection, workspace: Workspace) -> Workspace:
    """Ann is activated, and has tried a paid feature; Ben has signed up."""
    tried = Message("t", True, "track", "Feature Used", (ANN,), NOW, properties={"plan": "paid"})
    track(db, workspace, [*events(*["Feature Used"] * 3), tried, *events("Page Viewed", who=(BEN,), prefix="b ")], NOW)
    return workspace


def test_a_new_signal_counts_what_happened_before_it_was_there(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    made = draft(db, used, rules | {"signals": [*rules["signals"], TRIED]})
    prepare(db, made)
    assert scores(db, used) == {"ann": (20, "activated"), "ben": (1, "signed_up")}
    publish(db, used, made)
    assert scores(db, used) == {"ann": (50, "engaged"), "ben": (1, "signed_up")}


def test_what_happens_while_a_signal_is_counted_back_counts_once(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    made = draft(db, used, rules | {"signals": [TRIED]})
    for number in range(6):
        who = (ANN, BEN)[number % 2]
        tried = Message(f"n{number}", True, "track", "Feature Used", (who,), NOW, properties={"plan": "paid"})
        track(db, used, [tried], NOW)
        db.execute("select public.advance_draft(1, %s, %s)", (NOW, made))
    assert counted(db, used) == 7


def test_who_joins_somebody_counted_back_already_is_counted_back_too(db: Connection, used: Workspace) -> None:
    browsers = [("anonymousId", f"a{n}") for n in range(12)]
    users = [("userId", f"u{n}") for n in range(12)]
    for who in (*browsers, *users):
        track(db, used, [Message(who[1], True, "track", "Feature Used", (who,), NOW, properties={"plan": "paid"})], NOW)
    made = draft(db, used, changed(db, used) | {"signals": [TRIED]})
    first = min(users, key=lambda who: identity_id(db, used, who))
    while not is_done(db, made, identity_id(db, used, first)):
        db.execute("select public.advance_draft(1, %s, %s)", (NOW, made))
    for who in browsers:
        track(db, used, events("Page Viewed", who=(first, who), prefix=f"joins {who[1]} "), NOW)
    prepare(db, made)
    assert counted(db, used) == 25


def is_done(db: Connection, made: UUID, contact: UUID) -> bool:
    statement = "select coalesce(done_to >= %s, false) from public.rule_drafts where id = %s"
    return bool(db.execute(statement, (contact, made)).fetchall()[0][0])


def test_a_preview_says_what_publishing_then_does(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    upgraded = TRIED | {"points": 60}
    made = draft(db, used, rules | {"signals": [*rules["signals"], upgraded]})
    prepare(db, made)
    seen = preview(db, used, made)
    assert [(move["from"], move["to"], move["contacts"]) for move in seen["moves"]] == [("activated", "ready", 1)]
    assert [example["userId"] for example in seen["moves"][0]["examples"]] == ["ann"]
    assert seen["mails"] == [{"automation": "Ready to upgrade", "mails": 1, "mailable": 0}]
    assert (transitions(db, used, "rules"), mails(db, used)) == ([], 0)
    publish(db, used, made)
    assert (transitions(db, used, "rules"), mails(db, used)) == ([("activated", "ready", 1)], 1)


def test_a_stage_event_from_before_the_stage_was_there_leads_to_it(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    stage = {"name": "viewer", "event": "Page Viewed"}
    made = draft(db, used, rules | {"stages": [*rules["stages"], stage]})
    prepare(db, made)
    publish(db, used, made)
    assert scores(db, used)["ben"] == (1, "viewer")
    track(db, used, events("Subscription Started", who=(BEN,), prefix="s ", hours=1), NOW)
    assert scores(db, used)["ben"] == (1, "customer")


def test_a_renamed_stage_keeps_its_automations(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    for stage in rules["stages"]:
        stage["name"] = {"ready": "hot", "engaged": "ready"}.get(stage["name"], stage["name"])
    made = draft(db, used, rules)
    prepare(db, made)
    publish(db, used, made)
    track(db, used, events(*READY, prefix="r "), NOW)
    assert scores(db, used)["ann"][1] == "hot"
    assert mails(db, used) == 1


def test_the_log_still_names_a_stage_that_is_gone(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    made = draft(db, used, rules | {"stages": [s for s in rules["stages"] if s["name"] != "activated"]})
    prepare(db, made)
    publish(db, used, made)
    assert transitions(db, used, "rules") == [("activated", "signed_up", 1)]


def test_a_contact_that_an_event_reaches_first_moves_by_the_rules_before_it_moves_by_the_event(
    db: Connection, used: Workspace
) -> None:
    rules = changed(db, used)
    made = draft(db, used, rules | {"signals": [*rules["signals"], TRIED]})
    prepare(db, made)
    decide(db, made, "publish")
    track(db, used, events(*READY, prefix="r "), NOW)
    assert transitions(db, used, "rules") == [("activated", "engaged", 1)]
    assert ("engaged", "ready", 1) in transitions(db, used, "message")


def test_a_discarded_draft_leaves_nothing_to_count(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    made = draft(db, used, rules | {"signals": [*rules["signals"], TRIED]})
    decide(db, made, "discard")
    signals = db.execute(
        "select count(*) from public.signals where workspace_id = %s and condition is not null", (used.id,)
    )
    assert signals.fetchall() == [(0,)]
    with pytest.raises(psycopg.Error) as refused:
        decide(db, made, "publish")
    assert refused.value.sqlstate == "PT409"


def test_what_was_not_previewed_is_not_published(db: Connection, used: Workspace) -> None:
    made = draft(db, used, changed(db, used, halfLifeDays=3))
    with pytest.raises(psycopg.Error) as refused:
        decide(db, made, "publish")
    assert refused.value.sqlstate == "PT425"


def test_rules_that_are_changed_as_they_are_published_were_not_previewed(db: Connection, used: Workspace) -> None:
    made = draft(db, used, changed(db, used, halfLifeDays=3))
    prepare(db, made)
    with pytest.raises(psycopg.Error) as refused:
        db.execute(
            "update public.rule_drafts set decision = 'publish', rules = %s where id = %s",
            (json.dumps(changed(db, used, halfLifeDays=4)), made),
        )
    assert refused.value.sqlstate == "PT425"


def test_a_draft_that_is_changed_is_previewed_again(db: Connection, used: Workspace) -> None:
    rules = changed(db, used, halfLifeDays=3)
    made = draft(db, used, rules)
    prepare(db, made)
    assert preview(db, used, made)["status"] == "previewed"
    changed_rules = json.dumps(rules | {"halfLifeDays": 4})
    db.execute("update public.rule_drafts set rules = %s where id = %s", (changed_rules, made))
    assert preview(db, used, made)["status"] == "previewing"


def test_publishing_one_draft_has_the_others_previewed_again(db: Connection, used: Workspace) -> None:
    one, other = (draft(db, used, changed(db, used, halfLifeDays=days)) for days in (3, 4))
    prepare(db, one)
    prepare(db, other)
    decide(db, one, "publish")
    assert [preview(db, used, made)["status"] for made in (one, other)] == ["published", "previewing"]


def test_a_stage_that_an_automation_enters_on_is_not_dropped(db: Connection, used: Workspace) -> None:
    rules = changed(db, used)
    assert refusal(db, used, rules | {"stages": [s for s in rules["stages"] if s["name"] != "ready"]}) == ["/stages"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"halfLifeDays": 0}, "/halfLifeDays"),
        ({"halfLifeDays": 366}, "/halfLifeDays"),
        ({"halfLifeDays": 1.5}, "/halfLifeDays"),
        ({"halfLifeDays": "14"}, "/halfLifeDays"),
        ({"signals": None}, "/signals"),
        ({"signals": [TRIED | {"name": f"s{n}", "event": f"e{n}"} for n in range(51)]}, "/signals"),
        ({"signals": [5]}, "/signals/0"),
        ({"signals": [TRIED | {"point": 5}]}, "/signals/0"),
        ({"signals": [TRIED | {"points": 1000.01}]}, "/signals/0"),
        ({"signals": [TRIED | {"points": 1.005}]}, "/signals/0"),
        ({"signals": [TRIED | {"cap": 0}]}, "/signals/0"),
        ({"signals": [TRIED | {"event": ""}]}, "/signals/0"),
        ({"signals": [TRIED | {"event": "x" * 201}]}, "/signals/0"),
        ({"signals": [TRIED | {"condition": []}]}, "/signals/0"),
        ({"signals": [TRIED | {"condition": {"x": "y" * 1000}}]}, "/signals/0"),
        ({"signals": [TRIED, TRIED | {"name": "Another name"}]}, "/signals/1"),
        ({"signals": [TRIED, TRIED | {"event": "Another event"}]}, "/signals/1"),
        ({"fit": [{"trait": "plan", "operator": "like", "operand": "x", "points": 1}]}, "/fit/0"),
        ({"fit": [{"trait": "plan", "operator": "in", "operand": "x", "points": 1}]}, "/fit/0"),
        ({"fit": [{"trait": "size", "operator": "between", "operand": [None, None], "points": 1}]}, "/fit/0"),
        ({"fit": [{"trait": "size", "operator": "exists", "operand": 1, "points": 1}]}, "/fit/0"),
        ({"stages": []}, "/stages"),
        ({"stages": [{"name": "a", "score": 0}, {"name": "b", "score": 5, "silenceDays": 5}]}, "/stages/1"),
        ({"stages": [{"name": "a", "score": 0}, {"name": "b", "score": 101}]}, "/stages/1"),
        ({"stages": [{"name": "a", "score": 0}, {"name": "a", "score": 5}]}, "/stages/1"),
        ({"stages": [{"name": "a", "score": 0}, {"name": "b", "score": 0}]}, "/stages/1"),
        ({"stages": [{"name": "a", "score": 0}, {"name": "b", "silenceDays": 0}]}, "/stages/1"),
        ({"stages": [{"name": "a", "score": 0, "id": "x"}]}, "/stages/0"),
        ({"surprise": 1}, ""),
    ],
)
def test_wrong_rules_are_refused_with_the_place(
    db: Connection, workspace: Workspace, change: dict[str, Any], pointer: str
) -> None:
    assert pointer in refusal(db, workspace, changed(db, workspace, **change))


@pytest.mark.parametrize("document", [5, "rules", [], None])
def test_rules_are_an_object(db: Connection, workspace: Workspace, document: Any) -> None:
    assert "" in refusal(db, workspace, document)


@pytest.mark.parametrize("kind", ["default", "saas_trial", "freemium", "developer_tool"])
def test_every_template_can_be_drafted_and_published(db: Connection, used: Workspace, kind: str) -> None:
    [(rules,)] = db.execute("select rules from public.rule_templates where kind = %s", (kind,)).fetchall()
    made = draft(db, used, rules)
    prepare(db, made)
    publish(db, used, made)
    in_force = rules_of(db, used)
    assert [signal["name"] for signal in in_force["signals"]] and in_force["halfLifeDays"] == rules["halfLifeDays"]
    assert {s["name"] for s in in_force["stages"]} == {s["name"] for s in rules["stages"]}


@pytest.mark.parametrize("kind", ["default", "saas_trial", "freemium", "developer_tool"])
def test_a_workspace_can_begin_with_every_template(db: Connection, workspace: Workspace, kind: str) -> None:
    slug = f"test-{workspace.id.hex[:12]}-{kind.replace('_', '-')}"[:40]
    owner = db.execute("select user_id from public.members where workspace_id = %s", (workspace.id,)).fetchall()[0][0]
    made = db.execute("select public.create_workspace(%s, 'Acme', %s, %s)", (owner, slug, kind)).fetchall()[0][0]
    rules = db.execute("select public.rules_in_force(%s)", (made,)).fetchall()[0][0]
    assert db.execute("select * from private.rule_problems(%s)", (json.dumps(rules),)).fetchall() == []
