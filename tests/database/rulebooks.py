"""Random documents of rules, and random lives of a few people that they apply to, for hypothesis."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.database.histories import deliveries, identities
from tests.database.model import Message
from tests.proofs import PROVE

EVENTS = ["Clicked", "Paid", "Page Viewed", "Left"]
# Years ahead, out of reach of what sweeps every workspace as of now.
NOON = datetime(2031, 11, 20, 12, tzinfo=UTC)
AHEAD = timedelta(minutes=5)

properties = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["pro", "free", None]),
        "seats": st.sampled_from([1, 2, 1.0, True]),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=2),
        "cart": st.fixed_dictionaries({}, optional={"total": st.sampled_from([5, 7]), "paid": st.booleans()}),
    },
)
conditions = st.sampled_from(
    [
        {},
        {"plan": "pro"},
        {"plan": None},
        {"seats": 1},
        {"tags": ["x"]},
        {"tags": []},
        {"cart": {"paid": True}},
        {"cart": {}},
        {"plan": "pro", "seats": 1},
    ]
)
definitions: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS)}, optional={"condition": conditions, "trustedOnly": st.booleans()}
)


def decimals(low: str, high: str) -> st.SearchStrategy[float]:
    """With two decimals, as JSON has them."""
    return st.decimals(Decimal(low), Decimal(high), places=2).map(float)


points = st.sampled_from([10, 25, 40, -15, 0.5, -0.01, 12.34, 1000, -1000]) | decimals("-60", "60")
caps = st.sampled_from([1000, 50, 0.01]) | decimals("0.01", "80")
# Few, because the first use of each in a database takes its time.
half_lives = st.sampled_from([1, 2, 7, 14, 30, 365])
if PROVE:
    half_lives |= st.integers(1, 365)
scalars = st.sampled_from(["pro", "free", "3", 3, 10.5, 0, True])
fit_tests = (
    st.fixed_dictionaries({"operator": st.just("exists")})
    | st.fixed_dictionaries({"operator": st.sampled_from(["equals", "contains"]), "operand": scalars})
    | st.fixed_dictionaries({"operator": st.just("contains"), "operand": st.sampled_from(["PRO", "r", "x"])})
    | st.fixed_dictionaries({"operator": st.just("in"), "operand": st.lists(scalars, min_size=1, max_size=3)})
    | st.fixed_dictionaries(
        {"operator": st.just("between"), "operand": st.sampled_from([[0, 3], [3, 3], [None, 10.5], [4, None]])}
    )
)


def meaning(definition: dict[str, Any]) -> str:
    """The same for definitions that the rules take for one."""
    return repr([definition["event"], definition.get("condition"), bool(definition.get("trustedOnly"))])


@st.composite
def score_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    defined = draw(st.lists(definitions, max_size=5, unique_by=meaning))
    priced = st.fixed_dictionaries({"points": points}, optional={"cap": caps})
    return [{"name": f"Signal {n}", **one, **draw(priced)} for n, one in enumerate(defined)]


@st.composite
def fit_rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    tests = draw(st.lists(fit_tests, max_size=4))
    return [{"trait": draw(st.sampled_from(["plan", "size"])), **test, "points": draw(points)} for test in tests]


@st.composite
def stages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some by score, silence and event, in any order."""
    ways: list[dict[str, Any]] = [{"score": 0}]
    ways += [{"score": n} for n in draw(st.lists(st.integers(1, 100), max_size=4, unique=True))]
    ways += [{"silenceDays": n} for n in draw(st.lists(st.integers(1, 60), max_size=2, unique=True))]
    ways += draw(st.lists(definitions, max_size=2, unique_by=meaning))
    return [{"name": f"stage {n}", **way} for n, way in enumerate(draw(st.permutations(ways)))]


rulebooks: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"halfLifeDays": half_lives, "signals": score_rules(), "fit": fit_rules(), "stages": stages()}
)

traits = st.dictionaries(
    st.sampled_from(["plan", "size"]),
    scalars | st.sampled_from([None, "Free Pro", False, ["x", "pro"], [3], []]),
    min_size=1,
    max_size=2,
)
# Few moments, of which some are a minute from midnight.
moments = st.builds(
    lambda days, minutes: NOON.replace(hour=0) - timedelta(days=days, minutes=minutes),
    st.integers(-3, 90) | st.integers(-3, 3),
    st.sampled_from([0, -1, 1, -600]),
)


@st.composite
def messages(draw: st.DrawFn, number: int) -> Message:
    says_traits = draw(st.sampled_from([False, False, False, True]))
    name = draw(st.sampled_from(EVENTS))
    return Message(
        message_id=f"{draw(st.integers(0, 99)):02}-{number}",
        trusted=draw(st.booleans()),
        type="identify" if says_traits else "page" if name == "Page Viewed" else "track",
        name="identify" if says_traits else name,
        identities=draw(identities()),
        occurred_at=draw(moments),
        traits=draw(traits) if says_traits else None,
        properties={} if says_traits else draw(properties),
    )


@st.composite
def lives(draw: st.DrawFn, longest: int = 25) -> list[Message]:
    return [draw(messages(number)) for number in range(draw(st.integers(1, longest)))]


Received = tuple[datetime, list[Message]]


@st.composite
def receipts(draw: st.DrawFn, history: list[Message]) -> list[Received]:
    """The history shuffled, doubled and cut into batches, each with the time of receipt, which only goes forward."""
    received, now = [], NOON - timedelta(days=1)
    for batch in draw(deliveries(history)):
        now += timedelta(hours=draw(st.sampled_from([0, 0, 0, 1, 13, 24])))
        now = max([now, *(message.occurred_at - AHEAD for message in batch)])
        received.append((now, batch))
    return received
