"""The list of contacts narrowed by traits and signals: exactly whom a plain reading of everything names, each once."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Connection, Workspace
from tests.database import reading
from tests.database.histories import NOW
from tests.database.model import Message
from tests.proofs import PROVE

PEOPLE = 1300  # more than a call looks at
TODAY = NOW.date()
SIZES: tuple[Any, ...] = (3, 50, "50", 50.5, None)
EVENTS = ("Pricing Viewed", "Upgrade Clicked", "Feature Used")
TRAIT_FILTERS: list[dict[str, Any]] = [
    {"trait": "plan", "operator": "equals", "operand": "free"},
    {"trait": "plan", "operator": "equals", "operand": "partner"},
    {"trait": "plan", "operator": "equals", "operand": "nobody's"},
    {"trait": "plan", "operator": "in", "operand": ["partner", "pro", 3]},
    {"trait": "plan", "operator": "contains", "operand": "R"},
    {"trait": "size", "operator": "equals", "operand": 50},
    {"trait": "size", "operator": "between", "operand": [50, None]},
    {"trait": "size", "operator": "exists"},
    {"trait": "tags", "operator": "contains", "operand": "vip"},
    {"trait": "tags", "operator": "in", "operand": ["vip", "new", "x"]},
    {"trait": "company.seats", "operator": "between", "operand": [None, 5]},
    {"trait": "company.seats", "operator": "exists"},
    {"trait": "nowhere", "operator": "exists"},
]


@dataclass(frozen=True)
class Person:
    """What the filters look at, read from what was sent and not from what the list reads."""

    id: Any
    score: int
    stage: Any
    traits: dict[str, Any]
    done: Counter[tuple[str, date]]


def described(n: int) -> dict[str, Any]:
    traits: dict[str, Any] = {
        "plan": "partner" if n % 100 == 7 else "pro" if n % 9 == 0 else "free",
        "size": SIZES[n % 5],
    }
    if n % 6 == 0:
        traits["company"] = {"id": f"c{n}", "seats": n % 12}
    if n % 40 == 0:
        traits["tags"] = ["vip", "new"] if n % 80 else ["vip"]
    return traits


def history() -> list[Message]:
    """Users, some of whom were somebody else in another browser before, with a trait that did not last."""
    told = []
    for n in range(PEOPLE):
        who = ("userId", f"user-{n}")
        at = NOW - timedelta(days=n % 40)
        if n % 3 == 0:
            both = (who, ("anonymousId", f"browser-{n}"))
            told.append(
                Message(f"a{n}", True, "identify", "identify", both[1:], at - timedelta(1), {"plan": "partner"})
            )
            told.append(Message(f"b{n}", True, "track", EVENTS[n % 2], both, at - timedelta(1)))
        told.append(Message(f"i{n}", True, "identify", "identify", (who,), at, described(n)))
        told += [Message(f"e{n}-{k}", True, "track", EVENTS[(n + k) % 3], (who,), at) for k in range(n % 5)]
    return told


@pytest.fixture
def crowd(db: Connection, workspace: Workspace) -> Workspace:
    told = history()
    for start in range(0, len(told), 100):
        reading.track(db, workspace, told[start : start + 100], NOW)
    return workspace


def people(db: Connection, workspace: Workspace) -> list[Person]:
    done: dict[Any, Counter[tuple[str, date]]] = {}
    for contact, name, at in db.execute(
        """select i.contact_id, e.name, e.occurred_at from public.events as e
           join public.identities as i on i.id = e.identity_id
           where e.workspace_id = %s and e.type = 'track'""",
        (workspace.id,),
    ).fetchall():
        done.setdefault(contact, Counter())[name, at.date()] += 1
    rows = db.execute(
        """select c.id, s.score, s.stage_id, c.traits from public.contacts as c
           join public.contact_states as s on s.contact_id = c.id where c.workspace_id = %s""",
        (workspace.id,),
    ).fetchall()
    return [Person(one, score, stage, traits, done.get(one, Counter())) for one, score, stage, traits in rows]


def has(person: Person, wanted: dict[str, Any]) -> bool:
    """As docs/scoring.md describes a fit rule."""
    name: str = wanted["trait"]
    operand: Any = wanted.get("operand")
    value: Any = person.traits.get(name)
    met = False
    if "." in name:
        outer, inner = name.split(".")
        value = (person.traits.get(outer) or {}).get(inner)
    match wanted["operator"]:
        case "exists":
            met = value is not None
        case "equals":
            met = type(value) is type(operand) and value == operand
        case "in":
            met = not isinstance(value, list) and value in operand
        case "contains":
            met = value is not None and (operand in value or operand.lower() in value)
        case "between":
            low, high = operand
            is_number = isinstance(value, int | float)
            met = is_number and (low is None or value >= low) and (high is None or value <= high)
    return met is not wanted.get("not", False)


def did(person: Person, wanted: dict[str, Any], events: dict[int, str]) -> bool:
    since = date.fromisoformat(wanted["since"]) if "since" in wanted else date.min
    if "days" in wanted:
        since = TODAY - timedelta(days=wanted["days"] - 1)
    times = sum(n for (name, day), n in person.done.items() if name == events[wanted["signal"]] and day >= since)
    return (times >= wanted["least"]) is not wanted.get("not", False)


def page(db: Connection, workspace: Workspace, after: Any, **filters: Any) -> dict[str, Any]:
    names = ", ".join(f"{name} => %s" for name in ("p_workspace", "p_after", "p_now", *filters))
    values = [
        Jsonb(value) if isinstance(value, list | dict) and name != "p_shown" else value
        for name, value in filters.items()
    ]
    statement = f"select public.list_contacts({names})".encode()
    [(answer,)] = db.execute(statement, (workspace.id, Jsonb(after) if after else None, NOW, *values)).fetchall()
    return dict(answer)


def counted(db: Connection, workspace: Workspace) -> dict[int, str]:
    """Which signal counts which event."""
    found = db.execute(
        "select number, event from public.signals where workspace_id = %s and event = any (%s)",
        (workspace.id, list(EVENTS)),
    )
    return dict(found.fetchall())


def drawn(draw: random.Random, signals: list[int], stages: list[Any]) -> dict[str, Any]:
    """Filters, as list_contacts() takes them."""
    traits = [one | {"not": draw.random() < 0.3} for one in draw.sample(TRAIT_FILTERS, draw.choice([0, 1, 1, 2]))]
    done = [
        {"signal": draw.choice(signals), "least": draw.choice([1, 1, 2]), "not": draw.random() < 0.3}
        | draw.choice([{}, {"days": 10}, {"days": 1}, {"since": str(TODAY - timedelta(days=20))}])
        for _ in range(draw.choice([0, 1, 1, 2]))
    ]
    filters: dict[str, Any] = {"p_traits": traits, "p_signals": done}
    if draw.random() < 0.3:
        filters |= {"p_least": 5, "p_most": draw.choice([30, 60])}
    if draw.random() < 0.2:
        filters["p_stage"] = draw.choice(stages)
    return filters


def meant(everybody: list[Person], filters: dict[str, Any], events: dict[int, str]) -> set[str]:
    return {
        str(person.id)
        for person in everybody
        if all(has(person, one) for one in filters["p_traits"])
        and all(did(person, one, events) for one in filters["p_signals"])
        and filters.get("p_least", 0) <= person.score <= filters.get("p_most", 100)
        and filters.get("p_stage", person.stage) == person.stage
    }


def test_pages_have_exactly_those_who_are_meant_each_once_in_order(db: Connection, crowd: Workspace) -> None:
    everybody, events = people(db, crowd), counted(db, crowd)
    stages = sorted({person.stage for person in everybody}, key=str)
    draw, sizes = random.Random(7), []
    for turn in range(60):
        filters = drawn(draw, sorted(events), stages)
        found = pages(db, crowd, filters) if turn % 2 else by_place_alone(db, crowd, filters)
        rows = [row for one in found for row in one]
        ids = [row["id"] for row in rows]
        assert sorted(ids) == sorted(meant(everybody, filters, events)), filters
        assert ids == [row["id"] for row in sorted(rows, key=lambda row: (-row["score"], row["id"]))], filters
        sizes.append(len(ids))
    assert sum(0 < size < PEOPLE for size in sizes) > 30


def test_each_comes_once_while_scores_move(db: Connection, crowd: Workspace) -> None:
    everybody, events = people(db, crowd), counted(db, crowd)
    stages, draw = sorted({person.stage for person in everybody}, key=str), random.Random(11)
    for _ in range(200 if PROVE else 8):
        filters = drawn(draw, sorted(events), stages)
        filters = {name: value for name, value in filters.items() if name not in {"p_least", "p_most"}}
        found: list[str] = []
        for rows in pages(db, crowd, filters):
            found += [row["id"] for row in rows]
            move_scores(db, crowd, draw)
        assert sorted(found) == sorted(meant(everybody, filters, events)), filters


def by_place_alone(db: Connection, workspace: Workspace, filters: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    told: dict[str, Any] = {"next": None}
    while True:
        told = page(db, workspace, told["next"], **filters)
        yield told["contacts"]
        if told["next"] is None:
            return


def pages(db: Connection, workspace: Workspace, filters: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Page by page, as the dashboard turns them; a page is what calls find until it is full, or nobody is left."""
    shown: list[str] = []
    after: Any = None
    for _ in range(40):
        rows: list[dict[str, Any]] = []
        begun: Any = {}
        told: dict[str, Any] = {"ended": False}
        while len(rows) < 50 or told["ended"]:
            told = page(db, workspace, after, p_begun=begun, p_shown=shown, **filters)
            assert told["above"] <= len(told["contacts"]) <= 50
            rows += told["contacts"]
            shown += [row["id"] for row in told["contacts"]]
            after, begun = told["next"], told["begun"]
            if after is None:
                break
        yield rows
        if after is None:
            return
    raise AssertionError("the list does not end")


def move_scores(db: Connection, workspace: Workspace, draw: random.Random) -> None:
    """Gives some of them, or all, another score."""
    db.execute("select setseed(%s)", (draw.random(),))
    db.execute(
        """update public.contact_states set score = floor(100 * random())
           where workspace_id = %s and random() < %s""",
        (workspace.id, draw.choice([0.02, 0.3, 1])),
    )


def test_a_page_begins_with_who_rose_past_it_since_the_first_was_opened(db: Connection, crowd: Workspace) -> None:
    first = page(db, crowd, None, p_begun={})
    shown = [row["id"] for row in first["contacts"]]
    lowest = (
        "select contact_id from public.contact_states where workspace_id = %s order by score, contact_id desc limit 1"
    )
    raised = f"update public.contact_states set score = 100 where contact_id = ({lowest}) returning contact_id::text"
    [(riser,)] = db.execute(raised.encode(), (crowd.id,)).fetchall()
    second = page(db, crowd, first["next"], p_begun={}, p_shown=shown)
    assert (second["contacts"][0]["id"], second["above"]) == (riser, 1)
    assert not {row["id"] for row in second["contacts"]} & set(shown)


def test_who_opens_a_page_further_on_begins_there(db: Connection, crowd: Workspace) -> None:
    place = page(db, crowd, None)["next"]
    told = page(db, crowd, place, p_begun=place)
    assert told == page(db, crowd, place) | {"above": 0, "begun": None}


def test_few_with_a_trait_are_found_at_once_and_many_are_looked_through(db: Connection, crowd: Workspace) -> None:
    few = page(db, crowd, None, p_traits=[TRAIT_FILTERS[8]])
    assert few["next"] is None and 0 < len(few["contacts"]) == few["looked"] < 50
    many = page(db, crowd, None, p_traits=[{"trait": "plan", "operator": "contains", "operand": "zz"}])
    assert (many["contacts"], many["looked"]) == ([], 600)
    assert many["next"] is not None
    assert page(db, crowd, many["next"], p_traits=[TRAIT_FILTERS[4]])["looked"] <= PEOPLE


@pytest.mark.parametrize(
    "filters",
    [
        {"p_traits": [{"trait": "plan", "operator": "equals"}]},
        {"p_traits": [{"trait": "plan", "operator": "resembles", "operand": "x"}]},
        {"p_traits": [{"trait": "plan", "operator": "exists"}] * 11},
        {"p_traits": {"trait": "plan"}},
        {"p_traits": [{"trait": "plan", "operator": "exists", "not": "so"}]},
        {"p_signals": [{"signal": 1, "least": 1}] * 11},
        {"p_signals": [{"signal": 1, "least": 1, "since": "2026-02-31"}]},
        {"p_signals": [{"signal": 1, "least": 0}]},
        {"p_signals": [{"signal": "1", "least": 1}]},
        {"p_shown": [str(uuid4())] * 2001},
        {"p_shown": [None]},
        {"p_shown": None},
    ],
)
def test_a_filter_that_is_none_is_refused(db: Connection, workspace: Workspace, filters: dict[str, Any]) -> None:
    with pytest.raises(psycopg.Error, match="filter_invalid") as refused:
        page(db, workspace, None, **filters)
    assert refused.value.sqlstate == "PT422"


def test_traits_are_offered_by_name_and_value(db: Connection, crowd: Workspace) -> None:
    def ask(function: str, *arguments: Any) -> Any:
        places = ", ".join(["%s"] * (1 + len(arguments)))
        return db.execute(f"select public.{function}({places})".encode(), (crowd.id, *arguments)).fetchall()[0][0]

    assert ask("trait_names") == {
        "names": ["company", "company.id", "company.seats", "plan", "size", "tags"],
        "more": False,
    }
    assert ask("trait_values", "plan") == ["free", "partner", "pro"]
    assert sorted(map(str, ask("trait_values", "size"))) == ["3", "50", "50.5"]
    assert ask("trait_values", "nowhere") == []
