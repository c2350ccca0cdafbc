"""Random histories of a few people who share browsers and addresses, for hypothesis."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from tests.database.model import RULES, STAGE_EVENTS, Identity, Message

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

USERS = [("userId", f"u{n}") for n in range(3)]
EMAILS = [("email", f"e{n}@example.com") for n in range(3)]
BROWSERS = [("anonymousId", f"a{n}") for n in range(4)]
NAMES = [*RULES, *STAGE_EVENTS, "Something Else"]

# Few distinct moments, so that messages often tie and the messageId has to decide.
moments = st.integers(0, 40).map(lambda step: NOW - timedelta(hours=13 * step))
traits = st.dictionaries(st.sampled_from(["plan", "city", "size"]), st.sampled_from([None, "a", "b", 3]), max_size=2)
companies = st.sampled_from("xy").map(lambda group: {"company": {"id": group, "seats": 3}})
said = {"track": st.none(), "alias": st.none(), "identify": traits, "group": companies}


@st.composite
def identities(draw: st.DrawFn) -> tuple[Identity, ...]:
    """At least one, the highest first."""
    chosen = [draw(st.sampled_from(pool)) for pool in (USERS, EMAILS, BROWSERS) if draw(st.booleans())]
    return tuple(chosen) or (draw(st.sampled_from(BROWSERS)),)


@st.composite
def messages(draw: st.DrawFn, number: int) -> Message:
    kind = draw(st.sampled_from(["track"] * 5 + ["identify", "identify", "group", "alias"]))
    named = draw(identities())
    if kind == "alias":
        named = (draw(st.sampled_from(USERS)), draw(st.sampled_from(BROWSERS)))
    return Message(
        # Not in the order of their making, or the tie-break would be the order of arrival.
        message_id=f"{draw(st.integers(0, 99)):02}-{number}",
        trusted=kind == "alias" or draw(st.booleans()),
        type=kind,
        name=draw(st.sampled_from(NAMES)) if kind == "track" else kind,
        identities=named,
        occurred_at=draw(moments),
        traits=draw(said[kind]),
    )


@st.composite
def histories(draw: st.DrawFn, longest: int = 25) -> list[Message]:
    return [draw(messages(number)) for number in range(draw(st.integers(1, longest)))]


@st.composite
def deliveries(draw: st.DrawFn, history: list[Message]) -> list[list[Message]]:
    """The history shuffled, some of it doubled, cut into batches of one sender each."""
    doubled = history + draw(st.lists(st.sampled_from(history), max_size=len(history)))
    shuffled = draw(st.permutations(doubled))
    batches: list[list[Message]] = []
    for message in shuffled:
        if batches and batches[-1][0].trusted == message.trusted and draw(st.booleans()):
            batches[-1].append(message)
        else:
            batches.append([message])
    return batches
